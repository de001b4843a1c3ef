"""The frames of RFC 6455 in which a server sends whole binary messages.

Nearly all that is sent are such messages; they are put together here in a fraction of the time
of the library, which is ready for every other kind of frame too. Pure.
"""

from collections.abc import Iterable
from typing import Final

_FIRST: Final = 0x82  # final, no reserved bits, binary
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
