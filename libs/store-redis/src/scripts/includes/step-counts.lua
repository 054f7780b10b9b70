-- The part of a step's record that its tasks change, read and written as a whole.
local COUNTS = { 'pending', 'running', 'retrying', 'completed', 'failed', 'timed_out', 'cancelled', 'dropped', 'next' }

local function readStep(key, name)
  local fields = { name .. ':state', name .. ':total', name .. ':openedAt', name .. ':generation', name .. ':maxParallel',
    name .. ':streamed', name .. ':linedUpAt', name .. ':failureTolerance' }
  for i, count in ipairs(COUNTS) do fields[8 + i] = name .. ':' .. count end
  local values = redis.call('HMGET', key, unpack(fields))
  local step = { state = values[1], total = tonumber(values[2] or 0), openedAt = values[3],
    generation = tonumber(values[4] or 0), maxParallel = tonumber(values[5] or nil),
    streamed = values[6], linedUpAt = values[7] or values[3], failureTolerance = values[8] or '' }
  for i, count in ipairs(COUNTS) do step[count] = tonumber(values[8 + i] or 0) end
  return step
end

local function writeStep(key, name, step, now)
  local fields = { name .. ':state', step.state, name .. ':touchedAt', now }
  for _, count in ipairs(COUNTS) do
    fields[#fields + 1] = name .. ':' .. count
    fields[#fields + 1] = step[count]
  end
  redis.call('HSET', key, unpack(fields))
end
