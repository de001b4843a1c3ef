-- Accept more languages for a ticket.
-- KEYS[1] tickets (hash)  KEYS[2] wake (channel)
-- ARGV[1] conversation  ARGV[2..] languages
-- Returns 1 if there is a ticket, else 0.
-- Invariant: languages are only added, after the ones there are, each once.
local tickets, wake = KEYS[1], KEYS[2]
local conversation = ARGV[1]
local spoken = redis.call('HGET', tickets, 'languages:' .. conversation)
if not spoken then
  return 0
end
for index = 2, #ARGV do
  if not string.find(',' .. spoken .. ',', ',' .. ARGV[index] .. ',', 1, true) then
    spoken = spoken .. ',' .. ARGV[index]
  end
end
redis.call('HSET', tickets, 'languages:' .. conversation, spoken)
redis.call('SPUBLISH', wake, 'pair')
return 1
