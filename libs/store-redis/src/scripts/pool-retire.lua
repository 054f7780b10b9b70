-- Takes an agent out of use; a lease that still holds protects it.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 reason  7 whether a lease does not protect it 0|1
-- Returns 1 where the agent is retiring now, else 0
--- @include "now"
--- @include "pool-agent"
local id = ARGV[5]
local agent = redis.call('HMGET', agentKey(id), 'state', 'leaseUntil')
if agent[1] == 'retiring' then return 1 end
if agent[2] and tonumber(agent[2]) > now and ARGV[7] == '0' then return 0 end
return retire(id, ARGV[6]) and 1 or 0
