-- Prolongs a lease whose time is not over.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 ticket  7 epoch  8 ms it lives from now on
-- Returns 1, or 0 where the lease has ended
--- @include "now"
local key = KEYS[1] .. ':agent:' .. ARGV[5]
local lease = redis.call('HMGET', key, 'lease', 'epoch', 'leaseUntil')
if lease[1] ~= ARGV[6] or lease[2] ~= ARGV[7] or tonumber(lease[3]) <= now then return 0 end
redis.call('HSET', key, 'leaseUntil', now + ARGV[8])
return 1
