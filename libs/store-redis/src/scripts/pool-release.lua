-- Ends a lease: what the agent can take goes to the tickets that wait longest of those that it may serve, or it goes to
-- idle, or to retiring (suspect, failing, draining, used up, too old, unclean, or in the way of lanes that it may not
-- serve), as soon as it has no other lease. Where nobody knows whether it is clean, its host is to look.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 ticket  7 epoch  8 tasks run under it  9 suspect 0|1
--      10 what its tasks left to others left|unknown|''  11 failed tasks in a row that retire it
--      12 a task completed before those that failed 0|1  13… tasks that failed
-- Returns 1, or 0 where the lease had ended
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
local agent = readAgent(ARGV[5])
local ended = leaseOf(agent, ARGV[6], ARGV[7])
if not ended then return 0 end

-- How many different tasks failed on it one after another, those of earlier leases included.
local function failedInARow()
  local tasks = ARGV[12] == '0' and agent.failed or ' '
  for i = 13, #ARGV do
    if not string.find(tasks, ' ' .. ARGV[i] .. ' ', 1, true) then tasks = tasks .. ARGV[i] .. ' ' end
  end
  if tasks ~= agent.failed then redis.call('HSET', agentKey(agent.id), 'failed', tasks) end
  local _, count = string.gsub(tasks, '%S+', '')
  return count
end

for i, lease in ipairs(agent.leases) do
  if lease == ended then table.remove(agent.leases, i) break end
end
forgetTicket(ended.ticket)
local isAlone = #agent.leases == 0

-- What a task left is looked at when nothing runs beside.
local function mayBeUnclean()
  if ARGV[8] ~= '0' and ARGV[10] == 'unknown' and not agent.traces then
    agent.traces = 'unknown'
    if not isAlone then redis.call('HSET', agentKey(agent.id), 'traces', agent.traces) end
  end
  return isAlone and agent.traces
end

local failed = failedInARow()
agent.uses = agent.uses + ARGV[8]
redis.call('HSET', agentKey(agent.id), 'uses', agent.uses, 'leases', leasesText(agent))
redis.call('HINCRBY', pool, 'served', ARGV[8])
if ARGV[9] == '1' then drain(agent, 'suspect')
elseif failed >= tonumber(ARGV[11]) then drain(agent, 'failing')
elseif agent.reason then drain(agent, agent.reason)
elseif agent.uses >= agent.maxUses then drain(agent, 'max_uses')
elseif agent.expiresAt <= now then drain(agent, 'max_age')
elseif ARGV[8] ~= '0' and ARGV[10] == 'left' then drain(agent, 'unclean')
elseif mayBeUnclean() then
  redis.call('HDEL', agentKey(agent.id), 'traces')
  move(agent, 'cleaning')
  wakeKeeper()
else
  -- Where no task ran on it, it may serve anybody.
  if isAlone and agent.uses == 0 then
    unlist(agent)
    leaveTo(agent, '')
  end
  place(agent)
end
return 1
