-- Changes settings of a step while its run goes on.
-- KEYS 1 run  2 steps  3 events
-- ARGV 1 step  2 states of the run in which it may be (",a,b,")  3 states of the step (",a,b,")  4… setting, value, setting, value …
-- Returns 'ok', 'unknown', or 'ended'
--- @include "now"
--- @include "run-event"
local name = ARGV[1]
local run = redis.call('HGET', KEYS[1], 'state')
local step = redis.call('HGET', KEYS[2], name .. ':state')
if not run or not step then return 'unknown' end
if not string.find(ARGV[2], ',' .. run .. ',', 1, true) or not string.find(ARGV[3], ',' .. step .. ',', 1, true) then
  return 'ended'
end
for i = 4, #ARGV, 2 do
  redis.call('HSET', KEYS[2], name .. ':' .. ARGV[i], ARGV[i + 1])
  event(KEYS[3], now, 'step.changed', 'step', name, 'setting', ARGV[i], 'value', ARGV[i + 1])
end
return 'ok'
