-- Give a match to another person, whatever their load, and free the one before.
-- KEYS[1] matched (zset)  KEYS[2] offers (hash)  KEYS[3] tickets (hash)  KEYS[4] supporters (hash)
-- KEYS[5] wake (channel)
-- ARGV[1] conversation  ARGV[2] the new person  ARGV[3] now, ms
-- Returns who sat there before (on a repeat, the new person), or nil if it is not matched.
-- Invariant: the conversation stays matched; each load counts the seats that its person has.
local matched, offers, tickets, supporters, wake = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local conversation, person, now = ARGV[1], ARGV[2], ARGV[3]
if not redis.call('ZSCORE', matched, conversation) then
  return false
end
local before, offer = unpack(redis.call('HMGET', tickets,
  'supporter:' .. conversation, 'offer:' .. conversation))
if before == person then
  return before
end
redis.call('HSET', tickets, 'supporter:' .. conversation, person)
redis.call('HDEL', tickets, 'offer:' .. conversation)
redis.call('HDEL', offers, offer or '')
redis.call('ZADD', matched, now, conversation)
redis.call('HSET', supporters, 'idle:' .. before, now)
redis.call('HINCRBY', supporters, 'load:' .. before, -1)
redis.call('HINCRBY', supporters, 'load:' .. person, 1)
redis.call('SPUBLISH', wake, 'pair')
return before
