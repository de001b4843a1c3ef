-- Append one line, once: the moment from which the line exists.
-- KEYS[1] meta (hash)  KEYS[2] log (stream)  KEYS[3] refs (hash)  KEYS[4] unraised (hash)
-- ARGV[1] sender: "seeker" or an account  ARGV[2] label of sender and ref  ARGV[3] sealed entry
-- ARGV[4] risk  ARGV[5] the conversation's risk after the line  ARGV[6] 1 if the line lowers it
-- ARGV[7] risk from which a line escalates  ARGV[8] channel  ARGV[9] origin process
-- Returns {seq, 1} if appended, {seq, 0} if this ref was appended before,
--   {0, "ended" | "unknown" | "not_a_member"} if refused (nothing is written).
-- Invariant: seqs are dense from 1; a ref stands for one seq for the life of the conversation;
--   a line at risk is in `unraised` until its escalation is on the desk; the
--   conversation's risk falls one level at a time, and only by a line that says so.
local seen = redis.call('HGET', KEYS[3], ARGV[2])
if seen then
  return {tonumber(seen), 0}
end
local is = redis.call('HMGET', KEYS[1], 'phase', 'risk', 'm:' .. ARGV[1])
if not is[1] then
  return {0, 'unknown'}
elseif is[1] == 'ended' then
  return {0, 'ended'}
elseif ARGV[1] ~= 'seeker' and not is[3] then
  return {0, 'not_a_member'}
end
local seq = redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('XADD', KEYS[2], seq .. '-0', 'e', ARGV[3])
redis.call('HSET', KEYS[3], ARGV[2], seq)
local standing = math.max(tonumber(ARGV[4]), tonumber(ARGV[5]))
local before = tonumber(is[2] or '0')
if standing > before or (ARGV[6] == '1' and standing == before - 1) then
  redis.call('HSET', KEYS[1], 'risk', standing)
end
if tonumber(ARGV[4]) >= tonumber(ARGV[7]) then
  redis.call('HSET', KEYS[4], seq, ARGV[4])
end
redis.call('SPUBLISH', ARGV[8], 'l' .. ARGV[9])
return {seq, 1}
