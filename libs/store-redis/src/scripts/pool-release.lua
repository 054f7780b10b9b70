-- Ends a lease: the agent goes to the ticket that waits longest of those that it may serve, to idle, or to retiring
-- (suspect, failing, draining, used up, too old, unclean, or in the way of lanes that it may not serve). Where nobody
-- knows whether it is clean, its host is to look.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says  5 agent  6 ticket  7 epoch  8 tasks run under it  9 suspect 0|1
--      10 what its tasks left to others left|unknown|''  11 failed tasks in a row that retire it
--      12 a task completed before those that failed 0|1  13… tasks that failed
-- Returns 1, or 0 where the lease had ended
--- @include "now"
--- @include "pool-agent"
--- @include "pool-claim"
--- @include "pool-lease"
local id = ARGV[5]
local lease = redis.call('HMGET', agentKey(id), 'lease', 'epoch', 'leaseUntil', 'maxUses', 'failed', 'realm', 'reason',
  'expiresAt')
if lease[1] ~= ARGV[6] or lease[2] ~= ARGV[7] or tonumber(lease[3]) <= now then return 0 end

-- How many different tasks failed on it one after another, those of earlier leases included.
local function failedInARow(before)
  local tasks = ARGV[12] == '0' and before or ' '
  for i = 13, #ARGV do
    if not string.find(tasks, ' ' .. ARGV[i] .. ' ', 1, true) then tasks = tasks .. ARGV[i] .. ' ' end
  end
  if tasks ~= before then redis.call('HSET', agentKey(id), 'failed', tasks) end
  local _, count = string.gsub(tasks, '%S+', '')
  return count
end

local failed = failedInARow(lease[5] or ' ')
local uses = redis.call('HINCRBY', agentKey(id), 'uses', ARGV[8])
redis.call('HINCRBY', pool, 'served', ARGV[8])
if ARGV[9] == '1' then retire(id, 'suspect')
elseif failed >= tonumber(ARGV[11]) then retire(id, 'failing')
elseif lease[7] then retire(id, lease[7])
elseif uses >= tonumber(lease[4]) then retire(id, 'max_uses')
elseif lease[8] and tonumber(lease[8]) <= now then retire(id, 'max_age')
elseif ARGV[8] ~= '0' and ARGV[10] == 'left' then retire(id, 'unclean')
elseif ARGV[8] ~= '0' and ARGV[10] == 'unknown' then
  move(id, 'cleaning')
  wakeKeeper()
elseif uses > 0 then place(id, lease[6] or '')
else
  -- No task ran on it: it may serve anybody.
  redis.call('HSET', agentKey(id), 'realm', '')
  place(id, '')
end
return 1
