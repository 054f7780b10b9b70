-- Completes one task of a step and claims the next: the hot path, one round trip for each task.
-- KEYS 1 run  2 steps  3 events  4 items  5 tasks  6 outcomes  7 alive  8 retries  9 operations  10 history
-- ARGV 1 step
--      2 index ('' = nothing to complete)  3 token  4 completed|dropped|failed|timed_out|lost|interrupted  5 outcome (JSON)
--      6 ms until the retry (-1 = none, at once of what is lost)  7 losses of its kind allowed  8 states that an attempt may end from (",a,b,")
--      9 agent ('' = claim nothing)  10 nonce of the new token  11 ms the claim lives unless renewed
--      12 states that a claim may start from (",a,b,")  13 generation of the lane ('' = the present one)
--      14 tasks of the step at once, at most, unless its record says otherwise (0 = no bound)  15 ms to wait where so many run
--      16 error in brief (JSON)  17 error of a task lost too often (JSON)
--      18 losses of agents allowed ('' = the agent did not die of what is completed)
--      19 whether the agent runs other tasks beside 0|1
-- Returns {accepted 0|1, tasks that ended badly, tasks, how many may end badly ('' = as defined), claim, …}: claim is
--      'task' (index, attempt, lost, token, item or false, ms left to the run), 'wait' (ms), 'full' (ms), or 'open',
--      'idle', 'drained', 'paused', 'closed'
--- @include "now"
--- @include "run-event"
--- @include "run-open"
--- @include "task-record"
--- @include "step-counts"
--- @include "task-history"
--- @include "end-attempt"
local name = ARGV[1]
-- How many retries are looked at for one that may be next.
local LOOK = 64
local keys = { steps = KEYS[2], events = KEYS[3], tasks = KEYS[5], outcomes = KEYS[6], alive = KEYS[7],
  retries = KEYS[8], operations = KEYS[9], history = KEYS[10] }
local run = redis.call('HMGET', KEYS[1], 'state', 'deadline')
local step = readStep(keys.steps, name)
if not isOpen(run[1]) or (step.state ~= 'ready' and step.state ~= 'running') then return { 0, 0, 0, '', 'closed' } end

local accepted = 0
local index = ARGV[2]
if index ~= '' then
  local task = readTask(keys.tasks, index)
  if task and task.token == ARGV[3] and string.find(ARGV[8], ',' .. task.state .. ',', 1, true) then
    endAttempt(keys, name, step, index, task,
      { kind = ARGV[4], outcome = ARGV[5], retryIn = tonumber(ARGV[6]), maxLost = tonumber(ARGV[7]),
        brief = ARGV[16], poison = ARGV[17], maxAgentsLost = tonumber(ARGV[18]) }, now)
    accepted = 1
  end
end

-- Whether a task runs that has lost an agent which it shared.
local function suspectRuns()
  local suspect = redis.call('HGET', keys.steps, name .. ':suspect')
  local task = suspect and readTask(keys.tasks, suspect)
  return task and task.state == 'running'
end

-- Of retries that are due the one that may be next; nil where none may. Of tasks that lost an agent which they shared, nobody
-- knows which one ended it: they run one at a time, among others, so that it shows.
local function nextRetry(first)
  if ARGV[19] == '0' then return first end
  local mayBeSuspect = not suspectRuns()
  for _, candidate in ipairs(redis.call('ZRANGEBYSCORE', keys.retries, '-inf', now, 'LIMIT', 0, LOOK)) do
    if mayBeSuspect or readTask(keys.tasks, candidate).agentsLost == 0 then return candidate end
  end
  return nil
end

local function claim()
  if run[1] == 'paused' then return { accepted, 'paused' } end
  local due = redis.call('ZRANGE', keys.retries, 0, 0, 'WITHSCORES')
  local isDue = due[1] and tonumber(due[2]) <= now
  local retry = isDue and nextRetry(due[1])
  local fresh = step.next < step.total
  if not retry and not fresh then
    if isDue then return { accepted, 'full', tonumber(ARGV[15]) } end
    if step.running > 0 and not due[1] then return { accepted, 'idle' } end
    if due[1] then return { accepted, 'wait', tonumber(due[2]) - now } end
    return { accepted, 'drained' }
  end
  if ARGV[13] ~= '' and tonumber(ARGV[13]) < step.generation then return { accepted, 'idle' } end
  -- Its own lanes are as many as may run: others run tasks of lanes that were given up, and end after them.
  local bound = step.maxParallel or tonumber(ARGV[14])
  if bound > 0 and step.running >= bound then return { accepted, 'full', tonumber(ARGV[15]) } end
  if ARGV[9] == '' then return { accepted, 'open' } end
  local timeLeft = tonumber(run[2]) - now
  if timeLeft <= 0 then return { accepted, 'closed' } end

  local task
  if retry then
    index = retry
    task = readTask(keys.tasks, index)
    redis.call('ZREM', keys.retries, index)
    if ARGV[19] == '1' and task.agentsLost > 0 then redis.call('HSET', keys.steps, name .. ':suspect', index) end
  else
    index = tostring(step.next)
    step.next = step.next + 1
    task = { state = 'pending', attempt = 0, lost = 0, created = step.linedUpAt, started = now, finished = 0,
      agentsLost = 0 }
  end
  if not string.find(ARGV[12], ',' .. task.state .. ',', 1, true) then
    return redis.error_reply('ILLEGAL task ' .. index .. ' cannot go from ' .. task.state .. ' to running')
  end
  step[task.state] = step[task.state] - 1
  step.running = step.running + 1
  task.state = 'running'
  task.attempt = task.attempt + 1
  task.token = task.attempt .. '.' .. ARGV[10]
  task.agent = ARGV[9]
  writeTask(keys.tasks, index, task)
  redis.call('ZADD', keys.alive, now + ARGV[11], index)
  if step.state == 'ready' then
    step.state = 'running'
    redis.call('HSET', keys.steps, name .. ':startedAt', now)
    event(keys.events, now, 'step.running', 'step', name)
  end
  return { accepted, 'task', tonumber(index), task.attempt, task.lost, task.token,
    redis.call('HGET', KEYS[4], index), timeLeft }
end

local answer = claim()
if accepted == 1 or answer[2] == 'task' then writeStep(keys.steps, name, step, now) end
table.insert(answer, 2, step.failed + step.timed_out)
table.insert(answer, 3, step.total)
table.insert(answer, 4, step.failureTolerance)
return answer
