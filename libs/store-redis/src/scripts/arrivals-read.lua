-- Reads how tasks of a step ended in the order in which they did, for a step that takes them up as they come.
-- KEYS 1 steps  2 outcomes  3 arrivals
-- ARGV 1 step  2 step that takes them up  3 first place  4 most of them
-- Returns {state of the step, state of the other, 0|1: arrivals are kept, how many there are, index, outcome, …}
local steps = redis.call('HMGET', KEYS[1], ARGV[1] .. ':state', ARGV[2] .. ':state', ARGV[1] .. ':streamed')
local answer = { steps[1] or '', steps[2] or '', steps[3] and 1 or 0, redis.call('LLEN', KEYS[3]) }
local indexes = redis.call('LRANGE', KEYS[3], ARGV[3], ARGV[3] + ARGV[4] - 1)
if #indexes == 0 then return answer end
local outcomes = redis.call('HMGET', KEYS[2], unpack(indexes))
for i, index in ipairs(indexes) do
  answer[#answer + 1] = tonumber(index)
  answer[#answer + 1] = outcomes[i]
end
return answer
