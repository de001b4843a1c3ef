-- Read the tickets of one state in the order of their scores.
-- KEYS[1] waiting or offered (zset)  KEYS[2] tickets (hash)
-- ARGV[1] first rank  ARGV[2] last rank
-- Returns one MessagePack array of [conversation, about, risk, languages, boosted, declines], all text.
-- Invariant: nothing is written.
local state, tickets = KEYS[1], KEYS[2]
local rows = {}
for index, conversation in ipairs(redis.call('ZRANGE', state, ARGV[1], ARGV[2])) do
  local about, risk, languages, boosted, declines = unpack(redis.call('HMGET', tickets,
    'about:' .. conversation, 'risk:' .. conversation, 'languages:' .. conversation,
    'boosted:' .. conversation, 'declines:' .. conversation))
  rows[index] = {conversation, about, risk, languages, boosted, declines or '0'}
end
return cmsgpack.pack(rows)
