-- How many hold slots of limits, and how many wait for them. Reads only.
-- KEYS 1 limits
-- ARGV 1 0|1 whether all that are known are added, up to 1,000  2… ids of limits
-- Returns id, held, waiting of each
--- @include "now"
--- @include "limit-lines"
local ids = { unpack(ARGV, 2) }
if ARGV[1] == '1' then ids = redis.call('ZRANGE', root .. ':known', 0, 999, 'REV') end
local standings = {}
for _, id in ipairs(ids) do
  standings[#standings + 1] = id
  standings[#standings + 1] = redis.call('ZCOUNT', heldKey(id), '(' .. now, '+inf')
  standings[#standings + 1] = redis.call('ZCOUNT', untilKey(id), '(' .. now, '+inf')
end
return standings
