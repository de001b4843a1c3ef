-- Raise the flag of a line that was said before, once: a slower reader saw more in it.
-- KEYS[1] meta (hash)  KEYS[2] staff log (stream)  KEYS[3] refs (hash)  KEYS[4] unraised (hash)
-- ARGV[1] label of the flag  ARGV[2] seq of the line  ARGV[3] sealed entry  ARGV[4] risk
-- ARGV[5] risk from which a line escalates  ARGV[6] channel
-- Returns 1 if raised, 0 if it was raised before or there is no such conversation (nothing is
--   written).
-- Invariant: the conversation's risk never falls by this; a line raised to a risk that escalates
--   is in `unraised` until its escalation is on the desk.
if redis.call('EXISTS', KEYS[1]) == 0 or redis.call('HEXISTS', KEYS[3], ARGV[1]) == 1 then
  return 0
end
local n = redis.call('HINCRBY', KEYS[1], 'staff_seq', 1)
redis.call('XADD', KEYS[2], n .. '-0', 'e', ARGV[3])
redis.call('HSET', KEYS[3], ARGV[1], n)
if tonumber(ARGV[4]) > tonumber(redis.call('HGET', KEYS[1], 'risk') or '0') then
  redis.call('HSET', KEYS[1], 'risk', ARGV[4])
end
if tonumber(ARGV[4]) >= tonumber(ARGV[5]) then
  redis.call('HSET', KEYS[4], ARGV[2], ARGV[4])
end
local left = redis.call('TTL', KEYS[1])
for _, key in ipairs(left > 0 and {KEYS[2], KEYS[3], KEYS[4]} or {}) do
  redis.call('EXPIRE', key, left)
end
redis.call('SPUBLISH', ARGV[6], 's')
return 1
