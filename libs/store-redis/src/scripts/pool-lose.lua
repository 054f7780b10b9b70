-- Forgets all that is known of a pool on a host that is gone. Whatever comes from there afterwards finds nothing.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says
-- Returns how many agents were entered
--- @include "now"
--- @include "pool-agent"
local agents = redis.call('SMEMBERS', pool .. ':agents')
for _, id in ipairs(agents) do
  redis.call('DEL', idleOf(redis.call('HGET', agentKey(id), 'realm') or ''), agentKey(id))
end
redis.call('DEL', pool, pool .. ':agents', pool .. ':idle', pool .. ':waiters', pool .. ':tickets')
redis.call('DEL', pool .. ':realms', pool .. ':deaths')
return #agents
