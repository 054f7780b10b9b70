-- Takes a ticket out of line.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 ticket
-- Returns the lease {ticket, agent, epoch, directory, uses left, uses so far, slot} where the ticket was granted, else false
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
local ticket = readTicket(ARGV[5])
if ticket and ticket.agent ~= '' then
  local agent = readAgent(ticket.agent)
  local lease = leaseOf(agent, ticket.id)
  return lease and describe(agent, lease) or false
end
redis.call('ZREM', pool .. ':waiters', ARGV[5])
forgetTicket(ARGV[5])
return false
