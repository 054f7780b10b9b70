-- Limits: who holds their slots, who waits for one, and how many attempts may begin. Needs "now".
-- KEYS[1] comes before the keys of each limit, which share its hash tag:
-- :<id>:held sorted set, holder → when its slot ends unless renewed
-- :<id>:line sorted set, ticket → when it counts as come (microseconds), and :<id>:until, ticket → when its place is given up
-- :<id>:full string, microseconds: when the bucket of a limit with a rate is full again, where it is not
local root = KEYS[1]

-- Tickets told that it is their turn at once, at most.
local MOST_CALLED = 10

local function heldKey(id) return root .. ':' .. id .. ':held' end
local function lineKey(id) return root .. ':' .. id .. ':line' end
local function untilKey(id) return root .. ':' .. id .. ':until' end

local function leaveLine(id, ticket)
  redis.call('ZREM', lineKey(id), ticket)
  redis.call('ZREM', untilKey(id), ticket)
end

-- Forgets holders and tickets that were not heard of in time.
local function tidy(id)
  redis.call('ZREMRANGEBYSCORE', heldKey(id), '-inf', now)
  for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', untilKey(id), '-inf', now, 'LIMIT', 0, 100)) do
    leaveLine(id, ticket)
  end
end

local moment = time[1] * 1000000 + time[2]

-- Limits in ARGV, from a place on: id, slots (0 = any number), microseconds for a token to drip (0 = no rate), tokens in a full bucket.
local function readLimits(first)
  local limits = {}
  for i = first, #ARGV, 4 do
    limits[#limits + 1] = { id = ARGV[i], slots = tonumber(ARGV[i + 1]), drip = tonumber(ARGV[i + 2]), burst = tonumber(ARGV[i + 3]) }
  end
  return limits
end

local function fullAt(limit) return math.max(tonumber(redis.call('GET', root .. ':' .. limit.id .. ':full') or 0), moment) end

-- Microseconds until there are so many tokens.
local function untilTokens(limit, tokens)
  return math.max(fullAt(limit) - (limit.burst - tokens) * limit.drip - moment, 0)
end

local function tokens(limit)
  if limit.drip == 0 then return math.huge end
  return math.floor((limit.burst * limit.drip - fullAt(limit) + moment) / limit.drip)
end

-- Takes tokens out of the bucket, or puts them back (-1).
local function spend(limit, count)
  if limit.drip == 0 then return end
  local at = fullAt(limit) + count * limit.drip
  local ms = math.ceil((at - moment) / 1000)
  local key = root .. ':' .. limit.id .. ':full'
  if ms > 0 then redis.call('SET', key, string.format('%.0f', at), 'PX', ms) else redis.call('DEL', key) end
end

-- How many may go on: slots that nobody holds, and no more than there are tokens.
local function free(limit)
  if limit.slots == 0 then return tokens(limit) end
  return math.min(limit.slots - redis.call('ZCARD', heldKey(limit.id)), tokens(limit))
end

-- The tickets whose turn it is.
local function called(limit)
  local count = math.min(free(limit), MOST_CALLED)
  if count <= 0 then return {} end
  return redis.call('ZRANGE', lineKey(limit.id), 0, count - 1)
end
