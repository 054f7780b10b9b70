-- Keeps a signal for the step that waits for it, or will.
-- KEYS 1 run  2 steps  3 events  4 signals
-- ARGV 1 name  2 data (JSON)  3 most signals that a run keeps  4 states in which a run takes no more (",a,b,")
-- Returns 'ok', 'unknown' (no such run), 'ended' or 'full'
--- @include "now"
--- @include "run-event"
local state = redis.call('HGET', KEYS[1], 'state')
if not state then return 'unknown' end
if string.find(ARGV[4], ',' .. state .. ',', 1, true) then return 'ended' end
if redis.call('HLEN', KEYS[4]) >= tonumber(ARGV[3]) then return 'full' end
local number = redis.call('HINCRBY', KEYS[2], '#sent:' .. ARGV[1], 1) - 1
redis.call('HSET', KEYS[4], ARGV[1] .. ':' .. number, ARGV[2])
event(KEYS[3], now, 'signal.received', 'signal', ARGV[1])
return 'ok'
