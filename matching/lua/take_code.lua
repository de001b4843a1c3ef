-- Use a return code up.
-- KEYS[1] codes (hash)  KEYS[2] tickets (hash)  KEYS[3] graces (zset)
-- ARGV[1] hash of the code  ARGV[2] now, ms  ARGV[3] grace until, ms
-- Returns the conversation, or nil if the code is unknown, used or too old.
-- Invariant: a code works once; afterwards the place is kept by the ordinary grace.
local codes, tickets, graces = KEYS[1], KEYS[2], KEYS[3]
local code, now, grace = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local kept = redis.call('HGET', codes, code)
if not kept then
  return false
end
local till, conversation = string.match(kept, '^(%d+) (.+)$')
redis.call('HDEL', codes, code)
redis.call('HDEL', tickets, 'code:' .. conversation)
if tonumber(till) <= now then
  return false
end
redis.call('ZADD', graces, 'XX', grace, conversation)
return conversation
