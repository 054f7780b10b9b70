-- Applies what the engine decided on for a run: opens and closes steps, ends the run.
-- KEYS 1 run  2 steps  3 events
-- ARGV for each change six: kind (open|close|finish)  step ('' for finish)  new state  states it may come from (",a,b,")
--      number of tasks (open)  error (JSON or '')
-- A change whose present state is not among those allowed is skipped.
-- Returns {revision before, 0|1 for each change: applied}
--- @include "now"
--- @include "run-event"
local before = tonumber(redis.call('HGET', KEYS[1], 'revision') or -1)
if before < 0 or redis.call('HGET', KEYS[1], 'state') ~= 'running' then return { before } end
local answer = { before }
local applied = 0

local function open(step, total)
  redis.call('HSET', KEYS[2], step .. ':total', total, step .. ':pending', total, step .. ':next', 0,
    step .. ':openedAt', now, step .. ':touchedAt', now)
end

-- Tasks that have not ended when their step is closed end with it; their records say so by their step's state.
local function close(step)
  local open = 0
  for _, count in ipairs({ 'pending', 'running', 'retrying' }) do
    open = open + tonumber(redis.call('HGET', KEYS[2], step .. ':' .. count) or 0)
    redis.call('HSET', KEYS[2], step .. ':' .. count, 0)
  end
  if open > 0 then redis.call('HINCRBY', KEYS[2], step .. ':timed_out', open) end
  redis.call('HSET', KEYS[2], step .. ':finishedAt', now)
end

for i = 1, #ARGV, 6 do
  local kind, step, to, from, total, err = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local key = kind == 'finish' and KEYS[1] or KEYS[2]
  local prefix = kind == 'finish' and '' or step .. ':'
  local state = redis.call('HGET', key, prefix .. 'state')
  local allowed = state and string.find(from, ',' .. state .. ',', 1, true)
  answer[#answer + 1] = allowed and 1 or 0
  if allowed then
    applied = applied + 1
    redis.call('HSET', key, prefix .. 'state', to)
    if err ~= '' then redis.call('HSET', key, prefix .. 'error', err) end
    if kind == 'open' then open(step, total) elseif kind == 'close' then close(step)
    else redis.call('HSET', KEYS[1], 'finishedAt', now) end
    if kind == 'finish' then event(KEYS[3], now, 'run.' .. to)
    else event(KEYS[3], now, 'step.' .. to, 'step', step) end
  end
end
redis.call('HINCRBY', KEYS[1], 'revision', applied)
return answer
