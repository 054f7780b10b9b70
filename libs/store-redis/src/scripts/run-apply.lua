-- Applies what the engine decided on for a run: opens and closes steps, pauses, resumes and ends the run. Attempts of a
-- step that is closed are told to stop.
-- KEYS 1 run  2 steps  3 events
-- ARGV 1 id of the run  2 channel that tells of stops  3 states in which a run has not ended (",a,b,")
--      4 revision that the changes hold for ('' = any)
--      then for each change six: kind (open|extend|close|become|compensate|finish)  step ('' where the run changes)  new state
--      states it may come from (",a,b,")  number of tasks (open, extend), into which state open ones go (close), or ms until
--      the run's new deadline (compensate)  error (JSON or ''), or where items were laid out, <items>:<layout> (open; '' = nowhere),
--      or tasks and generation that the step must have (extend)
-- A change whose present state is not among those allowed is skipped, as is opening with items that are gone.
-- Returns {revision before, for each change 0 where it was skipped, else 1, or {tasks of the opened step at once, at most} where
--      that was changed}
--- @include "now"
--- @include "run-event"
local before = tonumber(redis.call('HGET', KEYS[1], 'revision') or -1)
if before < 0 or not string.find(ARGV[3], ',' .. redis.call('HGET', KEYS[1], 'state') .. ',', 1, true) then
  return { before }
end
if ARGV[4] ~= '' and tonumber(ARGV[4]) ~= before then return { before } end
local answer = { before }
local applied = 0

-- The run's pause begins or ends with the state that it goes to.
local function keepTime(to)
  local pausedAt = redis.call('HGET', KEYS[1], 'pausedAt')
  if to == 'paused' then redis.call('HSET', KEYS[1], 'pausedAt', now)
  elseif pausedAt then
    redis.call('HINCRBY', KEYS[1], 'pausedMs', now - pausedAt)
    redis.call('HDEL', KEYS[1], 'pausedAt')
  end
end

-- Notes how long the run has been paused before a clock of a step begins, which stands still while it is paused.
local function beginClock(field)
  local pause = redis.call('HMGET', KEYS[1], 'pausedMs', 'pausedAt')
  local paused = (pause[1] or 0) + (pause[2] and now - pause[2] or 0)
  if paused > 0 then redis.call('HSET', KEYS[2], field, paused) end
end

local function open(step, total, layout)
  if layout ~= '' then
    local items = string.match(layout, '^(.*):[^:]*$')
    redis.call('RENAME', layout, items)
    redis.call('PERSIST', items)
  end
  redis.call('HSET', KEYS[2], step .. ':total', total, step .. ':pending', total, step .. ':next', 0,
    step .. ':openedAt', now, step .. ':touchedAt', now)
  beginClock(step .. ':pausedBefore')
end

-- The tasks and the generation that a step has.
local function extentOf(step)
  local extent = redis.call('HMGET', KEYS[2], step .. ':total', step .. ':generation')
  return (extent[1] or 0) .. '|' .. (extent[2] or 0)
end

local function extend(step, total)
  local more = total - redis.call('HGET', KEYS[2], step .. ':total')
  redis.call('HINCRBY', KEYS[2], step .. ':pending', more)
  redis.call('HINCRBY', KEYS[2], step .. ':generation', 1)
  redis.call('HSET', KEYS[2], step .. ':total', total, step .. ':linedUpAt', now, step .. ':touchedAt', now)
  beginClock(step .. ':pausedBeforeLine')
  event(KEYS[3], now, 'step.extended', 'step', step, 'total', total)
end

-- Tasks that have not ended when their step is closed end with it; their own records go on as they are.
local function close(step, tasks)
  local open, running = 0, tonumber(redis.call('HGET', KEYS[2], step .. ':running') or 0)
  for _, count in ipairs({ 'pending', 'running', 'retrying' }) do
    open = open + tonumber(redis.call('HGET', KEYS[2], step .. ':' .. count) or 0)
    redis.call('HSET', KEYS[2], step .. ':' .. count, 0)
  end
  if open > 0 then
    redis.call('HINCRBY', KEYS[2], step .. ':' .. tasks, open)
    redis.call('HSET', KEYS[2], step .. ':openTasks', tasks)
  end
  redis.call('HSET', KEYS[2], step .. ':finishedAt', now)
  if running > 0 then redis.call('PUBLISH', ARGV[2], ARGV[1] .. '|' .. step) end
end

for i = 5, #ARGV, 6 do
  local kind, step, to, from, tasks, err = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5]
  local key = step == '' and KEYS[1] or KEYS[2]
  local prefix = step == '' and '' or step .. ':'
  local state = redis.call('HGET', key, prefix .. 'state')
  local allowed = state and string.find(from, ',' .. state .. ',', 1, true)
  if kind == 'open' and err ~= '' and redis.call('EXISTS', err) == 0 then allowed = nil end
  if kind == 'extend' and extentOf(step) ~= err then allowed = nil end
  answer[#answer + 1] = allowed and 1 or 0
  if allowed and (kind == 'open' or kind == 'extend') then
    local atOnce = redis.call('HGET', KEYS[2], step .. ':maxParallel')
    if atOnce then answer[#answer] = { tonumber(atOnce) } end
  end
  if allowed and kind == 'extend' then
    applied = applied + 1
    extend(step, tasks)
  elseif allowed then
    applied = applied + 1
    redis.call('HSET', key, prefix .. 'state', to)
    if err ~= '' and kind ~= 'open' then redis.call('HSET', key, prefix .. 'error', err) end
    if kind == 'open' then open(step, tasks, err) elseif kind == 'close' then close(step, tasks)
    elseif kind == 'compensate' then redis.call('HSET', KEYS[1], 'deadline', now + tasks)
    elseif kind == 'finish' then redis.call('HSET', KEYS[1], 'finishedAt', now) end
    if step == '' then
      keepTime(to)
      event(KEYS[3], now, 'run.' .. to)
    else event(KEYS[3], now, 'step.' .. to, 'step', step) end
  end
end
redis.call('HINCRBY', KEYS[1], 'revision', applied)
return answer
