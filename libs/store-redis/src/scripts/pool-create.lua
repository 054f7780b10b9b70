-- Enters an agent that is about to be started.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 directory  7 most agents of the pool  8 most tasks of an agent
--      9 ms after which it is not placed any more, '' where there is no such time
-- Returns 1, or 0 where the pool is full (agents that are ending take room, too) or the agent got further already
--- @include "now"
--- @include "pool-agent"
local id = ARGV[5]
local state = redis.call('HGET', agentKey(id), 'state')
if state then return state == 'creating' and 1 or 0 end
redis.call('HSET', pool, 'maxSize', ARGV[7])
local leaving = redis.call('HMGET', pool, 'draining', 'retiring')
if live() + (leaving[1] or 0) + (leaving[2] or 0) >= tonumber(ARGV[7]) then return 0 end
redis.call('HSET', agentKey(id), 'state', 'creating', 'directory', ARGV[6], 'maxUses', ARGV[8], 'uses', 0,
  'createdAt', now, 'since', now)
if ARGV[9] ~= '' then redis.call('HSET', agentKey(id), 'expiresAt', now + ARGV[9]) end
redis.call('SADD', pool .. ':agents', id)
redis.call('HINCRBY', pool, 'creating', 1)
return 1
