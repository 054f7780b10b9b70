-- Leases of agents. Needs "pool-agent" and "pool-claim".

-- The lease that a ticket holds on an agent, of that epoch where it is given; nothing where it ended or its time is over.
local function leaseOf(agent, ticket, epoch)
  for _, lease in ipairs(agent and agent.leases or {}) do
    if lease.ticket == ticket and lease.ends > now and (not epoch or lease.epoch == epoch) then return lease end
  end
end

-- What a lease says: ticket, agent, epoch, directory, uses left, uses so far, slot.
local function describe(agent, lease)
  return { lease.ticket, agent.id, lease.epoch, agent.directory, string.format('%.0f', lease.uses),
    string.format('%.0f', agent.uses), tostring(lease.slot) }
end

-- A lease for a ticket, as it can be granted: the lowest slot that is free, and its part of the tasks that are left.
local function leaseFor(agent, ticket, ttl)
  local taken = {}
  for _, lease in ipairs(agent.leases) do taken[lease.slot] = true end
  local slot = 0
  while taken[slot] do slot = slot + 1 end
  return { slot = slot, ticket = ticket, epoch = string.format('%.0f', math.max(agent.epoch + 1, now)), ends = now + ttl,
    uses = math.floor(usesLeft(agent) / freeSlots(agent)) }
end

local function grant(agent, lease, ticket)
  if agent.state == 'leased' then unlist(agent)
  elseif not move(agent, 'leased') then return false end
  leaveTo(agent, ticket.realm)
  agent.epoch = tonumber(lease.epoch)
  table.insert(agent.leases, lease)
  redis.call('HSET', agentKey(agent.id), 'epoch', lease.epoch, 'leases', leasesText(agent))
  writeTicket(ticket, agent.id)
  -- Behind those that do nothing yet.
  if freeSlots(agent) > 0 then redis.call('RPUSH', idleOf(agent.realm), agent.id) end
  return true
end

-- Tells a worker something about a ticket; false where nobody listens, so that the worker must be gone.
local function tell(worker, kind, words)
  return redis.call('PUBLISH', ARGV[2] .. worker, cjson.encode({ kind, ARGV[4], unpack(words) })) > 0
end

-- Leaves an agent to whoever comes, beside the leases that it has.
local function rest(agent)
  if #agent.leases == 0 then return move(agent, 'idle') end
  unlist(agent)
  redis.call('RPUSH', idleOf(agent.realm), agent.id)
  return true
end

-- Gives an agent to the tickets that are next for it and whose workers live, as many as it can take. Where there are no
-- more it becomes idle, or makes room where it is in the way of others.
local function place(agent)
  while freeSlots(agent) > 0 do
    local ticket, inTheWay = claimOn(agent, '+inf')
    if inTheWay then return drain(agent, 'reuse') end
    if not ticket then return rest(agent) end
    redis.call('ZREM', pool .. ':waiters', ticket.id)
    local lease = ticket.worker and leaseFor(agent, ticket.id, ticket.ttl)
    if not lease or not tell(ticket.worker, 'leased', describe(agent, lease)) then forgetTicket(ticket.id)
    elseif not grant(agent, lease, ticket) then return false end
  end
  return true
end
