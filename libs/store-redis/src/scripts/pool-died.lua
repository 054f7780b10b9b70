-- Notes of a pool how an agent of it ended by itself, before those that were noted earlier.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 how it ended, and what it printed last (JSON)  7 how many are kept
-- Returns 1, or 0 where that was noted before, or the pool is not known any more
--- @include "now"
--- @include "pool-agent"
local deaths = pool .. ':deaths'
if redis.call('EXISTS', pool) == 0 then return 0 end
for _, noted in ipairs(redis.call('LRANGE', deaths, 0, -1)) do
  if string.match(noted, '^%d+|([^|]*)|') == ARGV[5] then return 0 end
end
redis.call('LPUSH', deaths, now .. '|' .. ARGV[5] .. '|' .. ARGV[6])
redis.call('LTRIM', deaths, 0, ARGV[7] - 1)
return 1
