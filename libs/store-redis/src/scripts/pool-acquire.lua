-- Leases an agent to a ticket, or puts the ticket in line. The same ticket again gets what it has.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 ticket  6 worker  7 ms the lease lives unless renewed
--      8 ms by which it counts as come later than now, in line  9 the realm that the agent is left to from then on
--      10 priority, the most urgent one is 1
-- Returns {'leased', ticket, agent, epoch, directory, uses left, uses so far, slot}, {'queued'} or {'broken', error (JSON)}
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
--- @include "pool-broken"
local asked = { id = ARGV[5], worker = ARGV[6], ttl = ARGV[7], realm = ARGV[9], priority = ARGV[10] }
local ticket, realm = asked.id, asked.realm

local known = readTicket(ticket)
local waits = known and known.agent == ''
local holder = known and not waits and readAgent(known.agent)
local held = holder and leaseOf(holder, ticket)
if held then return { 'leased', unpack(describe(holder, held)) } end

local id = redis.call('LINDEX', idleOf(realm), 0) or realm ~= '' and redis.call('LINDEX', idleOf(''), 0)
if id then
  if waits then redis.call('ZREM', pool .. ':waiters', ticket) end
  local agent = readAgent(id)
  local lease = leaseFor(agent, ticket, asked.ttl)
  if not grant(agent, lease, asked) then
    return redis.error_reply('ILLEGAL agent ' .. id .. ' is in the list of those that may take a task, and may not be leased')
  end
  -- After its last task another agent takes its place, which may be started already.
  if usesLeft(agent) == 0 and lease.uses == 1 then wakeKeeper() end
  return { 'leased', unpack(describe(agent, lease)) }
end

local broken = brokenBecause()
if broken then
  redis.call('ZREM', pool .. ':waiters', ticket)
  forgetTicket(ticket)
  return { 'broken', broken }
end
if not waits then
  redis.call('ZADD', pool .. ':waiters', time[1] * 1000000 + time[2] + ARGV[8] * 1000, ticket)
  writeTicket(asked, '')
end
-- Idle agents of other realms can be replaced.
local counts = redis.call('HMGET', pool, 'creating', 'leased', 'cleaning', 'maxSize')
local inUse = (counts[1] or 0) + (counts[2] or 0) + (counts[3] or 0)
if inUse < (tonumber(counts[4]) or math.huge) then wakeKeeper() end
return { 'queued' }
