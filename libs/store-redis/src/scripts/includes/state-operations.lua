-- What each operation does to a value. `given.texts` are the operation's own arguments from `given.from` on;
-- `room(keys, growth)` gives the limit that forbids the change, or nil. Each returns a code and an answer.
local function stateOperations(value, list, set, given, maxElements, room)
  local texts, from = given.texts, given.from
  local created = value.stored and 0 or 1

  local function replace(first)
    local size = tonumber(texts[first + 1])
    local limit = room(created, value.growth(size))
    if not limit then value.replace(texts[first], size, texts, first + 2, #texts) end
    return limit
  end

  -- The answer where no element may be added to a list or set of so many, or nil.
  local function refusal(elements)
    if elements >= maxElements then return 'full', 'elements' end
    local limit = room(created, #texts[from])
    if limit then return 'full', limit end
  end

  local operations = {}

  function operations.get()
    return 'ok', value.read() or 'null'
  end

  function operations.set()
    local limit = replace(from)
    if limit then return 'full', limit end
    return 'ok', ''
  end

  function operations.compareAndSwap()
    local present, expected = value.read() or 'null', texts[from]
    -- A sum may be written differently from the same number as it came from a user.
    local same = tonumber(present) and tonumber(present) == tonumber(expected)
    if present ~= expected and not same then return 'kept', present end
    local limit = replace(from + 1)
    if limit then return 'full', limit end
    return 'swapped', ''
  end

  function operations.increment()
    local present = value.kind and value.stored:sub(2) or '0'
    if value.kind and (value.kind ~= 'j' or not tonumber(present)) then return 'wrong_type', 'number' end
    local sum = sumText(present, texts[from])
    if not sum then return 'wrong_type', 'safe_number' end
    local limit = room(created, value.growth(#sum))
    if limit then return 'full', limit end
    value.replace('j', #sum, { sum }, 1, 1)
    return 'ok', sum
  end

  function operations.append()
    if value.kind and value.kind ~= 'l' then return 'wrong_type', 'list' end
    local code, limit = refusal(redis.call('LLEN', list))
    if code then return code, limit end
    value.grow('l', #texts[from])
    return 'ok', tostring(redis.call('RPUSH', list, texts[from]))
  end

  function operations.addToSet()
    if value.kind and value.kind ~= 's' then return 'wrong_type', 'set' end
    if redis.call('ZSCORE', set, texts[from]) then return 'ok', 'false' end
    local code, limit = refusal(redis.call('ZCARD', set))
    if code then return code, limit end
    value.grow('s', #texts[from])
    redis.call('ZADD', set, 0, texts[from])
    return 'ok', 'true'
  end

  function operations.removeFromSet()
    if value.kind and value.kind ~= 's' then return 'wrong_type', 'set' end
    if redis.call('ZREM', set, texts[from]) == 0 then return 'ok', 'false' end
    value.grow('s', -#texts[from])
    return 'ok', 'true'
  end

  return operations
end
