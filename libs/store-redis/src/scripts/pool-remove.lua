-- An agent is gone: it leaves the registry, whatever its state.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent
-- Returns 1, or 0 where it was not entered
--- @include "now"
--- @include "pool-agent"
local agent = readAgent(ARGV[5])
if not agent or not move(agent, 'dead') then return 0 end
wakeKeeper()
return 1
