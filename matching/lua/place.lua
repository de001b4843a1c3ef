-- Count who waits before each of some seekers.
-- KEYS[1] waiting (zset)  KEYS[2] offered (zset)
-- ARGV[1..] conversations
-- Returns for each the number before, or -1 if it is neither waiting nor offered.
-- Invariant: nothing is written.
local waiting, offered = KEYS[1], KEYS[2]
local places = {}
for index, conversation in ipairs(ARGV) do
  local place = redis.call('ZRANK', waiting, conversation)
  local kept = not place and redis.call('ZSCORE', offered, conversation)
  if kept then
    place = redis.call('ZCOUNT', waiting, '-inf', '(' .. kept)
  end
  places[index] = place or -1
end
return places
