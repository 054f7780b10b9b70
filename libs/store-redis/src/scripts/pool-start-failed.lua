-- Notes that an agent did not start; where the pool is broken and has no other agent, those that wait are told.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 error (JSON)  6 failed starts in a row  7 ms until the next try  8 broken 0|1
-- Returns how many tickets were taken out of line
--- @include "now"
--- @include "pool-agent"
--- @include "pool-lease"
--- @include "pool-broken"
-- An agent that was started beside earlier ones and failed after them tells nothing new.
if tonumber(ARGV[6]) >= tonumber(redis.call('HGET', pool, 'failures') or 0) then
  redis.call('HSET', pool, 'error', ARGV[5], 'failures', ARGV[6], 'retryAt', now + ARGV[7], 'broken', ARGV[8])
end
local told = 0
if not brokenBecause() then return told end
local ticket = redis.call('LPOP', pool .. ':waiters')
while ticket do
  local worker = readTicket(ticket)
  redis.call('HDEL', pool .. ':tickets', ticket)
  if worker then tell(worker, 'broken', { ticket, ARGV[5] }) end
  told = told + 1
  ticket = redis.call('LPOP', pool .. ':waiters')
end
return told
