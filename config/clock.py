"""Time: the one place that asks the machine what time it is.

Pure modules take `now` as an argument; adapters and the rim take it from here.
"""

import time
from typing import NewType

Millis = NewType("Millis", int)
"""Milliseconds since the Unix epoch: every stored and sent time."""
Seconds = NewType("Seconds", float)
"""A length of time in seconds: every duration in settings."""


def now() -> Millis:
    """Return the wall-clock time."""
    return Millis(time.time_ns() // 1_000_000)


def monotonic() -> Seconds:
    """Return a time that never goes back, for measuring how long something took."""
    return Seconds(time.monotonic())
