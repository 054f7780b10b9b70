-- Agents of a pool start again on a host, as a trial has shown.
-- KEYS 1 pool on one host
-- ARGV 1-4 as "pool-agent" says
-- Returns 1
--- @include "now"
--- @include "pool-agent"
--- @include "pool-broken"
forgetFailures()
return 1
