-- Limits: who holds their slots, and who waits for one. Needs "now".
-- KEYS[1] comes before the keys of each limit, which share its hash tag:
-- :<id>:held sorted set, holder → when its slot ends unless renewed
-- :<id>:line sorted set, ticket → when it came (microseconds), and :<id>:until, ticket → when its place is given up
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

local function freeSlots(id, most) return most - redis.call('ZCARD', heldKey(id)) end

-- The tickets whose turn it is.
local function called(id, free)
  if free <= 0 then return {} end
  return redis.call('ZRANGE', lineKey(id), 0, math.min(free, MOST_CALLED) - 1)
end
