-- Ends a lease: the agent goes to the ticket that waits longest, to idle, or (suspect, used up) to retiring.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 ticket  7 epoch  8 tasks run under it  9 suspect 0|1
-- Returns 1, or 0 where the lease had ended
--- @include "now"
--- @include "pool-agent"
--- @include "pool-lease"
local id = ARGV[5]
local lease = redis.call('HMGET', agentKey(id), 'lease', 'epoch', 'leaseUntil', 'maxUses')
if lease[1] ~= ARGV[6] or lease[2] ~= ARGV[7] or tonumber(lease[3]) <= now then return 0 end
local uses = redis.call('HINCRBY', agentKey(id), 'uses', ARGV[8])
redis.call('HINCRBY', pool, 'served', ARGV[8])
if ARGV[9] == '1' then retire(id, 'suspect')
elseif uses >= tonumber(lease[4]) then retire(id, 'max_uses')
else place(id) end
return 1
