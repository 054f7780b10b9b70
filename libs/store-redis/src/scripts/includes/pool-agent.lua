-- Agents of a pool on one host. Needs "now".
-- KEYS[1] is the pool, a hash with counts and settings; the other keys begin with it and share its hash tag:
-- :agent:<id> hash · :agents set of ids · :waiters sorted set, ticket → when it counts as come (microseconds)
-- :idle list of ids, latest first: agents that may serve any realm · :idle:<realm> those that may serve only this one
-- :tickets hash, ticket → worker|ttl|agent|realm, the agent '' while the ticket waits
-- ARGV[1] the moves that agents may make (" idle>leased …")  ARGV[2] what comes before a worker in its channel's name
-- ARGV[3] channel of the host's keeper  ARGV[4] id of the pool
local pool = KEYS[1]

local function agentKey(id) return pool .. ':agent:' .. id end

local function wakeKeeper() redis.call('PUBLISH', ARGV[3], ARGV[4]) end

-- Agents that may be placed again; those that are draining or retiring only take room.
local function live()
  local sum = 0
  for _, count in ipairs(redis.call('HMGET', pool, 'creating', 'idle', 'leased', 'cleaning')) do sum = sum + (count or 0) end
  return sum
end

-- The list of idle agents that are left to a realm; of those that may serve any where it is ''.
local function idleOf(realm) return pool .. ':idle' .. (realm == '' and '' or ':' .. realm) end

-- The worker, time to live, agent and realm of a ticket; nothing where it is unknown.
local function readTicket(ticket)
  return string.match(redis.call('HGET', pool .. ':tickets', ticket) or '', '^([^|]*)|(%d+)|([^|]*)|(.*)$')
end

local function writeTicket(ticket, worker, ttl, agent, realm)
  redis.call('HSET', pool .. ':tickets', ticket, table.concat({ worker, ttl, agent, realm }, '|'))
end

-- Takes the ticket out of line that is next; nil where none waits.
local function nextTicket() return redis.call('ZPOPMIN', pool .. ':waiters')[1] end

local function dropLease(id)
  local ticket = redis.call('HGET', agentKey(id), 'lease')
  if not ticket then return end
  local _, _, holds = readTicket(ticket)
  if holds == id then redis.call('HDEL', pool .. ':tickets', ticket) end
  redis.call('HDEL', agentKey(id), 'lease', 'leaseUntil')
end

-- Brings an agent into another state, and whatever hangs on the state with it; false where that move is not allowed.
local function move(id, to)
  local agent = redis.call('HMGET', agentKey(id), 'state', 'realm')
  local from, realm = agent[1], agent[2] or ''
  if not from or not string.find(ARGV[1], ' ' .. from .. '>' .. to .. ' ', 1, true) then return false end
  if from == 'idle' then redis.call('LREM', idleOf(realm), 1, id) end
  if from == 'leased' and to ~= 'draining' or from == 'draining' then dropLease(id) end
  redis.call('HINCRBY', pool, from, -1)
  if to == 'dead' then
    redis.call('DEL', agentKey(id))
    redis.call('SREM', pool .. ':agents', id)
    return true
  end
  redis.call('HINCRBY', pool, to, 1)
  redis.call('HSET', agentKey(id), 'state', to, 'since', now)
  if to == 'idle' then redis.call('LPUSH', idleOf(realm), id) end
  return true
end

local function retire(id, reason)
  if not move(id, 'retiring') then return false end
  redis.call('HSET', agentKey(id), 'reason', reason)
  wakeKeeper()
  return true
end

-- Sees to it that an agent is not placed again: a leased one ends when it is given back, any other one now.
local function drain(id, reason)
  if redis.call('HGET', agentKey(id), 'state') ~= 'leased' then return retire(id, reason) end
  move(id, 'draining')
  redis.call('HSET', agentKey(id), 'reason', reason)
  return true
end
