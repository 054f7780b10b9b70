-- Keeps more of what an attempt printed, unless its task has begun another one. Of a run's logs the newest are kept.
-- KEYS 1 tasks  2 logs of the run  3 what they cost
-- ARGV 1 step  2 index  3 attempt  4 what the logs of the run may cost, in bytes  5 what a chunk costs beside its text
--      6 number of chunks to forget, of each its id and what it costs; then of each chunk its stream (stdout|stderr), its
--      offset and its text
-- Returns false where it was refused, or of each chunk its id and what it costs
--- @include "task-record"
local task = readTask(KEYS[1], ARGV[2])
if not task or task.attempt ~= tonumber(ARGV[3]) then return false end
local bytes, most = tonumber(redis.call('GET', KEYS[3]) or 0), tonumber(ARGV[4])
local first = 7 + 2 * ARGV[6]
for i = 7, first - 1, 2 do
  if redis.call('XDEL', KEYS[2], ARGV[i]) == 1 then bytes = bytes - ARGV[i + 1] end
end
local answer = {}
for i = first, #ARGV, 3 do
  local id = redis.call('XADD', KEYS[2], '*', 'step', ARGV[1], 'index', ARGV[2], 'attempt', ARGV[3],
    'stream', ARGV[i], 'offset', ARGV[i + 1], 'text', ARGV[i + 2])
  local cost = #ARGV[i + 2] + ARGV[5]
  bytes = bytes + cost
  answer[#answer + 1] = id
  answer[#answer + 1] = cost
end
while bytes > most do
  local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 20)
  if #oldest == 0 then bytes = 0 end
  for _, entry in ipairs(oldest) do
    if bytes > most then
      redis.call('XDEL', KEYS[2], entry[1])
      bytes = bytes - #entry[2][12] - ARGV[5]
    end
  end
end
redis.call('SET', KEYS[3], bytes)
return answer
