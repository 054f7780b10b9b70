-- Ends the wait of a step.
-- KEYS 1 run  2 steps  3 events  4 outcomes of the step  5 signals
-- ARGV 1 step  2 new state  3 states that it may come from (",a,b,")  4 outcome ('' = none)  5 error (JSON or '')
--      6 name of the signal that ended it ('' = none)  7 its number
-- Each signal ends one wait: its number must be the next of its name.
-- Returns 1, or 0 where the step does not wait, or the signal has ended another wait
--- @include "now"
--- @include "run-event"
local prefix = ARGV[1] .. ':'
local state = redis.call('HGET', KEYS[2], prefix .. 'state')
if not state or not string.find(ARGV[3], ',' .. state .. ',', 1, true) then return 0 end
local outcome = ARGV[4]
if ARGV[6] ~= '' then
  local taken = '#taken:' .. ARGV[6]
  if (redis.call('HGET', KEYS[2], taken) or '0') ~= ARGV[7] then return 0 end
  local field = ARGV[6] .. ':' .. ARGV[7]
  outcome = 'r' .. redis.call('HGET', KEYS[5], field)
  redis.call('HDEL', KEYS[5], field)
  redis.call('HINCRBY', KEYS[2], taken, 1)
end
if outcome ~= '' then redis.call('HSET', KEYS[4], 0, outcome) end
if ARGV[5] ~= '' then redis.call('HSET', KEYS[2], prefix .. 'error', ARGV[5]) end
redis.call('HSET', KEYS[2], prefix .. 'state', ARGV[2], prefix .. 'finishedAt', now, prefix .. 'touchedAt', now)
redis.call('HINCRBY', KEYS[1], 'revision', 1)
event(KEYS[3], now, 'step.' .. ARGV[2], 'step', ARGV[1])
return 1
