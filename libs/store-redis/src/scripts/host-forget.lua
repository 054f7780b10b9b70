-- Takes a host off the list of hosts, unless it was heard of meanwhile.
-- KEYS 1 hosts (sorted set, host → when it was last heard of)
-- ARGV 1 host  2 when it was last heard of, as far as the caller knows
-- Returns 1, or 0 where it was heard of later
if redis.call('ZSCORE', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
