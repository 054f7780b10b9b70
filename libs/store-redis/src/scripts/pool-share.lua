-- Says how many agents of a pool a host may have.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 least  6 most  7 it has none, and is to find out whether agents start there again 0|1
-- Returns how many agents are entered, those that are ending included: where they are more, their number only falls
--- @include "now"
--- @include "pool-agent"
redis.call('HSET', pool, 'minSize', ARGV[5], 'maxSize', ARGV[6], 'trial', ARGV[7])
wakeKeeper()
local leaving = redis.call('HMGET', pool, 'draining', 'retiring')
return live() + (leaving[1] or 0) + (leaving[2] or 0)
