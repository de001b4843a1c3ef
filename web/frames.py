"""The frames of RFC 6455 in which whole binary messages come and go.

Nearly all that comes and goes are such messages; they are read and put together here in a
fraction of the time of the library, which is there for every other kind of frame. Pure.
"""

from collections.abc import Iterable
from typing import Final

try:
    from websockets.speedups import apply_mask
except ImportError:  # websockets was built without its C part
    from websockets.utils import apply_mask

_FIRST: Final = 0x82  # final, no reserved bits, binary
_MASKED: Final = 0x80
_SHORT: Final = 126  # from so many bytes on, the length takes two more bytes
_LONG: Final = 1 << 16
_HEADS: Final = tuple([bytes((_FIRST, size)) for size in range(_SHORT)])


def written(messages: Iterable[bytes]) -> bytes:
    """Return the messages as frames of a server, one behind the other."""
    parts: list[bytes] = []
    for message in messages:
        size = len(message)
        if size < _SHORT:
            parts.append(_HEADS[size])
        elif size < _LONG:
            parts.append(b"\x82\x7e" + size.to_bytes(2, "big"))
        else:
            parts.append(b"\x82\x7f" + size.to_bytes(8, "big"))
        parts.append(message)
    return b"".join(parts)


def read(stream: bytes, start: int, longest: int) -> tuple[bytes, int] | None:
    """Return the message of the frame that a client has sent here, and where the next one begins.

    None for whatever is no whole, final, masked, binary frame of at most `longest` bytes, all of
    which is left to the library; so too where the stream ends.
    """
    if len(stream) - start < 6 or stream[start] != _FIRST:
        return None
    size = stream[start + 1] - _MASKED
    body = start + 6
    if size == _SHORT and len(stream) - start >= 8:
        size = stream[start + 2] << 8 | stream[start + 3]
        body = start + 8
    elif not 0 <= size < _SHORT:
        return None
    end = body + size
    if end > len(stream) or size > longest:
        return None
    return apply_mask(stream[body:end], stream[body - 4 : body]), end
