-- Keep one small fact of a conversation, and wake those who show it.
-- KEYS[1] meta (hash)
-- ARGV[1] field  ARGV[2] value  ARGV[3] channel  ARGV[4] hint
-- Returns 1 if kept, 0 if there is no such conversation (nothing is written).
-- Invariant: a mark never brings an expired conversation back to life.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('SPUBLISH', ARGV[3], ARGV[4])
return 1
