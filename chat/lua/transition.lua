-- Commit one transition: phase, members and the entries that tell of it, if nobody was faster.
-- KEYS[1] meta (hash)  KEYS[2] log (stream)  KEYS[3] refs (hash)  KEYS[4] unraised (hash)
-- KEYS[5] staff log (stream)
-- ARGV[1] revision that the decision was made on  ARGV[2] channel  ARGV[3] retention after the
--   end in seconds, or 0 while it goes on  ARGV[4] number of fields n
-- ARGV[5 ...] n pairs of field and value ('' removes the field), then the sealed entries
-- Returns the last seq if committed, -1 if the revision is another (nothing is written).
-- Invariant: entries and state change together; what is ended expires as a whole.
if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[1] then
  return -1
end
local last = 4 + 2 * tonumber(ARGV[4])
for i = 5, last, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('HINCRBY', KEYS[1], 'revision', 1)
local seq = tonumber(redis.call('HGET', KEYS[1], 'seq'))
for i = last + 1, #ARGV do
  seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
  redis.call('XADD', KEYS[2], seq .. '-0', 'e', ARGV[i])
end
if ARGV[3] ~= '0' then
  for i = 1, 5 do
    redis.call('EXPIRE', KEYS[i], ARGV[3])
  end
end
redis.call('SPUBLISH', ARGV[2], 'l')
return seq
