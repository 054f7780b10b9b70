-- Agents of a pool on one host. Needs "now".
-- KEYS[1] is the pool, a hash with counts and settings; the other keys begin with it and share its hash tag:
-- :agent:<id> hash · :agents set of ids · :waiters sorted set, ticket → when it counts as come (microseconds)
-- :idle list of ids of agents that may take a task and serve any realm, first who is next · :idle:<realm> those that may
-- serve only this one. An agent that serves several tasks at once stays there until no more may be given to it.
-- :tickets hash, ticket → worker|ttl|agent|priority|realm, the agent '' while the ticket waits
-- :realms hash, realm → agents that are left to it, without those that are ending
-- ARGV[1] the moves that agents may make (" idle>leased …")  ARGV[2] what comes before a worker in its channel's name
-- ARGV[3] channel of the host's keeper  ARGV[4] id of the pool
local pool = KEYS[1]

local function agentKey(id) return pool .. ':agent:' .. id end

local function wakeKeeper() redis.call('PUBLISH', ARGV[3], ARGV[4]) end

-- An agent as it is entered; nil where it is not. What changes it keeps this table as Redis has it.
local function readAgent(id)
  local fields = redis.call('HMGET', agentKey(id), 'state', 'realm', 'leases', 'uses', 'maxUses', 'concurrency', 'epoch',
    'directory', 'reason', 'expiresAt', 'failed', 'traces')
  if not fields[1] then return nil end
  local agent = { id = id, state = fields[1], realm = fields[2] or '', leases = {}, uses = tonumber(fields[4]),
    maxUses = tonumber(fields[5]), concurrency = tonumber(fields[6] or 1), epoch = tonumber(fields[7] or 0),
    directory = fields[8], reason = fields[9], expiresAt = tonumber(fields[10] or math.huge), failed = fields[11] or ' ',
    traces = fields[12] }
  for slot, ticket, epoch, ends, uses in string.gmatch(fields[3] or '', '(%d+)|([^|]*)|(%d+)|(%d+)|(%d+) ') do
    table.insert(agent.leases,
      { slot = tonumber(slot), ticket = ticket, epoch = epoch, ends = tonumber(ends), uses = tonumber(uses) })
  end
  return agent
end

-- Each lease as "slot|ticket|epoch|when it ends|tasks that it may run ".
local function leasesText(agent)
  local text = {}
  for i, lease in ipairs(agent.leases) do
    text[i] = string.format('%d|%s|%s|%.0f|%.0f ', lease.slot, lease.ticket, lease.epoch, lease.ends, lease.uses)
  end
  return table.concat(text)
end

local function writeLeases(agent) redis.call('HSET', agentKey(agent.id), 'leases', leasesText(agent)) end

-- Tasks that it may still run, beyond those that its leases may run.
local function usesLeft(agent)
  local left = agent.maxUses - agent.uses
  for _, lease in ipairs(agent.leases) do left = left - lease.uses end
  return left
end

-- How many leases more it can have.
local function freeSlots(agent) return math.min(agent.concurrency - #agent.leases, usesLeft(agent)) end

-- Agents that may be placed again; those that are draining or retiring only take room.
local function live()
  local sum = 0
  for _, count in ipairs(redis.call('HMGET', pool, 'creating', 'idle', 'leased', 'cleaning')) do sum = sum + (count or 0) end
  return sum
end

-- The list of agents that may take a task and are left to a realm; of those that may serve any where it is ''.
local function idleOf(realm) return pool .. ':idle' .. (realm == '' and '' or ':' .. realm) end

-- Takes an agent off the list of those that may take a task, where it may stand there.
local function unlist(agent)
  if agent.state == 'idle' or agent.state == 'leased' and agent.concurrency > 1 then
    redis.call('LREM', idleOf(agent.realm), 1, agent.id)
  end
end

-- A ticket as it is entered, its agent '' while it waits; nil where it is unknown.
local function readTicket(id)
  local text = redis.call('HGET', pool .. ':tickets', id)
  local worker, ttl, agent, priority, realm = string.match(text or '', '^([^|]*)|(%d+)|([^|]*)|(%d+)|(.*)$')
  return worker and { id = id, worker = worker, ttl = ttl, agent = agent, priority = tonumber(priority), realm = realm }
end

-- Enters a ticket with the agent that is leased to it, '' while it waits.
local function writeTicket(ticket, agent)
  redis.call('HSET', pool .. ':tickets', ticket.id,
    table.concat({ ticket.worker, ticket.ttl, agent, ticket.priority, ticket.realm }, '|'))
end

local function forgetTicket(id) redis.call('HDEL', pool .. ':tickets', id) end

-- Takes the ticket out of line that is next; nil where none waits.
local function nextTicket() return redis.call('ZPOPMIN', pool .. ':waiters')[1] end

local function dropLeases(agent)
  if #agent.leases == 0 then return end
  for _, lease in ipairs(agent.leases) do
    local ticket = readTicket(lease.ticket)
    -- Where the lease was over, it may have been asked for again.
    if ticket and ticket.agent == agent.id then forgetTicket(ticket.id) end
  end
  agent.leases = {}
  writeLeases(agent)
end

local function countOfRealm(realm, by)
  if realm == '' then return end
  if redis.call('HINCRBY', pool .. ':realms', realm, by) <= 0 then redis.call('HDEL', pool .. ':realms', realm) end
end

-- Leaves an agent that is not ending to a realm, '' for any. What it is given back for begins anew with each.
local function leaveTo(agent, realm)
  if realm == agent.realm then return end
  countOfRealm(agent.realm, -1)
  countOfRealm(realm, 1)
  agent.realm = realm
  local tenure = redis.call('HGET', agentKey(agent.id), 'tenure') or 0
  redis.call('HSET', agentKey(agent.id), 'realm', realm, 'tenureEnds', now + tenure)
end

local ENDING = { draining = true, retiring = true, dead = true }

-- Brings an agent into another state, and whatever hangs on the state with it; false where that move is not allowed.
local function move(agent, to)
  local from = agent.state
  if not string.find(ARGV[1], ' ' .. from .. '>' .. to .. ' ', 1, true) then return false end
  unlist(agent)
  if from == 'leased' and to ~= 'draining' or from == 'draining' then dropLeases(agent) end
  if ENDING[to] and not ENDING[from] then countOfRealm(agent.realm, -1) end
  redis.call('HINCRBY', pool, from, -1)
  agent.state = to
  if to == 'dead' then
    redis.call('DEL', agentKey(agent.id))
    redis.call('SREM', pool .. ':agents', agent.id)
    return true
  end
  redis.call('HINCRBY', pool, to, 1)
  redis.call('HSET', agentKey(agent.id), 'state', to, 'since', now)
  if to == 'idle' then redis.call('LPUSH', idleOf(agent.realm), agent.id) end
  return true
end

local function retire(agent, reason)
  if not move(agent, 'retiring') then return false end
  redis.call('HSET', agentKey(agent.id), 'reason', reason)
  wakeKeeper()
  return true
end

-- Sees to it that an agent is not placed again: one with leases ends when the last of them does, any other one now.
local function drain(agent, reason)
  if agent.state == 'draining' and #agent.leases > 0 then return true end
  if #agent.leases == 0 then return retire(agent, reason) end
  if not move(agent, 'draining') then return false end
  redis.call('HSET', agentKey(agent.id), 'reason', reason)
  return true
end
