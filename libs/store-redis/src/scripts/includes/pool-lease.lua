-- Leases of agents. Needs "pool-agent".

-- What a lease says: ticket, agent, epoch, directory, uses left, uses so far.
local function describe(id, ticket, epoch)
  local agent = redis.call('HMGET', agentKey(id), 'directory', 'uses', 'maxUses')
  return { ticket, id, epoch, agent[1], string.format('%.0f', agent[3] - agent[2]), agent[2] }
end

-- The lease that a ticket holds on an agent; nothing where it ended or its time is over.
local function leaseOf(id, ticket)
  local lease = redis.call('HMGET', agentKey(id), 'lease', 'epoch', 'leaseUntil')
  if lease[1] ~= ticket or tonumber(lease[3]) <= now then return nil end
  return describe(id, ticket, lease[2])
end

local function nextEpoch(id)
  local last = tonumber(redis.call('HGET', agentKey(id), 'epoch')) or 0
  return string.format('%.0f', math.max(last + 1, now))
end

local function grant(id, ticket, epoch, worker, ttl, realm)
  if not move(id, 'leased') then return false end
  redis.call('HSET', agentKey(id), 'lease', ticket, 'epoch', epoch, 'leaseUntil', now + ttl, 'realm', realm)
  writeTicket(ticket, worker, ttl, id, realm)
  return true
end

-- Tells a worker something about a ticket; false where nobody listens, so that the worker must be gone.
local function tell(worker, kind, words)
  return redis.call('PUBLISH', ARGV[2] .. worker, cjson.encode({ kind, ARGV[4], unpack(words) })) > 0
end

-- Gives an agent to the ticket that is next for it and whose worker lives. Else it becomes idle, or makes room where it
-- is in the way of others.
local function place(id, realm)
  local ticket, inTheWay = claimOn(realm, '+inf')
  while ticket do
    redis.call('ZREM', pool .. ':waiters', ticket)
    local worker, ttl, _, wanted = readTicket(ticket)
    local epoch = nextEpoch(id)
    if worker and tell(worker, 'leased', describe(id, ticket, epoch)) then
      return grant(id, ticket, epoch, worker, ttl, wanted)
    end
    redis.call('HDEL', pool .. ':tickets', ticket)
    ticket, inTheWay = claimOn(realm, '+inf')
  end
  if inTheWay then return retire(id, 'reuse') end
  return move(id, 'idle')
end
