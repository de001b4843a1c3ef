-- End a ticket in whatever state it is, free its supporter, and forget the conversation.
-- KEYS[1] live (zset)     KEYS[2] waiting (zset)     KEYS[3] offered (zset)  KEYS[4] matched (zset)
-- KEYS[5] due (zset)      KEYS[6] offers (hash)      KEYS[7] tickets (hash)  KEYS[8] supporters (hash)
-- KEYS[9] graces (zset)   KEYS[10] codes (hash)      KEYS[11] tally (hash)   KEYS[12] wake (channel)
-- ARGV[1] conversation  ARGV[2] now, ms  ARGV[3] tally field if it was unmatched, or ''  ARGV[4] tally, s
-- Returns {supporter or nil, open offer or nil}; nothing of it is left, so a repeat returns {nil, nil}.
-- Invariant: the supporter's load falls by the one seat that this ticket took, once.
local live, waiting, offered, matched = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local due, offers, tickets, supporters = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local graces, codes, tally, wake = KEYS[9], KEYS[10], KEYS[11], KEYS[12]
local conversation, now, unheard = ARGV[1], ARGV[2], ARGV[3]
local supporter, offer, code = unpack(redis.call('HMGET', tickets,
  'supporter:' .. conversation, 'offer:' .. conversation, 'code:' .. conversation))
local open = redis.call('ZREM', offered, conversation) == 1
redis.call('ZREM', matched, conversation)
if (redis.call('ZREM', waiting, conversation) == 1 or open) and unheard ~= '' then
  redis.call('HINCRBY', tally, unheard, 1)
  redis.call('EXPIRE', tally, ARGV[4])
end
if open then
  redis.call('ZREM', due, offer)
  redis.call('HDEL', supporters, 'offer:' .. supporter)
  redis.call('SPUBLISH', wake, 'withdrawn ' .. supporter .. ' ' .. offer)
elseif supporter then
  redis.call('HSET', supporters, 'idle:' .. supporter, now)
end
if supporter then
  redis.call('HINCRBY', supporters, 'load:' .. supporter, -1)
  redis.call('SPUBLISH', wake, 'pair')
end
redis.call('HDEL', offers, offer or '')
redis.call('HDEL', codes, code or '')
redis.call('ZREM', live, conversation)
redis.call('ZREM', graces, conversation)
for _, field in ipairs({'about:', 'risk:', 'languages:', 'arrived:', 'boosted:', 'declines:',
  'supporter:', 'offer:', 'code:'}) do
  redis.call('HDEL', tickets, field .. conversation)
end
return {supporter, open and offer}
