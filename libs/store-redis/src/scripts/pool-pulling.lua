-- Notes until when the image of a pool counts as being pulled.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 ms from now on, 0 where it is not pulled any more
-- Returns 1
--- @include "now"
redis.call('HSET', KEYS[1], 'pullingUntil', ARGV[5] == '0' and 0 or now + ARGV[5])
return 1
