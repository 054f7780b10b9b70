-- Reads a run's state in one consistent piece.
-- KEYS 1 state  2, 3 what comes before a key in the names of its list and of its set
-- ARGV the keys wanted; all of them without any
-- Returns a flat list: key, JSON text, key, JSON text …; what does not exist is left out
--- @include "state-value"
local wanted = #ARGV > 0 and ARGV or redis.call('HKEYS', KEYS[1])
local found = {}
for _, key in ipairs(wanted) do
  local text = key ~= '#bytes' and stateValue(KEYS[1], key, KEYS[2] .. key, KEYS[3] .. key).read()
  if text then
    found[#found + 1] = key
    found[#found + 1] = text
  end
end
return found
