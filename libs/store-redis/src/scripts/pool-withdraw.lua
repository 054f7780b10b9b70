-- Takes a ticket out of line.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 ticket
-- Returns the lease {ticket, agent, epoch, directory, uses left, uses so far, slot} where the ticket was granted, else false
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
local _, _, holds = readTicket(ARGV[5])
if holds and holds ~= '' then
  local agent = readAgent(holds)
  local lease = leaseOf(agent, ARGV[5])
  return lease and describe(agent, lease) or false
end
redis.call('ZREM', pool .. ':waiters', ARGV[5])
redis.call('HDEL', pool .. ':tickets', ARGV[5])
return false
