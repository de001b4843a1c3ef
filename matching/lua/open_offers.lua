-- Read the offers that some supporters have not answered yet.
-- KEYS[1] supporters (hash)  KEYS[2] offers (hash)  KEYS[3] due (zset)  KEYS[4] tickets (hash)
-- ARGV[1..] supporters
-- Returns one MessagePack array of [offer, supporter, due, then the ticket's row as `snapshot`].
-- Invariant: nothing is written.
local supporters, offers, due, tickets = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local rows = {}
for _, supporter in ipairs(ARGV) do
  local offer = redis.call('HGET', supporters, 'offer:' .. supporter)
  if offer then
    local conversation = redis.call('HGET', offers, offer)
    local about, risk, languages, boosted, declines = unpack(redis.call('HMGET', tickets,
      'about:' .. conversation, 'risk:' .. conversation, 'languages:' .. conversation,
      'boosted:' .. conversation, 'declines:' .. conversation))
    rows[#rows + 1] = {offer, supporter, redis.call('ZSCORE', due, offer),
      {conversation, about, risk, languages, boosted, declines or '0'}}
  end
end
return cmsgpack.pack(rows)
