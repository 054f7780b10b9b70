-- Reserves a key of a client for one request, or tells what became of the request that has it.
-- KEYS 1 reservation
-- ARGV 1 fingerprint of the request  2 id of what the request would make  3 who asks
--      4 ms until somebody else may take over  5 ms that the reservation is kept
-- Returns {'reserved', id, 0|1: nobody had it before}, {'answered', status, location, body},
--      {'busy', ms} where another one is at work on it, or {'other'} where the key belongs to another request
--- @include "now"
local kept = redis.call('HMGET', KEYS[1], 'fingerprint', 'id', 'status', 'location', 'body', 'holder', 'heldUntil', 'first')
if not kept[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1], 'id', ARGV[2], 'holder', ARGV[3], 'heldUntil', now + ARGV[4],
    'first', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  return { 'reserved', ARGV[2], 1 }
end
if kept[1] ~= ARGV[1] then return { 'other' } end
if kept[3] then return { 'answered', tonumber(kept[3]), kept[4], kept[5] } end
local left = tonumber(kept[7]) - now
-- The same call may come twice, for a connection that broke sends it again.
if left > 0 and kept[6] ~= ARGV[3] then return { 'busy', left } end
redis.call('HSET', KEYS[1], 'holder', ARGV[3], 'heldUntil', now + ARGV[4])
return { 'reserved', kept[2], kept[8] == ARGV[3] and 1 or 0 }
