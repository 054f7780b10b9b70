-- Says that somebody is there, and forgets those that were not heard of for long.
-- KEYS 1 who is there (sorted set, name → when it was last heard of)
-- ARGV 1 name  2 ms after which the others are forgotten, 0 for never
-- Returns 1
--- @include "now"
redis.call('ZADD', KEYS[1], now, ARGV[1])
if ARGV[2] ~= '0' then redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2]) end
return 1
