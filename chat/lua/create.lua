-- Create one conversation, with its opening words if there are any.
-- KEYS[1] meta (hash)  KEYS[2] log (stream)  KEYS[3] refs (hash)  KEYS[4] unraised (hash)
-- ARGV[1] risk of the opening  ARGV[2] risk from which a line escalates
-- ARGV[3] sealed opening line or ''  ARGV[4] label of the opening
-- ARGV[5 ...] pairs of field and value
-- Returns 1 if created, 0 if it existed (nothing is written).
-- Invariant: a conversation begins in phase waiting, revision 0, with dense seqs.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
local seq = ARGV[3] == '' and 0 or 1
redis.call('HSET', KEYS[1], 'phase', 'waiting', 'revision', 0, 'seq', seq, 'risk', ARGV[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 5))
if seq == 1 then
  redis.call('XADD', KEYS[2], '1-0', 'e', ARGV[3])
  redis.call('HSET', KEYS[3], ARGV[4], 1)
  if tonumber(ARGV[1]) >= tonumber(ARGV[2]) then
    redis.call('HSET', KEYS[4], 1, ARGV[1])
  end
end
return 1
