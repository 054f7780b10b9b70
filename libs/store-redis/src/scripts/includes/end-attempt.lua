-- Ends an attempt in one of three ways: a terminal state with its outcome, a retry later, or (lost, or interrupted: lost
-- to something that was not its task) a retry, at once where `retryIn` is no time, unless the task was lost so too often.
-- A dropped item completes its task. `ends` has: kind, outcome, retryIn, maxLost (losses of that kind), maxAgentsLost (nil
-- where the agent did not die of it), and of what did not complete `brief` (the error for the history) and `poison` (the
-- outcome of a task that was lost too often). Needs the includes before it.
local function endAttempt(keys, stepName, step, index, task, ends, now)
  step.running = step.running - 1
  redis.call('ZREM', keys.alive, index)
  local state, how = ends.kind, ends.kind
  if state == 'lost' or state == 'interrupted' then
    how = 'lost'
    task.lost = task.lost + 1
    if state == 'interrupted' then task.interrupted = (task.interrupted or 0) + 1 end
    if ends.maxAgentsLost then task.agentsLost = task.agentsLost + 1 end
    local losses = state == 'interrupted' and task.interrupted or task.lost - (task.interrupted or 0)
    local tooOften = losses >= ends.maxLost or (ends.maxAgentsLost and task.agentsLost >= ends.maxAgentsLost)
    state = tooOften and 'failed' or 'retrying'
    if state == 'failed' then ends.outcome = ends.poison end
  elseif state == 'dropped' then
    state = 'completed'
    step.dropped = step.dropped + 1
  elseif ends.retryIn >= 0 then
    state = 'retrying'
  end
  if state ~= 'completed' then remember(keys.history, index, task, how, ends.brief, now) end
  task.state = state
  task.token = ''
  step[state] = step[state] + 1
  if state == 'retrying' then
    redis.call('ZADD', keys.retries, now + math.max(ends.retryIn, 0), index)
    event(keys.events, now, 'task.retrying', 'step', stepName, 'index', index, 'attempt', task.attempt,
      'error', ends.outcome)
  else
    task.finished = now
    local kind = ends.kind == 'dropped' and 'd' or state == 'completed' and 'r' or 'e'
    redis.call('HSET', keys.outcomes, index, kind .. ends.outcome)
    if step.streamed then redis.call('RPUSH', keys.outcomes .. ':arrivals', index) end
    redis.call('DEL', keys.operations .. ':' .. index)
    if state ~= 'completed' then redis.call('HSETNX', keys.steps, stepName .. ':error', ends.outcome) end
    local what = { 'step', stepName, 'index', index, 'attempt', task.attempt }
    if kind == 'd' then what[7], what[8] = 'dropped', 'true' end
    event(keys.events, now, 'task.' .. state, unpack(what))
  end
  writeTask(keys.tasks, index, task)
end
