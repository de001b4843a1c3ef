"""Wake-ups, as the relay asks for them: they say «look», and never carry the truth.

Adapters: `store/wakeups.py`, and `MemoryWakes` in `log_memory.py` for tests without a store.
"""

from collections.abc import Callable
from typing import Protocol


class Wakes(Protocol):
    """Where wake-ups come from. They may be lost and may come twice."""

    async def listen(self, channel: str, listener: Callable[[str, bytes], None]) -> None:
        """Call `listener` for each wake-up of `channel`, and once when that takes hold."""
        ...

    async def forget(self, channel: str) -> None:
        """Stop calling the listener of `channel`."""
        ...

    def on_gap(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever wake-ups may have been lost."""
        ...
