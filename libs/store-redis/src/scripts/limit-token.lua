-- Takes one more token of each limit that has a rate, of all or of none.
-- KEYS 1 limits
-- ARGV 1… limits
-- Returns 1, or 0 where one has no token
--- @include "now"
--- @include "limit-lines"
local limits = readLimits(1)
for _, limit in ipairs(limits) do
  if tokens(limit) < 1 then return 0 end
end
for _, limit in ipairs(limits) do spend(limit, 1) end
return 1
