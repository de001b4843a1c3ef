-- Return a matched seeker to the front of the queue, and free the supporter.
-- KEYS[1] waiting (zset)     KEYS[2] matched (zset)  KEYS[3] offers (hash)  KEYS[4] tickets (hash)
-- KEYS[5] supporters (hash)  KEYS[6] graces (zset)   KEYS[7] wake (channel)
-- ARGV[1] conversation  ARGV[2] supporter  ARGV[3] seated since, ms, or ''  ARGV[4] now, ms
-- ARGV[5] grace until, ms  ARGV[6..10] head starts of the five levels for one who returns, ms
-- Returns 1 if moved, 0 if the ticket is not matched with that supporter, or not since then.
-- Invariant: a ticket is in `matched` or in `waiting`, never in both.
local waiting, matched, offers, tickets = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local supporters, graces, wake = KEYS[5], KEYS[6], KEYS[7]
local conversation, supporter, since, now, grace = unpack(ARGV)
local held, offer, risk, arrived = unpack(redis.call('HMGET', tickets,
  'supporter:' .. conversation, 'offer:' .. conversation,
  'risk:' .. conversation, 'arrived:' .. conversation))
local seated = redis.call('ZSCORE', matched, conversation)
if held ~= supporter or not seated or since ~= '' and tonumber(seated) ~= tonumber(since) then
  return 0
end
redis.call('ZREM', matched, conversation)
redis.call('ZADD', waiting, tonumber(arrived) - tonumber(ARGV[6 + tonumber(risk)]), conversation)
redis.call('ZADD', graces, 'GT', grace, conversation)
redis.call('HDEL', offers, offer or '')
redis.call('HDEL', tickets, 'supporter:' .. conversation, 'offer:' .. conversation)
redis.call('HSET', tickets, 'boosted:' .. conversation, now)
redis.call('HSET', supporters, 'idle:' .. supporter, now)
redis.call('HINCRBY', supporters, 'load:' .. supporter, -1)
redis.call('SPUBLISH', wake, 'pair')
return 1
