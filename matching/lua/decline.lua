-- Return an offered ticket to its exact place.
-- KEYS[1] waiting (zset)  KEYS[2] offered (zset)  KEYS[3] due (zset)  KEYS[4] offers (hash)
-- KEYS[5] tickets (hash)  KEYS[6] supporters (hash)  KEYS[7] declined (zset)  KEYS[8] tally (hash)
-- KEYS[9] wake (channel)
-- ARGV[1] offer  ARGV[2] supporter  ARGV[3] now, ms  ARGV[4] memory, ms  ARGV[5] reason  ARGV[6] tally, s
-- Returns the conversation, or nil if the offer is gone, accepted or another's.
-- Invariant: the score is kept; the supporter's load falls by the one that the offer had added.
local waiting, offered, due, offers = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tickets, supporters, declined, tally, wake = KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local offer, supporter, now, memory = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local conversation = redis.call('HGET', offers, offer)
if not conversation or redis.call('HGET', tickets, 'supporter:' .. conversation) ~= supporter then
  return false
end
local score = redis.call('ZSCORE', offered, conversation)
if not score then
  return false
end
redis.call('ZREM', offered, conversation)
redis.call('ZADD', waiting, score, conversation)
redis.call('ZREM', due, offer)
redis.call('HDEL', offers, offer)
redis.call('HDEL', tickets, 'offer:' .. conversation, 'supporter:' .. conversation)
redis.call('HINCRBY', tickets, 'declines:' .. conversation, 1)
redis.call('HDEL', supporters, 'offer:' .. supporter, 'missed:' .. supporter)
redis.call('HINCRBY', supporters, 'load:' .. supporter, -1)
redis.call('ZREMRANGEBYSCORE', declined, '-inf', now - memory)
redis.call('ZADD', declined, now, conversation .. ' ' .. supporter)
redis.call('HINCRBY', tally, 'declined:' .. ARGV[5], 1)
redis.call('EXPIRE', tally, ARGV[6])
redis.call('SPUBLISH', wake, 'withdrawn ' .. supporter .. ' ' .. offer)
redis.call('SPUBLISH', wake, 'pair')
return conversation
