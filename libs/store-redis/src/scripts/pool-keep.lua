-- Whether a lease may go on for another time slice, or somebody goes before its holder.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 ticket  7 epoch  8 ms by which the holder counts as come later than now
--      9 whether somebody waits elsewhere, of whom nobody knows which realm it is 0|1
-- Returns 1, or 0 where the agent is to be given back (it is draining, or somebody waits), or the lease has ended
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
local agent = readAgent(ARGV[5])
if not leaseOf(agent, ARGV[6], ARGV[7]) or agent.reason then return 0 end
if ARGV[9] == '1' and not hasTenure(agent) then return 0 end
local ticket, inTheWay = claimOn(agent, time[1] * 1000000 + time[2] + ARGV[8] * 1000,
  readTicket(ARGV[6]).priority)
if ticket or inTheWay then return 0 end
return 1
