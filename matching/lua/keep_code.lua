-- Keep a return code in place of the earlier one, and the seeker's place until its end.
-- KEYS[1] live (zset)  KEYS[2] codes (hash)  KEYS[3] tickets (hash)  KEYS[4] graces (zset)
-- ARGV[1] conversation  ARGV[2] hash of the code  ARGV[3] until, ms
-- Returns 1 if kept, 0 if the conversation is not registered.
-- Invariant: a conversation has one code at most; a code leads to one conversation.
local live, codes, tickets, graces = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local conversation, code, till = ARGV[1], ARGV[2], ARGV[3]
if not redis.call('ZSCORE', live, conversation) then
  return 0
end
redis.call('HDEL', codes, redis.call('HGET', tickets, 'code:' .. conversation) or '')
redis.call('HSET', codes, code, till .. ' ' .. conversation)
redis.call('HSET', tickets, 'code:' .. conversation, code)
redis.call('ZADD', graces, 'XX', 'GT', till, conversation)
return 1
