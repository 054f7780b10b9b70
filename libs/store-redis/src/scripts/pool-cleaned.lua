-- An agent was looked at, and nothing is left of its tasks: it goes where one goes that is given back.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent
-- Returns 1, or 0 where it is not entered any more or in another state
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
local agent = readAgent(ARGV[5])
if not agent or agent.state ~= 'cleaning' then return 0 end
place(agent)
-- Lanes that wait and got nothing by it did without a start until now.
if redis.call('ZCARD', pool .. ':waiters') > 0 then wakeKeeper() end
return 1
