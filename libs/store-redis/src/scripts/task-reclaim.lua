-- Puts tasks back in line whose attempts were not renewed in time: their worker is gone, or frozen.
-- KEYS 1 run  2 steps  3 events  4 tasks  5 outcomes  6 alive  7 retries  8 operations  9 history
-- ARGV 1 step  2 losses allowed  3 error of the attempt (JSON)  4 most tasks in one call
--      5 error of a task lost too often (JSON)
-- Returns how many
--- @include "now"
--- @include "run-event"
--- @include "run-open"
--- @include "task-record"
--- @include "step-counts"
--- @include "task-history"
--- @include "end-attempt"
local name = ARGV[1]
local keys = { steps = KEYS[2], events = KEYS[3], tasks = KEYS[4], outcomes = KEYS[5], alive = KEYS[6],
  retries = KEYS[7], operations = KEYS[8], history = KEYS[9] }
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
local overdue = redis.call('ZRANGE', keys.alive, '-inf', '(' .. now, 'BYSCORE', 'LIMIT', 0, ARGV[4])
if #overdue == 0 then return 0 end
local step = readStep(keys.steps, name)
if step.state ~= 'running' then return 0 end
for _, index in ipairs(overdue) do
  endAttempt(keys, name, step, index, readTask(keys.tasks, index),
    { kind = 'lost', outcome = ARGV[3], retryIn = 0, maxLost = tonumber(ARGV[2]),
      brief = ARGV[3], poison = ARGV[5] }, now)
end
writeStep(keys.steps, name, step, now)
return #overdue
