-- Takes a slot of every limit that applies to a lane, and a token where it has a rate, or nothing: then its ticket stands in line.
-- KEYS 1 limits
-- ARGV 1 ticket  2 holder  3 ms the slots live unless renewed  4 ms a ticket lives beyond the time that it is to come again
--      5 least and 6 most ms until it is to come again  7 ms by which it counts as come later than it did
--      8… limits, the narrowest first
-- Returns {'taken'}, or {'wait', ms until it is to come again, tickets whose turn it is …}
--- @include "now"
--- @include "limit-lines"
local ticket, holder = ARGV[1], ARGV[2]
local limits = readLimits(8)
redis.call('ZREMRANGEBYSCORE', root .. ':known', '-inf', now - 3600000)
for _, limit in ipairs(limits) do
  tidy(limit.id)
  redis.call('ZADD', root .. ':known', now, limit.id)
end

local function hold()
  for _, limit in ipairs(limits) do
    leaveLine(limit.id, ticket)
    redis.call('ZADD', heldKey(limit.id), now + ARGV[3], holder)
    redis.call('PEXPIRE', heldKey(limit.id), ARGV[3])
  end
  return { 'taken' }
end
-- The same request, sent twice.
if redis.call('ZSCORE', heldKey(limits[1].id), holder) then return hold() end

local came = moment + ARGV[7] * 1000
for _, limit in ipairs(limits) do
  came = math.min(came, tonumber(redis.call('ZSCORE', lineKey(limit.id), ticket)) or came)
end

-- How many stand before the ticket.
local function before(id)
  return redis.call('ZRANK', lineKey(id), ticket) or redis.call('ZCOUNT', lineKey(id), '-inf', came)
end

local full
for i, limit in ipairs(limits) do
  limit.free = free(limit)
  limit.before = before(limit.id)
  if limit.before >= limit.free then
    full = i
    break
  end
end
if not full then
  for _, limit in ipairs(limits) do spend(limit, 1) end
  return hold()
end

-- It keeps its place in the lines of the limits before the one that it waits for, and holds up nobody at those after it.
local limit = limits[full]
local ms = ARGV[5] * (1 + limit.before - math.max(limit.free, 0))
if limit.drip > 0 then ms = math.max(ms, math.ceil(untilTokens(limit, limit.before + 1) / 1000)) end
ms = math.min(ms, tonumber(ARGV[6]))
for i, limit in ipairs(limits) do
  if i > full then
    leaveLine(limit.id, ticket)
  else
    redis.call('ZADD', lineKey(limit.id), came, ticket)
    redis.call('ZADD', untilKey(limit.id), now + ms + ARGV[4], ticket)
    for _, key in ipairs({ lineKey(limit.id), untilKey(limit.id) }) do redis.call('PEXPIRE', key, ARGV[6] + ARGV[4]) end
  end
end
return { 'wait', ms, unpack(called(limit)) }
