"""The store's protocol (RESP2) as bytes: commands packed, replies taken apart.

A reply that refuses is a value, `Refusal`: the others of its pipeline stand. What was refused and
why is told by its first word; the rest can quote arguments and is never shown.

https://valkey.io/topics/protocol/
"""

from collections.abc import Callable, Iterator, Sequence
from typing import cast

import hiredis

from store.replies import Argument, Reply

NOTHING = object()

_pack = cast("Callable[[tuple[Argument, ...]], bytes]", vars(hiredis)["pack_command"])
"""Its annotation knows commands of one part only."""


class Refusal(Exception):
    """The server answered with an error."""

    @property
    def kind(self) -> str:
        """The first word: what kind of error it is."""
        return str(self).split(" ", 1)[0][:24]

    def __repr__(self) -> str:
        """Without the rest, which can quote arguments."""
        return f"Refusal({self.kind!r})"


def allowed(reply: Reply | Refusal) -> Reply:
    """Return a reply that is none of refusal. Raises: Refusal."""
    if isinstance(reply, Refusal):
        raise reply
    return reply


def pack(commands: Sequence[tuple[Argument, ...]]) -> bytes:
    """Return commands as they go over the wire."""
    return b"".join([_pack(parts) for parts in commands])


class Replies:
    """Takes bytes as they come, and gives replies as they are complete."""

    def __init__(self) -> None:
        self._reader = hiredis.Reader(replyError=Refusal, notEnoughData=NOTHING)

    def feed(self, piece: bytes) -> Iterator[Reply | Refusal]:
        """Take a piece of the stream. Raises: ValueError: it is not the protocol."""
        reader = self._reader
        reader.feed(piece)
        try:
            while (reply := reader.gets()) is not NOTHING:
                yield reply
        except Exception as error:
            raise ValueError("The server speaks another protocol.") from error
