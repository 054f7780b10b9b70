-- Notes of a pool how an agent of it ended by itself, in the place of an earlier one.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 how it ended, and what it printed last (JSON)
-- Returns 1
--- @include "now"
redis.call('HSET', KEYS[1], 'death', now .. '|' .. ARGV[5] .. '|' .. ARGV[6])
return 1
