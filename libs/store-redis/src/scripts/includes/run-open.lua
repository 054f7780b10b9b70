-- Whether tasks of a run in this state may end, and say that they are alive: a paused run only starts no others.
local function isOpen(state)
  return state == 'running' or state == 'paused' or state == 'compensating'
end
