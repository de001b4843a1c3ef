-- Keep a conversation's key wrapped by the key of another day, if nobody was faster.
-- KEYS[1] meta (hash)
-- ARGV[1] day by whose key it was wrapped  ARGV[2] day by whose key it is now  ARGV[3] wrapped key
-- Returns 1 if kept, 0 if it is wrapped otherwise by now, or gone (nothing is written).
-- Invariant: day and key belong together, and an expired conversation stays gone.
if redis.call('HGET', KEYS[1], 'day') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'day', ARGV[2], 'key', ARGV[3])
return 1
