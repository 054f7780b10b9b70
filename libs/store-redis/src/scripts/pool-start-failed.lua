-- Retires an agent that did not start, and notes why. Where the pool is broken and has no other agent, those that wait
-- are told. All in one, so that nobody sees the failed agent gone and the next try not yet put off.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent, '' where there is none  6 error (JSON)  7 failed starts in a row  8 ms until the next try
--      9 broken 0|1  10 agents may start on another host 0|1: nobody is told then
-- Returns how many tickets were taken out of line
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
--- @include "pool-broken"
local agent = readAgent(ARGV[5])
if agent then retire(agent, 'start_failed') end
-- An agent that was started beside earlier ones and failed after them tells nothing new.
if tonumber(ARGV[7]) >= tonumber(redis.call('HGET', pool, 'failures') or 0) then
  redis.call('HSET', pool, 'error', ARGV[6], 'failures', ARGV[7], 'retryAt', now + ARGV[8], 'broken', ARGV[9],
    'elsewhere', ARGV[10])
end
local told = 0
if not brokenBecause() then return told end
local id = nextTicket()
while id do
  local ticket = readTicket(id)
  forgetTicket(id)
  if ticket then tell(ticket.worker, 'broken', { id, ARGV[6] }) end
  told = told + 1
  id = nextTicket()
end
return told
