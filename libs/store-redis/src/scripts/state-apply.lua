-- Applies one state operation of a running attempt, once per task and call number.
-- KEYS 1 run  2 steps  3 tasks  4 operations of the task  5 state  6 list, 7 set: they may hold the key's elements
-- ARGV 1 step  2 index  3 token  4 agent  5 number of the call  6 operation  7 key  8 hash of its values
--      9 most keys  10 most bytes in all  11 most elements of a list or set  12 most operations kept
--      13 most bytes of a kept answer
--      14… set: j|l, bytes, texts · compareAndSwap: expected text, then as set · otherwise one text, or none
-- Returns {code, answer}: 'ok', JSON text or '' (set) · 'swapped', '' · 'kept', JSON text · 'stale' · 'conflict'
--      · 'wrong_type', expected type · 'full', name of the limit
--- @include "run-open"
--- @include "task-record"
--- @include "state-value"
--- @include "state-increment"
--- @include "state-operations"
local step, index, token, agent, seq, op, key, hash = unpack(ARGV, 1, 8)
local maxKeys, maxTotal, maxElements, maxKept, maxAnswer = unpack(ARGV, 9, 13)

local task = readTask(KEYS[3], index)
if not task or task.state ~= 'running' or task.token ~= token or task.agent ~= agent then return { 'stale' } end
if redis.call('HGET', KEYS[2], step .. ':state') ~= 'running' then return { 'stale' } end
if not isOpen(redis.call('HGET', KEYS[1], 'state')) then return { 'stale' } end

local value = stateValue(KEYS[5], key, KEYS[6], KEYS[7])
local kept = redis.call('HGET', KEYS[4], seq)
if kept then
  local keptOp, keptKey, keptHash, code, answer = kept:match('^(%a+)|([^|]+)|(%x+)|(%a+)|(.*)$')
  if keptOp ~= op or keptKey ~= key then return { 'conflict' } end
  if keptHash == hash then return { code, answer ~= '' and answer or value.read() or 'null' } end
  -- A retry may well have come to another value: a write replaces the task's own earlier write.
  if op ~= 'set' then return { 'conflict' } end
elseif redis.call('HLEN', KEYS[4]) >= tonumber(maxKept) then
  return { 'full', 'operations' }
end

local function room(keys, growth)
  return stateLimit(KEYS[5], keys, growth, tonumber(maxKeys), tonumber(maxTotal))
end
local given = { texts = ARGV, from = 14 }
local operations = stateOperations(value, KEYS[6], KEYS[7], given, tonumber(maxElements), room)
local code, answer = operations[op]()
-- What was refused had no effect, and may be asked again.
if code == 'ok' or code == 'swapped' or code == 'kept' then
  local remembered = #answer <= tonumber(maxAnswer) and answer or ''
  redis.call('HSET', KEYS[4], seq, table.concat({ op, key, hash, code, remembered }, '|'))
end
return { code, answer }
