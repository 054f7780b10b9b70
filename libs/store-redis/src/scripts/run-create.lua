-- Writes a run's record with all its steps pending.
-- KEYS 1 run  2 steps  3 events
-- ARGV 1 id  2 workflow ('' = none)  3 version  4 definition (JSON)  5 input (JSON)  6 timeout in ms  7… names of the steps
-- Returns 1, or 0 where the run exists
--- @include "now"
--- @include "run-event"
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'workflow', ARGV[2], 'version', ARGV[3], 'definition', ARGV[4],
  'input', ARGV[5], 'state', 'running', 'createdAt', now, 'deadline', now + ARGV[6], 'revision', 0)
for i = 7, #ARGV do redis.call('HSET', KEYS[2], ARGV[i] .. ':state', 'pending') end
event(KEYS[3], now, 'run.started')
return 1
