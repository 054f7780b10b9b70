-- Prolongs slots that are still held.
-- KEYS 1 limits
-- ARGV 1 holder  2 ms they live from now on  3… ids of the limits
-- Returns 1, or 0 where one of them has ended
--- @include "now"
--- @include "limit-lines"
for i = 3, #ARGV do
  local ends = tonumber(redis.call('ZSCORE', heldKey(ARGV[i]), ARGV[1]) or 0)
  if ends <= now then return 0 end
end
for i = 3, #ARGV do
  redis.call('ZADD', heldKey(ARGV[i]), now + ARGV[2], ARGV[1])
  redis.call('PEXPIRE', heldKey(ARGV[i]), ARGV[2])
end
return 1
