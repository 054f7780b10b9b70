-- Makes a pool known, and notes that it is needed.
-- KEYS 1 pools (hash, id → spec)  2 pools used (sorted set, id → when it was last asked for)
-- ARGV 1 pool  2 spec (JSON)
-- Returns 1 where it was not known, else 0
--- @include "now"
redis.call('ZADD', KEYS[2], now, ARGV[1])
return redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2])
