"""Every number that protects the service, with its unit and the reason for its size.

Operators don't set these: a wrong value harms people or lets the server be run over. What an
operator may set is in `config/sections.py`. Sizes are bytes, times seconds, unless said.
"""

from typing import Final

KIB: Final = 1024

# What one socket may cost

FRAME_BYTES: Final = 16 * KIB
"""Longest frame taken from a client: 4,000 code points of any script (4 bytes each), and air."""
OUTBOX_BYTES: Final = 256 * KIB
"""Unsent bytes after which a reader is too slow: it is cut, comes back and resumes. Holds a
backlog of some hundred lines, so that a slow network is not taken for a dead one."""
OUTBOX_FRAMES: Final = 512
"""Unsent frames after which a reader is too slow; bounds the cost of very small frames."""
OPENED_ENTRIES: Final = 500
"""Entries that come with `opened`: an hour's talk. The rest of a longer log follows it."""
OPENED_BYTES: Final = 96 * KIB
"""About how much of a log comes with `opened`: it has to fit into half an outbox."""
FIRST_FRAME_SECONDS: Final = 10.0
"""How long a new socket may stay silent before it says who it is."""
STALLED_SECONDS: Final = 10.0
"""How long a socket may refuse all bytes before its transport is aborted."""
STALLED_BYTES: Final = 2 * KIB
"""Who reads less than this in `STALLED_SECONDS` does not read: the slowest phone line is ten
times as fast."""
CLOSE_ANSWER_SECONDS: Final = 5.0
"""How long a peer may take to answer a close; without an answer it is closed all the same."""
CLOSING_SECONDS: Final = 2.0
"""How long a stopping server waits for each peer to read the last words."""
UNSENT_BYTES: Final = 256 * KIB
"""Unsent bytes in a transport after which pings are no longer answered: the peer is cut."""
PINGS: Final = 20
"""Control frames (pings and pongs) at once from one socket. Browsers send none by themselves,
libraries one in 20 s."""
PINGS_SECONDS: Final = 20.0
"""The time in which `PINGS` are earned back."""
FRAGMENTS: Final = 64
"""Fragments of one message: an honest client sends one; a fragment may be empty and cost memory
all the same."""
READ_SLICE: Final = 4 * KIB
"""Bytes parsed at once: frames of six bytes make 700 objects of it, not the 40,000 of a whole
read."""
READ_AHEAD: Final = 16
"""Frames that may wait before no more are read from this socket. Reading is not stopped for each
frame, since stopping and going on cost two calls to the system."""
QUEUED_FRAMES: Final = 128
"""Frames that may wait after a read; more than `FRAMES`, so that only who is beyond that limit
anyway is cut."""

# How often

LINES: Final = 12
"""Lines that one person may say at once: a burst of short lines is how people in distress
write."""
LINES_SECONDS: Final = 10.0
"""The time in which `LINES` are earned back."""
FRAMES: Final = 120
"""Frames of any kind at once from one socket: typing, reading and resending included."""
FRAMES_SECONDS: Final = 10.0
"""The time in which `FRAMES` are earned back; beyond it the socket closes (too_fast)."""
ADMISSIONS: Final = 12
"""Admissions for one address (/32 or /64) at once: a school or shelter shares one address."""
ADMISSIONS_SECONDS: Final = 60.0
"""The time in which `ADMISSIONS` are earned back."""
RETURN_CODES: Final = 6
"""Return codes one address may try at once; a code has 40 bits."""
RETURN_CODES_SECONDS: Final = 60.0
"""The time in which `RETURN_CODES` are earned back."""
REQUESTS: Final = 300
"""Requests that ask the store, at once from one address: a page of staff makes some ten, a school
or shelter shares one address."""
REQUESTS_SECONDS: Final = 60.0
"""The time in which `REQUESTS` are earned back."""
OPENINGS: Final = 300
"""Sockets opened at once from one address, of seekers and of staff: twice as many as may be open
from there, since all of them come back at once after a restart."""
OPENINGS_SECONDS: Final = 60.0
"""The time in which `OPENINGS` are earned back."""
FAILURES: Final = 30
"""Admissions, or answers to a challenge, that were none: so many at once from one address before
it has to wait. A page on a bad network fails a few times; a program fails a thousand times."""
FAILURES_SECONDS: Final = 60.0
"""The time in which `FAILURES` are earned back."""
SLOWED_ADMISSIONS: Final = 2
"""Admissions at once for an address that supervisors have slowed."""
SLOWED_ADMISSIONS_SECONDS: Final = 600.0
"""The time in which `SLOWED_ADMISSIONS` are earned back."""
RAID_ADMISSIONS: Final = 30
"""Admissions of one process while raid mode is on, at once."""
RAID_ADMISSIONS_SECONDS: Final = 60.0
"""The time in which `RAID_ADMISSIONS` are earned back."""
PUSH_SECONDS: Final = 5.0
"""The least time between two `waiting` facts for one seeker: news, not a ticker."""

# How many

