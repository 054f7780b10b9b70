-- Notes which run redrives this one: the first to be noted counts.
-- KEYS 1 run
-- ARGV 1 id of the run that is to redrive it
-- Returns the id that counts, or nil where there is no such run
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
redis.call('HSETNX', KEYS[1], 'redrivenBy', ARGV[1])
return redis.call('HGET', KEYS[1], 'redrivenBy')
