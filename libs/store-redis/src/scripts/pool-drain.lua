-- Sees to it that an agent is not placed again: a leased one ends when it is given back, any other one now.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 reason
-- Returns 1 where the agent is draining or retiring now, else 0
--- @include "now"
--- @include "pool-agent"
local state = redis.call('HGET', agentKey(ARGV[5]), 'state')
if state == 'draining' or state == 'retiring' then return 1 end
return drain(ARGV[5], ARGV[6]) and 1 or 0
