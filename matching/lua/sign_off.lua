-- Forget a supporter who is gone and with whom nobody sits any more.
-- KEYS[1] supporters (hash)  KEYS[2] leases (zset)
-- ARGV[1] supporter  ARGV[2] now, ms
-- Returns 1 if the room does not know the supporter any more, else 0.
-- Invariant: nobody with a seat, an open offer or a lease that holds is forgotten.
local supporters, leases = KEYS[1], KEYS[2]
local supporter, now = ARGV[1], tonumber(ARGV[2])
local lease = tonumber(redis.call('ZSCORE', leases, supporter) or 0)
if lease > now or tonumber(redis.call('HGET', supporters, 'load:' .. supporter) or 0) > 0 then
  return 0
end
redis.call('ZREM', leases, supporter)
for _, field in ipairs({'about:', 'state:', 'capacity:', 'load:', 'idle:', 'missed:', 'offer:'}) do
  redis.call('HDEL', supporters, field .. supporter)
end
return 1
