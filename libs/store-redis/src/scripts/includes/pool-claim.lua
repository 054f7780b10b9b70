-- Who is next for an agent. Needs "pool-agent".
-- How far down the line an agent looks for somebody whom it may serve.
local LOOK = 64

-- The ticket that is next for an agent that is left to this realm (any where it is ''), of those that came by then.
-- Tickets of other realms need other agents. As far as the pool may start these, beside those that are in use, they are
-- passed over; one ticket more, and the agent is in their way: nil and true then, so that nobody waits for ever.
-- Not while agents do not start: what there is goes on, until the next try is due.
local function claimOn(realm, by)
  local line = redis.call('ZRANGEBYSCORE', pool .. ':waiters', '-inf', by, 'LIMIT', 0, realm == '' and 1 or LOOK)
  if #line == 0 then return nil, false end
  if realm == '' then return readTicket(line[1]) or { id = line[1] }, false end
  local settings = redis.call('HMGET', pool, 'retryAt', 'maxSize', 'leased', 'cleaning')
  local startable = (tonumber(settings[1]) or 0) > now and LOOK or settings[2] - (settings[3] or 0) - (settings[4] or 0)
  for i, id in ipairs(line) do
    local ticket = readTicket(id)
    if ticket and ticket.realm == realm then return ticket, false end
    if i > startable then return nil, true end
  end
  return nil, false
end
