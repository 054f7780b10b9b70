-- Appends to a run's history. Entries are 1-0, 1-1, 1-2, …: Redis counts them itself, so they are gapless and in order.
local function event(key, now, kind, ...)
  redis.call('XADD', key, '1-*', 'at', now, 'type', kind, ...)
end
