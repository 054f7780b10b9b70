-- Prolongs a lease whose time is not over.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 ticket  7 epoch  8 ms it lives from now on
-- Returns 1, or 0 where the lease has ended
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
local agent = readAgent(ARGV[5])
local lease = leaseOf(agent, ARGV[6], ARGV[7])
if not lease then return 0 end
lease.ends = now + ARGV[8]
writeLeases(agent)
return 1
