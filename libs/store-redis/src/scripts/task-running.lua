-- Lists attempts of a step that run, the one that was not renewed for longest first.
-- KEYS 1 tasks  2 alive  3 items
-- ARGV 1 most of them  2 1 = only those that were not renewed in time, with their items
-- Returns for each {index, token, agent, item or false}
--- @include "now"
--- @include "task-record"
local isOverdue = ARGV[2] == '1'
local before = isOverdue and '(' .. now or '+inf'
local answer = {}
for i, index in ipairs(redis.call('ZRANGE', KEYS[2], '-inf', before, 'BYSCORE', 'LIMIT', 0, ARGV[1])) do
  local task = readTask(KEYS[1], index)
  answer[i] = { tonumber(index), task.token, task.agent, isOverdue and redis.call('HGET', KEYS[3], index) }
end
return answer
