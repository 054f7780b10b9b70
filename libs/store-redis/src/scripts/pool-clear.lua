-- Deletes what is left of a pool on one host that has no agent there, and for which no lane waits there.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says
-- Returns 1, or 0 where it is in use
--- @include "now"
--- @include "pool-agent"
if redis.call('SCARD', pool .. ':agents') + redis.call('ZCARD', pool .. ':waiters') > 0 then return 0 end
redis.call('DEL', pool, pool .. ':tickets', pool .. ':realms', pool .. ':deaths')
return 1
