-- Forgets a pool, unless it was asked for lately.
-- KEYS 1 pools (hash, id → spec)  2 pools used (sorted set, id → when it was last asked for)
-- ARGV 1 pool  2 ms for which nobody must have asked for it
-- Returns 1 where it is forgotten now, else 0
--- @include "now"
if now - (redis.call('ZSCORE', KEYS[2], ARGV[1]) or 0) < tonumber(ARGV[2]) then return 0 end
redis.call('ZREM', KEYS[2], ARGV[1])
return redis.call('HDEL', KEYS[1], ARGV[1])
