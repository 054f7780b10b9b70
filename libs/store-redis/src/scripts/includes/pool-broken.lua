-- Why no agent of the pool can be had at present; nil where one can, or may be, be it on another host. Needs "pool-agent".
local function brokenBecause()
  local why = redis.call('HMGET', pool, 'broken', 'error', 'retryAt', 'elsewhere')
  if why[1] == '1' and why[4] ~= '1' and tonumber(why[3]) > now and live() == 0 then return why[2] end
  return nil
end

-- Agents of the pool start: what was noted of failed starts is forgotten.
local function forgetFailures()
  redis.call('HDEL', pool, 'error', 'broken', 'elsewhere', 'failures', 'retryAt')
end
