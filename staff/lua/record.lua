-- Put one act on record, as the next of its chain.
-- KEYS[1] audit (stream)  KEYS[2] head of the chain (hash)
-- ARGV[1] at, ms  ARGV[2] who  ARGV[3] act  ARGV[4] subject  ARGV[5] number
-- ARGV[6] digest of the entry before  ARGV[7] digest  ARGV[8] stamp  ARGV[9] oldest kept, ms
-- Returns {1}, or {-9, number, digest} of the head if the chain has moved (nothing is written).
-- Invariant: entries are added and, by age alone, dropped; never changed; each follows the last.
local at, who, act, subject, number = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local before, digest, stamp, oldest = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local head = redis.call('HMGET', KEYS[2], 'number', 'digest')
if (head[2] or '') ~= before then
  return {-9, head[1] or '0', head[2] or ''}
end
redis.call('XADD', KEYS[1], 'MINID', '~', oldest, '*', 'at', at, 'who', who, 'act', act,
  'subject', subject, 'number', number, 'before', before, 'digest', digest, 'stamp', stamp)
redis.call('HSET', KEYS[2], 'number', number, 'digest', digest)
return {1}
