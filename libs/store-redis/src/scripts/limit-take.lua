-- Takes a slot of every limit that applies to a lane, of all or of none; else its ticket stands in line.
-- KEYS 1 limits
-- ARGV 1 ticket  2 holder  3 ms the slots live unless renewed  4 ms a ticket lives beyond the time that it is to come again
--      5 least and 6 most ms until it is to come again  7… of each limit, the narrowest first: id, slots
-- Returns {'taken'}, or {'wait', ms until it is to come again, tickets whose turn it is …}
--- @include "now"
--- @include "limit-lines"
local ticket, holder = ARGV[1], ARGV[2]
local limits = {}
for i = 7, #ARGV, 2 do
  local limit = { id = ARGV[i], most = tonumber(ARGV[i + 1]) }
  tidy(limit.id)
  limits[#limits + 1] = limit
end
redis.call('ZREMRANGEBYSCORE', root .. ':known', '-inf', now - 3600000)
for _, limit in ipairs(limits) do redis.call('ZADD', root .. ':known', now, limit.id) end

local function take()
  for _, limit in ipairs(limits) do
    leaveLine(limit.id, ticket)
    redis.call('ZADD', heldKey(limit.id), now + ARGV[3], holder)
    redis.call('PEXPIRE', heldKey(limit.id), ARGV[3])
  end
  return { 'taken' }
end
-- The same request, sent twice.
if redis.call('ZSCORE', heldKey(limits[1].id), holder) then return take() end

local came = time[1] * 1000000 + time[2]
for _, limit in ipairs(limits) do
  came = math.min(came, tonumber(redis.call('ZSCORE', lineKey(limit.id), ticket)) or came)
end

-- How many stand before the ticket.
local function before(id)
  return redis.call('ZRANK', lineKey(id), ticket) or redis.call('ZCOUNT', lineKey(id), '-inf', came)
end

local full
for i, limit in ipairs(limits) do
  limit.free = freeSlots(limit.id, limit.most)
  limit.before = before(limit.id)
  if limit.before >= limit.free then
    full = i
    break
  end
end
if not full then return take() end

-- It keeps its place in the lines of the limits before the one that it waits for, and holds up nobody at those after it.
local turns = limits[full].before - math.max(limits[full].free, 0)
local ms = math.min(ARGV[5] * (1 + turns), tonumber(ARGV[6]))
for i, limit in ipairs(limits) do
  if i > full then
    leaveLine(limit.id, ticket)
  else
    redis.call('ZADD', lineKey(limit.id), came, ticket)
    redis.call('ZADD', untilKey(limit.id), now + ms + ARGV[4], ticket)
    for _, key in ipairs({ lineKey(limit.id), untilKey(limit.id) }) do redis.call('PEXPIRE', key, ARGV[6] + ARGV[4]) end
  end
end
return { 'wait', ms, unpack(called(limits[full].id, limits[full].free)) }
