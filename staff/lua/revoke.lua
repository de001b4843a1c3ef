-- End one session, and wake those who hold its sockets.
-- KEYS[1] session (string)  KEYS[2] sessions of the account (zset)  KEYS[3] revoked (channel)
-- KEYS[4] revocations (counter)
-- ARGV[1] session id
-- Returns 1 if it was live, 0 if it was gone already.
-- Invariant: once this returns, the session can't be used, and who counts revocations sees one
--   more, though the wake-up be lost.
local live = redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('INCR', KEYS[4])
redis.call('SPUBLISH', KEYS[3], ARGV[1])
return live
