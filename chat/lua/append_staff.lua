-- Append one entry to the staff's log of a conversation, once.
-- KEYS[1] meta (hash)  KEYS[2] staff log (stream)  KEYS[3] refs (hash)
-- ARGV[1] label of account and ref  ARGV[2] sealed entry  ARGV[3] channel
-- Returns {n, 1} if appended, {n, 0} if this ref was appended before, {0, 0} if there is no such
--   conversation (nothing is written).
-- Invariant: the staff's log is never part of what a seeker reads; n is dense from 1.
local seen = redis.call('HGET', KEYS[3], ARGV[1])
if seen then
  return {tonumber(seen), 0}
end
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {0, 0}
end
local n = redis.call('HINCRBY', KEYS[1], 'staff_seq', 1)
redis.call('XADD', KEYS[2], n .. '-0', 'e', ARGV[2])
redis.call('HSET', KEYS[3], ARGV[1], n)
local left = redis.call('TTL', KEYS[1])
if left > 0 then
  redis.call('EXPIRE', KEYS[2], left)
  redis.call('EXPIRE', KEYS[3], left)
end
redis.call('SPUBLISH', ARGV[3], 's')
return {n, 1}
