-- Enters an agent that is about to be started.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 directory  7 most tasks of an agent
--      8 ms after which it is not placed any more, '' where there is no such time  9 tasks that it serves at once
-- Returns 1, or 0 where the host has its share of the pool (agents that are ending count, too) or the agent got further already
--- @include "now"
--- @include "pool-agent"
local id = ARGV[5]
local state = redis.call('HGET', agentKey(id), 'state')
if state then return state == 'creating' and 1 or 0 end
local counts = redis.call('HMGET', pool, 'maxSize', 'draining', 'retiring')
if live() + (counts[2] or 0) + (counts[3] or 0) >= tonumber(counts[1] or 0) then return 0 end
redis.call('HSET', agentKey(id), 'state', 'creating', 'directory', ARGV[6], 'maxUses', ARGV[7], 'uses', 0,
  'createdAt', now, 'since', now)
if ARGV[9] ~= '1' then redis.call('HSET', agentKey(id), 'concurrency', ARGV[9]) end
if ARGV[8] ~= '' then redis.call('HSET', agentKey(id), 'expiresAt', now + ARGV[8]) end
redis.call('SADD', pool .. ':agents', id)
redis.call('HINCRBY', pool, 'creating', 1)
return 1
