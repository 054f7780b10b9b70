-- Notes that a pool is exhausted, or is not any longer, and raises the alert for it.
-- KEYS 1 exhausted pools  2 alerts
-- ARGV 1 pool  2 whether it is exhausted (1|0)  3 type  4 what is told of the pool (JSON)  5 alerts that are kept
-- Returns 1, or 0 where that was noted before
if ARGV[2] == '1' then
  if redis.call('SADD', KEYS[1], ARGV[1]) == 0 then return 0 end
elseif redis.call('SREM', KEYS[1], ARGV[1]) == 0 then
  return 0
end
redis.call('XADD', KEYS[2], 'MAXLEN', ARGV[5], '*', 'type', ARGV[3], 'pool', ARGV[4])
return 1
