"""How each peer is spoken to: where a socket of a pair is opened, and what a line looks like.

Each tells the sender that it has taken a line, as Benchside does once the line is on the disk.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bench.sockets import BINARY, TEXT

Meaning = Literal["line", "ready", "ask", "nothing"]
"""`ask`: what follows in `Dialect.answer` is to be said to it."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One peer's way with a socket."""

    path: Callable[[int, int], str]
    """Where a side (0 or 1) of a pair opens its socket."""
    kind: int
    encode: Callable[[str], bytes]
    meaning: Callable[[bytes], Meaning]
    """What a frame means; a `line` is one of the other side's."""
    answer: Callable[[bytes], bytes] = bytes
    greeting: bytes = b""
    """What to say first; the socket is then ready when it has heard `ready`, else at once."""


def _names(pair: int, side: int) -> str:
    return f"me={pair}{'ab'[side]}&to={pair}{'ba'[side]}"


def _signed(text: str) -> bytes:
    return b">" + text.encode()


def _by_sign(frame: bytes) -> Meaning:
    """Lines begin with our own sign; what else comes acknowledges a line of one's own."""
    return "line" if frame.startswith(b">") else "nothing"


def _of_socket_io(frame: bytes) -> Meaning:
    if frame.startswith(b'42["said"'):
        return "line"
    if frame.startswith(b"2"):
        return "ask"
    return "ready" if frame.startswith(b"40") else "nothing"


def _pong(frame: bytes) -> bytes:
    """Answer a ping of Engine.IO."""
    return b"3" + frame[1:]


def _for_socket_io(text: str) -> bytes:
    """The number behind 42 asks the server to acknowledge with `43` and the number."""
    return b'421["say",' + json.dumps(text).encode() + b"]"


RELAY = Dialect(
    path=lambda pair, side: f"/?{_names(pair, side)}",
    kind=BINARY,
    encode=_signed,
    meaning=_by_sign,
)
CHANNELS = Dialect(
    path=lambda pair, side: f"/{pair}/",
    kind=TEXT,
    encode=_signed,
    meaning=_by_sign,
)
NCHAN = Dialect(
    path=lambda pair, side: f"/talk?{_names(pair, side)}",
    kind=TEXT,
    encode=_signed,
    meaning=_by_sign,
)
SOCKET_IO = Dialect(
    path=lambda pair, side: f"/socket.io/?EIO=4&transport=websocket&pair={pair}",
    kind=TEXT,
    encode=_for_socket_io,
    meaning=_of_socket_io,
    answer=_pong,
    greeting=b"40",
)
