-- Put one act on record.
-- KEYS[1] audit (stream)
-- ARGV[1] at, ms  ARGV[2] who  ARGV[3] act  ARGV[4] subject  ARGV[5] oldest kept, ms
-- Returns 1. Run twice, the act is on record twice, which is true enough.
-- Invariant: entries are added and, by age alone, dropped; never changed.
local at, who, act, subject, oldest = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
redis.call('XADD', KEYS[1], 'MINID', '~', oldest, '*',
  'at', at, 'who', who, 'act', act, 'subject', subject)
return 1
