-- An agent has started: it goes to the ticket that waits longest, or to idle. Earlier failed starts are forgotten.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent
-- Returns 1, or 0 where the agent is not entered any more or is retiring
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
--- @include "pool-broken"
local agent = readAgent(ARGV[5])
if not agent then return 0 end
if agent.state == 'idle' or agent.state == 'leased' then return 1 end
if agent.state ~= 'creating' then return 0 end
forgetFailures()
noteStart(agent)
return place(agent) and 1 or 0
