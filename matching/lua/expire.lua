-- Return the tickets of due offers to their exact places; who missed too many is set to away.
-- KEYS[1] waiting (zset)  KEYS[2] offered (zset)  KEYS[3] due (zset)  KEYS[4] offers (hash)
-- KEYS[5] tickets (hash)  KEYS[6] supporters (hash)  KEYS[7] declined (zset)  KEYS[8] tally (hash)
-- KEYS[9] wake (channel)
-- ARGV[1] now, ms  ARGV[2] offers at once  ARGV[3] misses until away  ARGV[4] memory, ms  ARGV[5] tally, s
-- Returns {offer, conversation, supporter, 1 if now away, else 0} for each; so many at most.
-- Invariant: an offer leaves `due` and is returned exactly once; the ticket's score is kept.
local waiting, offered, due, offers = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tickets, supporters, declined, tally, wake = KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local now, most, patience, memory = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local expired = {}
redis.call('ZREMRANGEBYSCORE', declined, '-inf', tonumber(now) - memory)
for _, offer in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, most)) do
  local conversation = redis.call('HGET', offers, offer)
  local supporter = redis.call('HGET', tickets, 'supporter:' .. conversation)
  redis.call('ZADD', waiting, redis.call('ZSCORE', offered, conversation), conversation)
  redis.call('ZREM', offered, conversation)
  redis.call('ZREM', due, offer)
  redis.call('HDEL', offers, offer)
  redis.call('HDEL', tickets, 'offer:' .. conversation, 'supporter:' .. conversation)
  redis.call('HINCRBY', tickets, 'declines:' .. conversation, 1)
  redis.call('HDEL', supporters, 'offer:' .. supporter)
  redis.call('HINCRBY', supporters, 'load:' .. supporter, -1)
  redis.call('ZADD', declined, now, conversation .. ' ' .. supporter)
  redis.call('HINCRBY', tally, 'missed', 1)
  redis.call('EXPIRE', tally, ARGV[5])
  local away = redis.call('HINCRBY', supporters, 'missed:' .. supporter, 1) >= patience
    and redis.call('HGET', supporters, 'state:' .. supporter) ~= 'away'
  if away then
    redis.call('HSET', supporters, 'state:' .. supporter, 'away')
    redis.call('SPUBLISH', wake, 'away ' .. supporter)
  end
  redis.call('SPUBLISH', wake, 'withdrawn ' .. supporter .. ' ' .. offer)
  redis.call('SPUBLISH', wake, 'pair')
  expired[#expired + 1] = {offer, conversation, supporter, away and 1 or 0}
end
return expired
