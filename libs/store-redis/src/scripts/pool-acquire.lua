-- Leases an idle agent to a ticket, or puts the ticket in line. The same ticket again gets what it has.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 ticket  6 worker  7 ms the lease lives unless renewed
--      8 ms by which it counts as come later than now, in line  9 the realm that the agent is left to from then on
-- Returns {'leased', ticket, agent, epoch, directory, uses left, uses so far}, {'queued'} or {'broken', error (JSON)}
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
--- @include "pool-broken"
local ticket, worker, ttl, realm = ARGV[5], ARGV[6], ARGV[7], ARGV[9]

local _, _, holds = readTicket(ticket)
local held = holds and holds ~= '' and leaseOf(holds, ticket)
if held then return { 'leased', unpack(held) } end
local waits = holds == ''

local id = redis.call('LINDEX', idleOf(realm), 0) or realm ~= '' and redis.call('LINDEX', idleOf(''), 0)
if id then
  if waits then redis.call('ZREM', pool .. ':waiters', ticket) end
  local epoch = nextEpoch(id)
  if not grant(id, ticket, epoch, worker, ttl, realm) then
    return redis.error_reply('ILLEGAL agent ' .. id .. ' is in the list of idle ones and may not be leased')
  end
  local lease = describe(id, ticket, epoch)
  -- After its last task another agent takes its place, which may be started already.
  if lease[5] == '1' then wakeKeeper() end
  return { 'leased', unpack(lease) }
end

local broken = brokenBecause()
if broken then
  redis.call('ZREM', pool .. ':waiters', ticket)
  redis.call('HDEL', pool .. ':tickets', ticket)
  return { 'broken', broken }
end
if not waits then
  redis.call('ZADD', pool .. ':waiters', time[1] * 1000000 + time[2] + ARGV[8] * 1000, ticket)
  writeTicket(ticket, worker, ttl, '', realm)
end
-- Idle agents of other realms can be replaced.
local idle = redis.call('HGET', pool, 'idle') or 0
if live() - idle < (tonumber(redis.call('HGET', pool, 'maxSize')) or math.huge) then wakeKeeper() end
return { 'queued' }
