-- Hold one waiting ticket for one supporter, if both are still what the policy saw.
-- KEYS[1] waiting (zset)  KEYS[2] offered (zset)  KEYS[3] due (zset)  KEYS[4] offers (hash)
-- KEYS[5] tickets (hash)  KEYS[6] supporters (hash)  KEYS[7] leases (zset)  KEYS[8] wake (channel)
-- ARGV[1] offer  ARGV[2] conversation  ARGV[3] supporter  ARGV[4] risk
-- ARGV[5] now, ms  ARGV[6] expires at, ms
-- Returns 1 if offered, 0 if either is gone (nothing is written).
-- Invariant: a ticket is in `waiting` or in `offered`, never in both; load stays within capacity.
local waiting, offered, due, offers = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tickets, supporters, leases, wake = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local offer, conversation, supporter, risk = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local now, expires = ARGV[5], ARGV[6]
if redis.call('HGET', offers, offer) == conversation then
  return 1
end
local score = redis.call('ZSCORE', waiting, conversation)
local lease = tonumber(redis.call('ZSCORE', leases, supporter) or 0)
local state, capacity, load, open = unpack(redis.call('HMGET', supporters, 'state:' .. supporter,
  'capacity:' .. supporter, 'load:' .. supporter, 'offer:' .. supporter))
local free = state == 'available' and not open and lease > tonumber(now)
  and tonumber(load or 0) < tonumber(capacity)
if not score or not free or redis.call('HGET', tickets, 'risk:' .. conversation) ~= risk then
  return 0
end
redis.call('ZREM', waiting, conversation)
redis.call('ZADD', offered, score, conversation)
redis.call('ZADD', due, expires, offer)
redis.call('HSET', offers, offer, conversation)
redis.call('HSET', tickets, 'offer:' .. conversation, offer, 'supporter:' .. conversation, supporter)
redis.call('HSET', supporters, 'offer:' .. supporter, offer)
redis.call('HINCRBY', supporters, 'load:' .. supporter, 1)
redis.call('SPUBLISH', wake, 'offered ' .. supporter .. ' ' .. offer)
return 1
