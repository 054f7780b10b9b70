-- How many hold slots of limits, how many wait for them, and when the buckets of their rates are full. Reads only.
-- KEYS 1 limits
-- ARGV 1 0|1 whether all that are known are added, up to 1,000  2… ids of limits
-- Returns id, held, waiting, ms when it is full (0 = it is) of each
--- @include "now"
--- @include "limit-lines"
local ids = { unpack(ARGV, 2) }
if ARGV[1] == '1' then ids = redis.call('ZRANGE', root .. ':known', 0, 999, 'REV') end
local standings = {}
for _, id in ipairs(ids) do
  standings[#standings + 1] = id
  standings[#standings + 1] = redis.call('ZCOUNT', heldKey(id), '(' .. now, '+inf')
  standings[#standings + 1] = redis.call('ZCOUNT', untilKey(id), '(' .. now, '+inf')
  standings[#standings + 1] = math.ceil(tonumber(redis.call('GET', root .. ':' .. id .. ':full') or 0) / 1000)
end
return standings
