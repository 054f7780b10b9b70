-- Gives back the slots of a lane, and its places in line.
-- KEYS 1 limits
-- ARGV 1 ticket  2 holder  3… of each limit: id, slots
-- Returns the tickets whose turn it is
--- @include "now"
--- @include "limit-lines"
local tickets, seen = {}, {}
for i = 3, #ARGV, 2 do
  local id = ARGV[i]
  redis.call('ZREM', heldKey(id), ARGV[2])
  leaveLine(id, ARGV[1])
  tidy(id)
  for _, ticket in ipairs(called(id, freeSlots(id, tonumber(ARGV[i + 1])))) do
    if not seen[ticket] then tickets[#tickets + 1] = ticket end
    seen[ticket] = true
  end
end
return tickets
