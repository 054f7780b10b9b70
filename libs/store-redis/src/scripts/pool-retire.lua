-- Takes an agent out of use; leases that still hold protect it.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 reason  7 whether leases do not protect it 0|1
-- Returns 1 where the agent is retiring now, else 0
--- @include "now"
--- @include "pool-agent"
local agent = readAgent(ARGV[5])
if not agent then return 0 end
if agent.state == 'retiring' then return 1 end
for _, lease in ipairs(agent.leases) do
  if lease.ends > now and ARGV[7] == '0' then return 0 end
end
return retire(agent, ARGV[6]) and 1 or 0
