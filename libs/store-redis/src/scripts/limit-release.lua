-- Gives back the slots of a lane, its places in line, and tokens that it did not spend.
-- KEYS 1 limits
-- ARGV 1 ticket  2 holder  3 whether it has not spent its tokens (0|1)  4… limits
-- Returns the tickets whose turn it is
--- @include "now"
--- @include "limit-lines"
local tickets, seen = {}, {}
for _, limit in ipairs(readLimits(4)) do
  local held = redis.call('ZREM', heldKey(limit.id), ARGV[2])
  if held == 1 and ARGV[3] == '1' then spend(limit, -1) end
  leaveLine(limit.id, ARGV[1])
  tidy(limit.id)
  for _, ticket in ipairs(called(limit)) do
    if not seen[ticket] then tickets[#tickets + 1] = ticket end
    seen[ticket] = true
  end
end
return tickets
