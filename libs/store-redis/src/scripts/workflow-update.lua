-- Gives a workflow another definition, as its next version; the one before is kept beside it.
-- KEYS 1 workflow  2 versions
-- ARGV 1 definition (JSON)  2 how many versions before the present one are kept
-- Returns the version that has this definition now, or 0 where there is no such workflow
--- @include "now"
local present = redis.call('HMGET', KEYS[1], 'version', 'definition', 'createdAt', 'versionedAt')
if not present[2] then return 0 end
local version = tonumber(present[1])
if present[2] == ARGV[1] then return version end
redis.call('HSET', KEYS[2], version .. ':definition', present[2], version .. ':createdAt', present[4] or present[3])
local dropped = version - ARGV[2]
redis.call('HDEL', KEYS[2], dropped .. ':definition', dropped .. ':createdAt')
redis.call('HSET', KEYS[1], 'version', version + 1, 'definition', ARGV[1], 'versionedAt', now)
return version + 1
