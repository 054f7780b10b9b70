-- A value of a run's state. The hash `state` has a field for each key: `j` and the JSON text of a plain value,
-- or `l` / `s` and the bytes of its elements, which are in the Redis list / sorted set beside it (all scores
-- are 0, so the members stand in byte order). The field `#bytes` is the sum over all keys. JSON stays opaque.
local function stateValue(state, field, list, set)
  local value = { stored = redis.call('HGET', state, field) }
  -- Nil for null as well: a key that holds null may become anything.
  value.kind = value.stored and value.stored ~= 'jnull' and value.stored:sub(1, 1) or nil
  local size = not value.stored and 0
    or value.stored:sub(1, 1) == 'j' and #value.stored - 1
    or tonumber(value.stored:sub(2))

  -- The JSON text, or nil where nothing is stored.
  function value.read()
    if value.kind == 'l' then return '[' .. table.concat(redis.call('LRANGE', list, 0, -1), ',') .. ']' end
    if value.kind == 's' then return '[' .. table.concat(redis.call('ZRANGE', set, 0, -1), ',') .. ']' end
    return value.stored and value.stored:sub(2)
  end

  function value.growth(newSize)
    return newSize - size
  end

  local function store(stored, newSize)
    redis.call('HSET', state, field, stored)
    redis.call('HINCRBY', state, '#bytes', newSize - size)
  end

  -- Notes that the elements of a list or set grew by so many bytes; it begins where nothing is stored.
  function value.grow(kind, by)
    local newSize = (value.kind and size or 0) + by
    store(kind .. newSize, newSize)
  end

  -- Puts a plain value (`j`, one text) or a list (`l`, its elements) of `newSize` bytes in place of what is there.
  function value.replace(kind, newSize, texts, from, to)
    store(kind == 'j' and 'j' .. texts[from] or 'l' .. newSize, newSize)
    redis.call('DEL', list, set)
    if kind == 'j' then return end
    for first = from, to, 1000 do
      redis.call('RPUSH', list, unpack(texts, first, math.min(first + 999, to)))
    end
  end

  return value
end

-- The name of the limit that forbids so many new keys and bytes, or nil.
local function stateLimit(state, keys, growth, maxKeys, maxTotal)
  local total = tonumber(redis.call('HGET', state, '#bytes') or 0)
  if keys > 0 and redis.call('HLEN', state) - 1 + keys > maxKeys then return 'keys' end
  if growth > 0 and total + growth > maxTotal then return 'total' end
end
