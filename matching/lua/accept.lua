-- Match a ticket with the supporter it is held for, and record how long it took.
-- KEYS[1] offered (zset)  KEYS[2] due (zset)  KEYS[3] offers (hash)  KEYS[4] matched (zset)
-- KEYS[5] tickets (hash)  KEYS[6] supporters (hash)  KEYS[7] pickups (list)  KEYS[8] wake (channel)
-- ARGV[1] offer  ARGV[2] supporter  ARGV[3] now, ms  ARGV[4] pickups to keep
-- Returns the conversation, or nil if the offer is due, gone or another's. A repeat renews the seat.
-- Invariant: a ticket is in `offered` or in `matched`, never in both; its supporter does not change.
local offered, due, offers, matched = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tickets, supporters, pickups, wake = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local offer, supporter, now, keep = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local conversation = redis.call('HGET', offers, offer)
if not conversation or redis.call('HGET', tickets, 'supporter:' .. conversation) ~= supporter then
  return false
end
if redis.call('ZSCORE', matched, conversation) then
  redis.call('ZADD', matched, 'GT', now, conversation)
  return conversation
end
if tonumber(redis.call('ZSCORE', due, offer)) <= now then
  return false
end
redis.call('ZREM', offered, conversation)
redis.call('ZREM', due, offer)
redis.call('ZADD', matched, now, conversation)
redis.call('HDEL', supporters, 'offer:' .. supporter, 'missed:' .. supporter)
local arrived, boosted = unpack(
  redis.call('HMGET', tickets, 'arrived:' .. conversation, 'boosted:' .. conversation))
if boosted == '0' then
  redis.call('LPUSH', pickups, ARGV[3] .. ' ' .. string.format('%.0f', now - tonumber(arrived)))
  redis.call('LTRIM', pickups, 0, keep - 1)
end
redis.call('SPUBLISH', wake, 'pair')
return conversation
