-- Keeps the latest intermediate result of a running attempt, with what goes when its task ends.
-- KEYS 1 run  2 steps  3 tasks  4 operations of the task
-- ARGV 1 step  2 index  3 token  4 value (JSON)
-- Returns 1, or 0 where it is no longer the task's attempt or the work is over
--- @include "now"
--- @include "run-open"
--- @include "task-record"
local task = readTask(KEYS[3], ARGV[2])
if not task or task.token ~= ARGV[3] then return 0 end
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return 0 end
if redis.call('HGET', KEYS[2], ARGV[1] .. ':state') ~= 'running' then return 0 end
redis.call('HSET', KEYS[4], '#progress', now .. '|' .. ARGV[4])
return 1
