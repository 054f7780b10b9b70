-- Ends tasks of a step that nobody began in time, which stands still while the run is paused. Those that were tried before
-- wait for another attempt, not here.
-- KEYS 1 run  2 steps  3 events  4 tasks  5 outcomes
-- ARGV 1 step  2 ms that a task may wait  3 error (JSON)  4 most tasks in one call
--      5 states that a task may be timed out from (",a,b,")
-- Returns how many
--- @include "now"
--- @include "run-event"
--- @include "task-record"
--- @include "step-counts"
local name = ARGV[1]
local run = redis.call('HMGET', KEYS[1], 'state', 'pausedMs')
if run[1] ~= 'running' then return 0 end
local step = readStep(KEYS[2], name)
if step.state ~= 'ready' and step.state ~= 'running' then return 0 end
local before = redis.call('HMGET', KEYS[2], name .. ':pausedBeforeLine', name .. ':pausedBefore')
local paused = (run[2] or 0) - (before[1] or before[2] or 0)
if now < step.linedUpAt + ARGV[2] + paused then return 0 end
if not string.find(ARGV[5], ',pending,', 1, true) then
  return redis.error_reply('ILLEGAL a pending task cannot time out')
end
local count = math.min(step.total - step.next, tonumber(ARGV[4]))
if count <= 0 then return 0 end
for index = step.next, step.next + count - 1 do
  writeTask(KEYS[4], index, { state = 'timed_out', attempt = 0, lost = 0, token = '', agent = '',
    created = step.linedUpAt, started = 0, finished = now })
  redis.call('HSET', KEYS[5], index, 'e' .. ARGV[3])
  if step.streamed then redis.call('RPUSH', KEYS[5] .. ':arrivals', index) end
  event(KEYS[3], now, 'task.timed_out', 'step', name, 'index', index, 'attempt', 0)
end
redis.call('HSETNX', KEYS[2], name .. ':error', ARGV[3])
step.next = step.next + count
step.pending = step.pending - count
step.timed_out = step.timed_out + count
writeStep(KEYS[2], name, step, now)
return count
