-- Asks for agents ahead of need.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 how many  6 ms for which that counts
-- Returns 1
--- @include "now"
--- @include "pool-agent"
redis.call('HSET', pool, 'warm', ARGV[5], 'warmUntil', now + ARGV[6])
wakeKeeper()
return 1
