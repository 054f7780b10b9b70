-- Sets some keys of the state of a run that has not ended, all or none.
-- KEYS 1 run  2 state  3… for each key: the list, and the set, that may hold its elements
-- ARGV 1 most keys  2 most bytes in all  3… for each key: the key, j|l, bytes of the texts, their number, the texts
-- Returns 'ok', 'unknown' (run), 'ended' (run), or the limit that would be passed: 'keys', 'total'
--- @include "run-open"
--- @include "state-value"
local runState = redis.call('HGET', KEYS[1], 'state')
if not runState then return 'unknown' end
if not isOpen(runState) then return 'ended' end

local changes, keys, growth = {}, 0, 0
local at = 3
while at <= #ARGV do
  local count = tonumber(ARGV[at + 3])
  local change = { kind = ARGV[at + 1], size = tonumber(ARGV[at + 2]), from = at + 4, to = at + 3 + count }
  local own = 3 + 2 * #changes
  change.value = stateValue(KEYS[2], ARGV[at], KEYS[own], KEYS[own + 1])
  if not change.value.stored then keys = keys + 1 end
  growth = growth + change.value.growth(change.size)
  changes[#changes + 1] = change
  at = change.to + 1
end
local limit = stateLimit(KEYS[2], keys, growth, tonumber(ARGV[1]), tonumber(ARGV[2]))
if limit then return limit end
for _, change in ipairs(changes) do
  change.value.replace(change.kind, change.size, ARGV, change.from, change.to)
end
return 'ok'
