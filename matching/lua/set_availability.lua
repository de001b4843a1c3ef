-- Write down a supporter and renew the lease.
-- KEYS[1] supporters (hash)  KEYS[2] leases (zset)  KEYS[3] wake (channel)
-- ARGV[1] supporter  ARGV[2] about, JSON  ARGV[3] state  ARGV[4] capacity
-- ARGV[5] now, ms  ARGV[6] lease until, ms
-- Returns {load, idle since, open offer or nil}.
-- Invariant: load and open offer are the room's own; idle begins when offers become welcome.
local supporters, leases, wake = KEYS[1], KEYS[2], KEYS[3]
local supporter, about, state, capacity, now, lease = unpack(ARGV)
local before = redis.call('HGET', supporters, 'state:' .. supporter)
redis.call('HSET', supporters, 'about:' .. supporter, about, 'state:' .. supporter, state,
  'capacity:' .. supporter, capacity)
redis.call('HDEL', supporters, 'missed:' .. supporter)
redis.call('ZADD', leases, 'GT', lease, supporter)
if not before or (state == 'available' and before ~= 'available') then
  redis.call('HSET', supporters, 'idle:' .. supporter, now)
end
if state == 'available' then
  redis.call('SPUBLISH', wake, 'pair')
end
local load, idle, offer = unpack(redis.call('HMGET', supporters,
  'load:' .. supporter, 'idle:' .. supporter, 'offer:' .. supporter))
return {load or '0', idle, offer}
