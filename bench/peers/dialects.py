"""How each peer is spoken to: where a socket of a pair is opened, and what a line looks like."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
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


def _always_line(_: bytes) -> Meaning:
    return "line"


def _of_nchan(frame: bytes) -> Meaning:
    """nchan answers each publication on the same socket; lines begin with our own sign."""
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


def _asking_socket_io(text: str) -> bytes:
    return b'421["say",' + json.dumps(text).encode() + b"]"


RELAY = Dialect(
    path=lambda pair, side: f"/?{_names(pair, side)}",
    kind=BINARY,
    encode=str.encode,
    meaning=_always_line,
)
CHANNELS = Dialect(
    path=lambda pair, side: f"/{pair}/",
    kind=TEXT,
    encode=str.encode,
    meaning=_always_line,
)
NCHAN = Dialect(
    path=lambda pair, side: f"/talk?{_names(pair, side)}",
    kind=TEXT,
    encode=lambda text: b">" + text.encode(),
    meaning=_of_nchan,
)
SOCKET_IO = Dialect(
    path=lambda pair, side: f"/socket.io/?EIO=4&transport=websocket&pair={pair}",
    kind=TEXT,
    encode=lambda text: b'42["say",' + json.dumps(text).encode() + b"]",
    meaning=_of_socket_io,
    answer=_pong,
    greeting=b"40",
)
SOCKET_IO_ACKNOWLEDGED = replace(SOCKET_IO, encode=_asking_socket_io)
"""With a number behind 42, which asks the server to answer `43` and the number."""
