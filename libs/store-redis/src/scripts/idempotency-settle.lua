-- Ends the work on a reserved key: with the answer that is given from now on, or without one, so that it may be tried again.
-- KEYS 1 reservation
-- ARGV 1 who holds it  2 answered|open|forgotten  3 status  4 location  5 body (JSON)
-- Returns 1, or 0 where another one has taken over
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
if ARGV[2] == 'answered' then
  redis.call('HSET', KEYS[1], 'status', ARGV[3], 'location', ARGV[4], 'body', ARGV[5])
elseif ARGV[2] == 'forgotten' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'heldUntil', 0, 'holder', '')
end
return 1