SOCKETS: Final = 20_000
"""Sockets of one process. Newcomers beyond it are told so and shown helplines; those inside
stay. At 45 KiB each this is under 1 GiB."""
SOCKETS_RETURNING: Final = 2_000
"""Sockets beyond `SOCKETS` for those who come back to a conversation, and for staff."""
SOCKETS_OF_ADDRESS: Final = 150
"""Seekers' sockets from one address before its newcomers have to wait: a school or a refugee
camp behind one address has many who write at once, a household has few."""
SOCKETS_OF_ADDRESS_RETURNING: Final = 50
"""Sockets beyond `SOCKETS_OF_ADDRESS` for those from there who come back to a conversation."""
CHALLENGES_AT_ONCE: Final = 64
"""Challenges that are being made, 0.7 ms each in one thread; one more is told to come later."""
PROOF_ROUNDS: Final = 2_000
"""Rounds of PBKDF2 for one try of a proof of work; `safety/pressure.py` says how many tries."""
SEALS: Final = 20_000
"""Keys of conversations that one process holds ready, at 3 KiB each: one for each socket."""
CONNECTIONS: Final = 25_000
"""Connections of one process: all sockets, and 3,000 for pages. Counted before the first byte, so
that handshakes which never end take no more than that."""
SPARE_FILES: Final = 256
"""Open files kept for the store, logs and threads: newcomers are cut before files run out."""
PASSWORDS_AT_ONCE: Final = 2
"""Passwords hashed at once: 64 MiB and 160 ms of a core each."""
BODY_BYTES: Final = 16 * KIB
"""Longest body of an HTTP request."""
PIPELINED: Final = 8
"""Requests that may be sent ahead of their answers: no browser and no usual proxy sends any."""
HEAD_BYTES: Final = 16 * KIB
"""Longest head of an HTTP request: four times what a browser sends with all its cookies."""

SPACE_BYTES: Final = 256 * KIB * KIB
"""Free bytes on the store's disk below which newcomers are refused: room for some 400,000 lines
of those who talk, and for the journal of a small house to be written anew."""

# How long

SPACE_SECONDS: Final = 5.0
"""How often the free space is looked at: a house at its busiest writes some MiB in that time."""

HEAD_SECONDS: Final = 10.0
"""How long the whole head of an HTTP request may take, from the first moment of a connection."""
BODY_SECONDS: Final = 20.0
"""How long the body of an HTTP request may take: 16 KiB at under 1 KiB a second."""
ADMISSION_SECONDS: Final = 30.0
"""Life of an admission: enough for a socket to open on a slow network."""
CHALLENGE_SECONDS: Final = 120.0
"""Life of a challenge: the most work takes the cheapest phone some seconds, and a page that was
put aside for a minute is still let in."""
LINKED_SECONDS: Final = 3600.0
"""How long a process remembers which address tag a conversation came from, counted from when
the socket was last there, so that a block can be laid on it. In memory only."""
PING_SECONDS: Final = 15.0
"""How often each client says that it is there."""
SILENT_SECONDS: Final = 40.0
"""Silence after which a socket is closed: two pings lost, and then some."""
SESSION_SECONDS: Final = 12 * 3600.0
"""Life of a staff session: a shift and its debrief."""
SESSION_IDLE_SECONDS: Final = 2 * 3600.0
"""A staff session that nobody used for so long is over."""
PASSPHRASE_SECONDS: Final = 72 * 3600.0
"""Life of a one-time passphrase that a new person of staff is given."""
CONFIRMED_SECONDS: Final = 10 * 60.0
"""How long a person of staff need not prove again who they are before a grave act."""
PENDING_LOGIN_SECONDS: Final = 5 * 60.0
"""How long a log-in waits for its second factor: enough to look for a phone."""
PASSKEY_SECONDS: Final = 3 * 60.0
"""Life of a passkey's challenge; browsers wait for two minutes."""
REVOKED_SECONDS: Final = 2.0
"""How soon the sockets of a revoked session are closed, at the latest."""
CUT_SECONDS: Final = 0.5
"""How long such a socket may take to read why, before its transport is aborted."""
AFTER_END_SECONDS: Final = 10 * 60.0
"""How long the socket stays open for feedback once a conversation has ended."""
KEEP_LEAST_SECONDS: Final = 60
"""The least that an ended conversation is kept: everybody, however slow, hears how it ended."""
KEYS_SECONDS: Final = 600.0
"""How often each process wraps the keys of what goes on anew, and destroys those of old days."""
KEYS_SLACK_SECONDS: Final = 3600
"""How long a day's key is kept beyond its need: clocks differ, and a server may be down when
the day ends."""
HOLDS_SECONDS: Final = 15.0
"""How often what is new of held cases is copied, and what is over is destroyed."""
AUDIT_DAYS: Final = 365
"""How long the audit trail is kept."""
SWEEP_SECONDS: Final = 5.0
"""How often each process looks for what another left undone: leases, offers, escalations."""
DRAIN_SECONDS: Final = 10.0
"""How soon a process that is told to stop has stopped: what service managers grant at least."""
GOODBYE_SECONDS: Final = 4.0
"""How long those inside may take to hear that they should come back, before they are cut off:
the rest of `DRAIN_SECONDS` is for what still runs, and for the store."""
GOODBYES_PER_SECOND: Final = 10_000
"""Sockets told each second to come back, so that a full process is not met in one moment by all
who left it."""

# What staff choose

PASSWORD_LEAST: Final = 12
"""Characters of a password, at least (NIST SP 800-63B-4 asks for 15 without a second factor,
8 with one; guesses are throttled and hashes memory-hard here)."""
PASSWORD_MOST: Final = 256
"""Characters of a password, at most: hashing takes the same time, but reading it does not."""
PASSKEYS: Final = 10
"""Passkeys of one person: each device, and some to spare."""
PASSKEY_NAME_MOST: Final = 40
"""Characters of a passkey's name."""
RECOVERY_CODES: Final = 10
"""Recovery codes that are given at once; each works once."""
