-- Who is next for an agent. Needs "pool-agent".
-- How far down the line an agent looks for somebody whom it may serve.
local LOOK = 64
-- For how many times as long as its start took an agent goes on for a realm, and for how long at most (ms).
local TENURE, LONGEST_TENURE = 10, 60000

-- Notes what the start of an agent has cost: that is what it costs to give its place to another realm.
local function noteStart(agent)
  local took = now - (redis.call('HGET', agentKey(agent.id), 'createdAt') or now)
  redis.call('HSET', agentKey(agent.id), 'tenure', math.min(took * TENURE, LONGEST_TENURE))
end

-- Whether an agent goes on for its realm although lanes of others need its place: for its tenure, as long as its realm
-- uses no more than an even part of the pool. Among whom that is divided: the realms that have agents, and the one that
-- comes; where nobody knows which one that is (nil), another one than the agent's. Agents without a task do not count:
-- one that was given back may be given to others, and nobody else of its realm has to make place then.
local function hasTenure(agent, comer)
  if agent.realm == '' then return false end
  if tonumber(redis.call('HGET', agentKey(agent.id), 'tenureEnds') or 0) <= now then return false end
  local has = redis.call('HMGET', pool .. ':realms', agent.realm, comer or agent.realm)
  local realms = math.max(2, redis.call('HLEN', pool .. ':realms') + (has[2] and 0 or 1))
  local used = (has[1] or 0) - redis.call('LLEN', idleOf(agent.realm))
  return used <= math.ceil((redis.call('HGET', pool, 'maxSize') or 0) / realms)
end

-- The ticket that is next for an agent among those that its realm allows (any where it is ''), of those that came by then.
-- Tickets of other realms need other agents. As far as the pool may start these, beside those that are in use, they are
-- passed over; one ticket more, and the agent is in their way: nil and true then, so that nobody waits for ever. Where it
-- has tenure that is so where nobody uses it, or the one in line is more urgent than the next of its realm and than who
-- asks for it (of that priority). Not while agents do not start: what there is goes on, until the next try is due.
local function claimOn(agent, by, priority)
  local realm = agent.realm
  local line = redis.call('ZRANGEBYSCORE', pool .. ':waiters', '-inf', by, 'LIMIT', 0, realm == '' and 1 or LOOK)
  if #line == 0 then return nil, false end
  if realm == '' then return readTicket(line[1]) or { id = line[1] }, false end
  local settings = redis.call('HMGET', pool, 'retryAt', 'maxSize', 'leased', 'cleaning')
  local startable = (tonumber(settings[1]) or 0) > now and LOOK or settings[2] - (settings[3] or 0) - (settings[4] or 0)
  -- Agents for those of other realms so far: one serves as many lanes of a realm at once as it has slots.
  local agents, seen = 0, {}
  -- How urgent they are who wait for its tenure to end.
  local urgency = nil
  for _, id in ipairs(line) do
    local ticket = readTicket(id)
    if ticket and ticket.realm == realm then
      if urgency and urgency < ticket.priority then return nil, true end
      return ticket, false
    end
    local other = ticket and ticket.realm or ''
    if (seen[other] or 0) % agent.concurrency == 0 then agents = agents + 1 end
    seen[other] = (seen[other] or 0) + 1
    if agents > startable then
      if not ticket or not urgency and not hasTenure(agent, ticket.realm) then return nil, true end
      urgency = math.min(urgency or ticket.priority, ticket.priority)
    end
  end
  return nil, urgency ~= nil and (#agent.leases == 0 or urgency < (priority or 0))
end
