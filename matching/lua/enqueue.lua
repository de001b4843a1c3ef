-- Let a registered seeker wait; one who already has a ticket keeps it.
-- KEYS[1] live (zset)     KEYS[2] waiting (zset)  KEYS[3] offered (zset)  KEYS[4] matched (zset)
-- KEYS[5] tickets (hash)  KEYS[6] graces (zset)   KEYS[7] wake (channel)
-- ARGV[1] conversation  ARGV[2] score, ms  ARGV[3] about, JSON  ARGV[4] risk
-- ARGV[5] languages, by commas  ARGV[6] arrived at, ms  ARGV[7] boosted at, ms  ARGV[8] grace until, ms
-- Returns 1 if the seeker is in the room now, 0 if the conversation is not registered.
-- Invariant: a ticket is in one of `waiting`, `offered`, `matched`, and its conversation in `live`.
local live, waiting, offered, matched = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local tickets, graces, wake = KEYS[5], KEYS[6], KEYS[7]
local conversation, score, about, risk = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local languages, arrived, boosted, grace = ARGV[5], ARGV[6], ARGV[7], ARGV[8]
if not redis.call('ZSCORE', live, conversation) then
  return 0
end
for _, state in ipairs({waiting, offered, matched}) do
  if redis.call('ZSCORE', state, conversation) then
    return 1
  end
end
redis.call('HSET', tickets, 'about:' .. conversation, about, 'risk:' .. conversation, risk,
  'languages:' .. conversation, languages, 'arrived:' .. conversation, arrived,
  'boosted:' .. conversation, boosted)
redis.call('ZADD', waiting, score, conversation)
redis.call('ZADD', graces, 'GT', grace, conversation)
redis.call('SPUBLISH', wake, 'pair')
return 1
