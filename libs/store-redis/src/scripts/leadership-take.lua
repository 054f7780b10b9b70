-- Takes or keeps the lead of a task.
-- KEYS 1 leader of the task
-- ARGV 1 who  2 ms it lasts unless taken again
-- Returns 1, or 0 where another one leads
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
