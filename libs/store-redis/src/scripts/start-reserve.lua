-- Reserves the id of a run that a running attempt starts, once per task and call number.
-- KEYS 1 run  2 steps  3 tasks  4 operations of the task
-- ARGV 1 step  2 index  3 token  4 agent  5 number of the call  6 kind of what is started  7 hash of it
--      8 id of the run  9 most starts of the task
-- Returns {'reserved', id} (that of the first call where this one repeats it), {'stale'}, {'conflict'} or {'full'}
--- @include "run-open"
--- @include "task-record"
local step, index, token, agent, seq, kind, hash, id, most = unpack(ARGV)
local task = readTask(KEYS[3], index)
if not task or task.state ~= 'running' or task.token ~= token or task.agent ~= agent then return { 'stale' } end
if redis.call('HGET', KEYS[2], step .. ':state') ~= 'running' then return { 'stale' } end
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return { 'stale' } end

local kept = redis.call('HGET', KEYS[4], seq)
if kept then
  local op, keptKind, keptHash, _, answer = kept:match('^(%a+)|([^|]+)|(%x+)|(%a+)|(.*)$')
  if op ~= 'start' or keptKind ~= kind or keptHash ~= hash then return { 'conflict' } end
  return { 'reserved', answer }
end
if tonumber(redis.call('HGET', KEYS[4], '#starts') or 0) >= tonumber(most) then return { 'full' } end
redis.call('HINCRBY', KEYS[4], '#starts', 1)
redis.call('HSET', KEYS[4], seq, table.concat({ 'start', kind, hash, 'ok', id }, '|'))
return { 'reserved', id }
