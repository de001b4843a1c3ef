"""When to come back after a socket has closed, and how soon. Pure."""

ENDED = 4000
"""The conversation is over: the one close that is no failure."""

COME_BACK = frozenset({4006, 4007, 4010, 4011, 4012, 4013, 4015})
"""The server's own codes after which a client comes back by itself (docs/protocol.md)."""

AT_FAULT = frozenset({1002, 1003, 1007, 1008, 1009, 1010})
"""Codes by which a server says that this client did wrong (RFC 6455, section 7.4.1): it would do
the same wrong again."""

OURS = range(4000, 5000)
"""Codes that an application may use (RFC 6455, section 7.4.2)."""

REPLACED = 4008
CONTEST_SECONDS = 60.0
"""Who came back and is told so soon that they are connected elsewhere may have been replaced by
an attempt of their own that a slow server took up late: they come back once in this time."""

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 10.0


def comes_back(code: int | None) -> bool:
    """Return whether to come back; None is a connection that broke without a close frame."""
    return code is None or code in COME_BACK or (code not in OURS and code not in AT_FAULT)


def pause(attempt: int, chance: float) -> float:
    """Return the seconds to wait before attempt 0, 1, 2...: doubling, capped, with jitter.

    `chance` is a random number from 0 to 1; without it, a thousand clients of a server that
    restarts would come back in the same moment.
    """
    longest = min(LONGEST_SECONDS, FIRST_SECONDS * (1 << min(attempt, 10)))
    return longest * (0.5 + chance / 2)


def contests(code: int | None, visits: int, held: float, since: float) -> bool:
    """Return whether a client that was replaced comes back all the same.

    `visits` counts its sockets, `held` is how long the last one held, `since` how long ago it
    last came back in this way, in seconds.
    """
    return code == REPLACED and visits > 1 and held < CONTEST_SECONDS < since
