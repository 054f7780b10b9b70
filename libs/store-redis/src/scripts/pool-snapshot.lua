-- One consistent reading of a pool on one host.
-- KEYS 1 pool on one host
-- Returns {now, waiting, {warm, warmUntil, error, retryAt, failures, minSize, maxSize, trial},
--          {{id, state, directory, uses, createdAt, since, leases, reason, realm}, …}}
--- @include "now"
local pool = KEYS[1]
local agents = {}
for i, id in ipairs(redis.call('SMEMBERS', pool .. ':agents')) do
  agents[i] = { id, unpack(redis.call('HMGET', pool .. ':agent:' .. id, 'state', 'directory', 'uses', 'createdAt',
    'since', 'leases', 'reason', 'realm')) }
end
return { now, redis.call('ZCARD', pool .. ':waiters'),
  redis.call('HMGET', pool, 'warm', 'warmUntil', 'error', 'retryAt', 'failures', 'minSize', 'maxSize', 'trial'),
  agents }
