-- Begin one session, and list it under its account.
-- KEYS[1] session (string)  KEYS[2] sessions of the account (zset: id -> begun at, ms)
-- ARGV[1] session id  ARGV[2] record  ARGV[3] begun at, ms  ARGV[4] longest life, ms
-- Returns 1.
-- Invariant: every session that can be used is listed, so that it can be revoked.
local id, record, begun, life = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', tonumber(begun) - tonumber(life))
redis.call('ZADD', KEYS[2], begun, id)
redis.call('PEXPIRE', KEYS[2], life)
redis.call('SET', KEYS[1], record, 'PX', life)
return 1
