-- A task's record: state|attempt|lost|token|agent|created|started|finished|agents lost|interrupted; the last is there only
-- where it is counted.
local function readTask(key, index)
  local text = redis.call('HGET', key, index)
  if not text then return nil end
  local parts = {}
  for part in string.gmatch(text .. '|', '([^|]*)|') do parts[#parts + 1] = part end
  return {
    state = parts[1], attempt = tonumber(parts[2]), lost = tonumber(parts[3]), token = parts[4],
    agent = parts[5], created = parts[6], started = parts[7], finished = parts[8],
    agentsLost = tonumber(parts[9]) or 0, interrupted = tonumber(parts[10]),
  }
end

local function writeTask(key, index, t)
  redis.call('HSET', key, index, table.concat(
    { t.state, t.attempt, t.lost, t.token, t.agent, t.created, t.started, t.finished,
      t.agentsLost, t.interrupted }, '|'))
end
