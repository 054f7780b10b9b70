-- Enters whether a pending step's condition holds; the first answer counts.
-- KEYS 1 steps  2 events
-- ARGV 1 step  2 answer (JSON)  3 the kind of event that tells of it
-- Returns 1, or 0 where nothing was entered: the step has an answer, or is no longer pending
--- @include "now"
--- @include "run-event"
if redis.call('HGET', KEYS[1], ARGV[1] .. ':state') ~= 'pending' then return 0 end
if redis.call('HSETNX', KEYS[1], ARGV[1] .. ':condition', ARGV[2]) == 0 then return 0 end
event(KEYS[2], now, ARGV[3], 'step', ARGV[1])
return 1
