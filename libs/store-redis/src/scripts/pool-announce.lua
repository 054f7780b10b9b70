-- Says that a host has a keeper, and forgets hosts that were not heard of for long.
-- KEYS 1 hosts (sorted set, host → when it was last heard of)
-- ARGV 1 host  2 ms after which a host is forgotten
-- Returns 1
--- @include "now"
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return 1
