-- Write the two tallies of an attempt, if nobody else has since they were read.
-- KEYS[1] tally of the name (string)  KEYS[2] tally of the address (string)
-- ARGV[1] name's tally as read, '' if none  ARGV[2] the same to write, '' to forget it
-- ARGV[3] address's tally as read, '' if none  ARGV[4] the same to write, '' to forget it
-- ARGV[5] life, ms
-- Returns 1 if written, 0 if someone was first (nothing is written).
-- Invariant: of attempts made at once, each is counted before the next is let through.
local name, new_name, place, new_place = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if (redis.call('GET', KEYS[1]) or '') ~= name then return 0 end
if (redis.call('GET', KEYS[2]) or '') ~= place then return 0 end
local function write(key, tally)
  if tally == '' then redis.call('DEL', key) else redis.call('SET', key, tally, 'PX', ARGV[5]) end
end
write(KEYS[1], new_name)
write(KEYS[2], new_place)
return 1
