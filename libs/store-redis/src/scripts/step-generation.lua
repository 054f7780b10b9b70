-- Counts up the generation of a step's lanes, unless somebody already did.
-- KEYS 1 steps
-- ARGV 1 step  2 generation that the caller saw
-- Returns the present generation
local field = ARGV[1] .. ':generation'
local present = tonumber(redis.call('HGET', KEYS[1], field) or 0)
if present ~= tonumber(ARGV[2]) then return present end
return redis.call('HINCRBY', KEYS[1], field, 1)
