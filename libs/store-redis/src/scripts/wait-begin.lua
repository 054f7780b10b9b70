-- Lets a pending step wait.
-- KEYS 1 run  2 steps  3 events
-- ARGV 1 step  2 states that it may come from (",a,b,")  3 since when it waits (ms since 1970)
--      4 when the wait is over (0 = never)
-- Returns 1, or 0 where the step is not in one of those states
--- @include "now"
--- @include "run-event"
local prefix = ARGV[1] .. ':'
local state = redis.call('HGET', KEYS[2], prefix .. 'state')
if not state or not string.find(ARGV[2], ',' .. state .. ',', 1, true) then return 0 end
redis.call('HSET', KEYS[2], prefix .. 'state', 'waiting', prefix .. 'dueAt', ARGV[4], prefix .. 'openedAt', ARGV[3],
  prefix .. 'startedAt', ARGV[3], prefix .. 'touchedAt', now)
redis.call('HINCRBY', KEYS[1], 'revision', 1)
event(KEYS[3], now, 'step.waiting', 'step', ARGV[1])
return 1
