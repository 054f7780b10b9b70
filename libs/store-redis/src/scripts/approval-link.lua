-- Keeps the hash of the token with which one decision on an approval may be made.
-- KEYS 1 steps
-- ARGV 1 step  2 hash  3 ms that it counts
-- Returns when it stops to count (ms since 1970), or 0 where the step does not wait
--- @include "now"
local prefix = ARGV[1] .. ':'
if redis.call('HGET', KEYS[1], prefix .. 'state') ~= 'waiting' then return 0 end
redis.call('HSET', KEYS[1], prefix .. 'link', ARGV[2] .. '|' .. (now + ARGV[3]))
return now + ARGV[3]
