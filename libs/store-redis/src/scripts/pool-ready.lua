-- An agent has started: it goes to the ticket that waits longest, or to idle. Earlier failed starts are forgotten.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent
-- Returns 1, or 0 where the agent is not entered any more or is retiring
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
--- @include "pool-broken"
local state = redis.call('HGET', agentKey(ARGV[5]), 'state')
if state == 'idle' or state == 'leased' then return 1 end
if state ~= 'creating' then return 0 end
forgetFailures()
return place(ARGV[5], '') and 1 or 0
