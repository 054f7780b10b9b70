-- Writes a run's record with all its steps pending, but for what a rerun takes over.
-- KEYS 1 run  2 steps  3 events  4… keys of the run whose copies were prepared, until now with a time to live
-- ARGV 1 id  2 workflow ('' = none)  3 version  4 definition (JSON)  5 input (JSON)  6 timeout in ms
--      7 run that it repeats ('' = none)  8 what is behind the names of copies  9 values of the keys of its limits (JSON)
--      10 task that started it, <task>|<token>|<depth> ('' = none)
--      11 with which runs it shares agents, unless with those of its workflow ('' = none)
--      12 request that makes it, of several that may ('' = none)
--      13 number of steps, their names, then fields of steps and their values
-- Returns 1, 0 where the run exists, or -1 where the copies have gone
--- @include "now"
--- @include "run-event"
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 4, #KEYS do
  if redis.call('EXISTS', KEYS[i] .. ARGV[8]) == 0 then return -1 end
end
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'workflow', ARGV[2], 'version', ARGV[3], 'definition', ARGV[4],
  'input', ARGV[5], 'state', 'running', 'createdAt', now, 'deadline', now + ARGV[6], 'revision', 0)
if ARGV[9] ~= '[]' then redis.call('HSET', KEYS[1], 'limitKeys', ARGV[9]) end
if ARGV[11] ~= '' then redis.call('HSET', KEYS[1], 'kin', ARGV[11]) end
if ARGV[12] ~= '' then redis.call('HSET', KEYS[1], 'redriveRequest', ARGV[12]) end
local first = 14 + ARGV[13]
for i = 14, first - 1 do redis.call('HSET', KEYS[2], ARGV[i] .. ':state', 'pending') end
for i = first, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
for i = 4, #KEYS do
  redis.call('RENAME', KEYS[i] .. ARGV[8], KEYS[i])
  redis.call('PERSIST', KEYS[i])
end
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[1], 'rerunOf', ARGV[7])
  event(KEYS[3], now, 'run.started', 'rerun_of', ARGV[7])
elseif ARGV[10] ~= '' then
  redis.call('HSET', KEYS[1], 'parent', ARGV[10])
  event(KEYS[3], now, 'run.started', 'parent', string.match(ARGV[10], '^[^|]*'))
else
  event(KEYS[3], now, 'run.started')
end
return 1
