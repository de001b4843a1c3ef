-- Write one account, if it has not changed since it was read and its name is free; with an
--   audit entry, put that on record too.
-- KEYS[1] account (string)  KEYS[2] names (hash: name -> id)  KEYS[3] administrators (set of ids)
-- KEYS[4] audit (stream)  KEYS[5] head of its chain (hash)
-- ARGV[1] id  ARGV[2] name  ARGV[3] record as read, '' for a new account  ARGV[4] record to write
-- ARGV[5] 1 if the account administers once it is written, else 0
-- ARGV[6] at, ms; the audit entry may be left out  ARGV[7] who  ARGV[8] act  ARGV[9] subject
-- ARGV[10] number  ARGV[11] digest of the entry before  ARGV[12] digest  ARGV[13] stamp
-- ARGV[14] oldest kept, ms
-- Returns {1} if written, {0} if it has changed, {-1} if the name is taken, {-2} if nobody else
--   administers, {-9, number, digest} of the head if the chain has moved (but for 1, nothing is
--   written).
-- Invariant: a name leads to one account; once one account administers, one always does; an
--   entry is on record if and only if its account was written.
local id, name, old, record, administers = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if (redis.call('GET', KEYS[1]) or '') ~= old then return {0} end
local owner = redis.call('HGET', KEYS[2], name)
if owner and owner ~= id then return {-1} end
local leaves = administers ~= '1' and redis.call('SISMEMBER', KEYS[3], id) == 1
if leaves and redis.call('SCARD', KEYS[3]) == 1 then return {-2} end
if ARGV[6] then
  local head = redis.call('HMGET', KEYS[5], 'number', 'digest')
  if (head[2] or '') ~= ARGV[11] then return {-9, head[1] or '0', head[2] or ''} end
  redis.call('XADD', KEYS[4], 'MINID', '~', ARGV[14], '*', 'at', ARGV[6], 'who', ARGV[7],
    'act', ARGV[8], 'subject', ARGV[9], 'number', ARGV[10], 'before', ARGV[11],
    'digest', ARGV[12], 'stamp', ARGV[13])
  redis.call('HSET', KEYS[5], 'number', ARGV[10], 'digest', ARGV[12])
end
if leaves then
  redis.call('SREM', KEYS[3], id)
elseif administers == '1' then
  redis.call('SADD', KEYS[3], id)
end
redis.call('HSET', KEYS[2], name, id)
redis.call('SET', KEYS[1], record)
return {1}
