-- Raise the risk of a ticket, and move it forward by the difference of the head starts.
-- KEYS[1] waiting (zset)  KEYS[2] offered (zset)  KEYS[3] tickets (hash)
-- ARGV[1] conversation  ARGV[2] risk  ARGV[3..7] head starts of the five levels, ms
-- Returns 1 if it was raised, 0 if there is no ticket or it is that high already.
-- Invariant: a score is arrival - head start; risk never falls.
local waiting, offered, tickets = KEYS[1], KEYS[2], KEYS[3]
local conversation, risk = ARGV[1], tonumber(ARGV[2])
local before = tonumber(redis.call('HGET', tickets, 'risk:' .. conversation) or risk)
if before >= risk then
  return 0
end
redis.call('HSET', tickets, 'risk:' .. conversation, risk)
local forward = tonumber(ARGV[3 + before]) - tonumber(ARGV[3 + risk])
for _, state in ipairs({waiting, offered}) do
  if redis.call('ZSCORE', state, conversation) then
    redis.call('ZINCRBY', state, forward, conversation)
  end
end
return 1
