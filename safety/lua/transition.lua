-- Write one escalation as step() decided it, if nothing has changed since it was read.
-- KEYS[1] escalation (string)  KEYS[2] conversation (hash: current, and cause -> id)
-- KEYS[3] unresolved (zset: id -> raised at)  KEYS[4] due (zset: id -> louder at)
-- KEYS[5] wake (channel)
-- ARGV[1] id  ARGV[2] record as read, '' if new  ARGV[3] record to write
-- ARGV[4] id of the conversation's unresolved escalation as read, '' if none
-- ARGV[5] the cause that joins, '' if none  ARGV[6] raised at, ms; '' once it is resolved
-- ARGV[7] louder at, ms; '' if nobody has to be called  ARGV[8] life of a resolved one, ms
-- Returns 1 if written, 0 if someone was first (nothing is written).
-- Invariant: a conversation has at most one unresolved escalation, and a cause belongs to one.
local id, old, record, current, cause = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local raised, louder, life = ARGV[6], ARGV[7], ARGV[8]
if (redis.call('GET', KEYS[1]) or '') ~= old then return 0 end
if (redis.call('HGET', KEYS[2], 'current') or '') ~= current then return 0 end
if cause ~= '' and redis.call('HSETNX', KEYS[2], cause, id) == 0 then return 0 end
redis.call('SET', KEYS[1], record)
if raised ~= '' then
  redis.call('HSET', KEYS[2], 'current', id)
  redis.call('PERSIST', KEYS[2])
  redis.call('ZADD', KEYS[3], raised, id)
else
  redis.call('HDEL', KEYS[2], 'current')
  redis.call('ZREM', KEYS[3], id)
  redis.call('PEXPIRE', KEYS[1], life)
  redis.call('PEXPIRE', KEYS[2], life)
end
if louder ~= '' then redis.call('ZADD', KEYS[4], louder, id) else redis.call('ZREM', KEYS[4], id) end
redis.call('SPUBLISH', KEYS[5], id)
return 1
