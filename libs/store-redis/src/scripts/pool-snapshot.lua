-- One consistent reading of a pool on one host.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 of how many lanes in line the realms are told; of the others, how many they are
-- Returns {now, {waiting of one realm, …, others that wait}, {warm, warmUntil, error, retryAt, failures, minSize, maxSize, trial},
--          {{id, state, directory, uses, createdAt, since, leases, reason, realm}, …}}
--- @include "now"
--- @include "pool-agent"
local byRealm, realms = {}, {}
local line = redis.call('ZRANGEBYSCORE', pool .. ':waiters', '-inf', '+inf', 'LIMIT', 0, ARGV[5])
for _, id in ipairs(line) do
  local realm = (readTicket(id) or { realm = '' }).realm
  if not byRealm[realm] then table.insert(realms, realm) end
  byRealm[realm] = (byRealm[realm] or 0) + 1
end
local waiting = {}
for i, realm in ipairs(realms) do waiting[i] = byRealm[realm] end
table.insert(waiting, redis.call('ZCARD', pool .. ':waiters') - #line)

local agents = {}
for i, id in ipairs(redis.call('SMEMBERS', pool .. ':agents')) do
  agents[i] = { id, unpack(redis.call('HMGET', pool .. ':agent:' .. id, 'state', 'directory', 'uses', 'createdAt',
    'since', 'leases', 'reason', 'realm')) }
end
return { now, waiting,
  redis.call('HMGET', pool, 'warm', 'warmUntil', 'error', 'retryAt', 'failures', 'minSize', 'maxSize', 'trial'),
  agents }
