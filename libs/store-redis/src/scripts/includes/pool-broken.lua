-- Why no agent of the pool can be had at present; nil where one can, or may be. Needs "pool-agent".
local function brokenBecause()
  local why = redis.call('HMGET', pool, 'broken', 'error', 'retryAt')
  if why[1] == '1' and tonumber(why[3]) > now and live() == 0 then return why[2] end
  return nil
end
