-- Sees to it that an agent is not placed again: one with leases ends when the last of them does, any other one now.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 reason
-- Returns 1 where the agent is draining or retiring now, else 0
--- @include "now"
--- @include "pool-agent"
local agent = readAgent(ARGV[5])
if not agent then return 0 end
if agent.state == 'draining' or agent.state == 'retiring' then return 1 end
return drain(agent, ARGV[6]) and 1 or 0
