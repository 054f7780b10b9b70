-- Gives up the lead of a task.
-- KEYS 1 leader of the task
-- ARGV 1 who
-- Returns 1, or 0 where it did not lead
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
