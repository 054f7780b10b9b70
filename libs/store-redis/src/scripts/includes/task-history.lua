-- What went wrong with a task: attempt|ended|agent|how|error (JSON), the newest first, one a line.
local MOST_ATTEMPTS = 20

local function remember(key, index, task, how, brief, now)
  local entry = table.concat({ task.attempt, now, task.agent, how, brief }, '|')
  local text = entry .. '\n' .. (redis.call('HGET', key, index) or '')
  local cut = 0
  for _ = 1, MOST_ATTEMPTS do
    cut = string.find(text, '\n', cut + 1, true)
    if not cut then break end
  end
  redis.call('HSET', key, index, cut and string.sub(text, 1, cut) or text)
end
