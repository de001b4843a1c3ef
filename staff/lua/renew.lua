-- Write the record of a session again, if it is live and has not changed since it was read.
-- KEYS[1] session (string)
-- ARGV[1] record as read  ARGV[2] record to write
-- Returns 1 if written, 0 if it has changed, -1 if the session is over (nothing is written).
-- Invariant: a session that is over stays so, and its longest life does not change.
local record = redis.call('GET', KEYS[1])
if not record then return -1 end
if record ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
return 1
