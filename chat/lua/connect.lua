-- Number a new connection of the seeker, and let the older ones give way.
-- KEYS[1] meta (hash)
-- ARGV[1] channel
-- Returns the number, or 0 if there is no such conversation (nothing is written).
-- Invariant: of two connections both know which is the newer; numbers are never used twice.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local number = redis.call('HINCRBY', KEYS[1], 'connections', 1)
redis.call('SPUBLISH', ARGV[1], 'k' .. number)
return number
