-- Erase one conversation: its key first of all, and everything that was kept under it.
-- KEYS[1] meta (hash)  KEYS[2] log (stream)  KEYS[3] refs (hash)  KEYS[4] unraised (hash)
-- KEYS[5] staff log (stream)
-- ARGV (none)
-- Returns 1 if there was something to erase, 0 if not.
-- Invariant: nothing can be appended afterwards, since all that appends asks for meta.
return redis.call('DEL', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]) > 0 and 1 or 0
