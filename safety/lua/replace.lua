-- Write, change or take away what a hash holds of one conversation, if it is as it was read.
-- KEYS[1] records (hash: conversation -> record)  KEYS[2] wake (channel)
-- ARGV[1] conversation  ARGV[2] record as read, '' if none  ARGV[3] record to write, '' to remove
-- Returns 1 if written, 0 if someone was first (nothing is written).
-- Invariant: a conversation has at most one block, and at most one hold.
local conversation, before, after = ARGV[1], ARGV[2], ARGV[3]
local present = redis.call('HGET', KEYS[1], conversation) or ''
if present == after then return 1 end
if present ~= before then return 0 end
if after == '' then
  redis.call('HDEL', KEYS[1], conversation)
else
  redis.call('HSET', KEYS[1], conversation, after)
end
redis.call('SPUBLISH', KEYS[2], conversation)
return 1
