"""Why a socket closes: one table of codes, who has to act, and whether to come back.

Codes lie in 4000-4999 (RFC 6455, section 7.4.2). `docs/protocol.md` and the pages are
generated from this table.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Closing:
    """One way in which a socket closes."""

    code: int
    reason: str
    """A word for programs, sent in the close frame."""
    reconnect: bool
    """Whether the client should come back by itself."""
    meaning: str


class Closings(Enum):
    """All the ways in which the server closes a socket."""

    ENDED = Closing(4000, "ended", False, "The conversation is over.")
    MALFORMED = Closing(4001, "malformed", False, "The frame was not a MessagePack message.")
    UNKNOWN = Closing(4002, "unknown", False, "Unknown message or field, or a value out of bounds.")
    OUT_OF_PHASE = Closing(4003, "out_of_phase", False, "A first frame came twice, or was missing.")
    ADMISSION = Closing(4004, "admission", False, "The admission was used, expired or unknown.")
    TOKEN = Closing(4005, "token", False, "No live conversation has this token or return code.")
    TOO_FAST = Closing(4006, "too_fast", True, "Far more frames than a person can write.")
    TOO_SLOW = Closing(4007, "too_slow", True, "The client did not read what was sent to it.")
    REPLACED = Closing(4008, "replaced", False, "The same person is now connected elsewhere.")
    REVOKED = Closing(4009, "revoked", False, "The session of this person of staff has ended.")
    SILENT = Closing(4010, "silent", True, "Nothing was heard for too long.")
    RESTART = Closing(4011, "restart", True, "The server restarts.")
    UNAVAILABLE = Closing(4012, "unavailable", True, "The store can't be reached; come back soon.")
    FAULT = Closing(4013, "fault", True, "The server failed on this message; it was logged.")
    ORIGIN = Closing(4014, "origin", False, "The page came from another site.")
    PAUSED = Closing(4016, "paused", False, "A block holds; helplines still work.")
    FULL = Closing(4015, "full", True, "There are too many connections; helplines still work.")
