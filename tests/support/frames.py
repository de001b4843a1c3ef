"""Where frames end: the store's protocol (RESP) and WebSocket. Pure.

A wire that drops, doubles or halves what passes has to know what one frame is. Each splitter
keeps what has not ended yet and returns the frames that have.
"""

from collections.abc import Callable

SINGLE = frozenset(b"+-:_,#(")
"""RESP: the types that are one line."""
BULK = frozenset(b"$!=")
LISTS = frozenset(b"*~>")
END = b"\r\n"


class Splitter:
    """Bytes in, whole frames out. `end` returns where the frame at a place ends, or -1."""

    def __init__(self, end: Callable[[bytes | bytearray, int], int]) -> None:
        self._end = end
        self._kept = bytearray()

    def take(self, data: bytes) -> list[bytes]:
        """Return the frames that are whole now."""
        self._kept += data
        frames: list[bytes] = []
        start = 0
        while start < len(self._kept) and (stop := self._end(self._kept, start)) >= 0:
            frames.append(bytes(self._kept[start:stop]))
            start = stop
        del self._kept[:start]
        return frames


def resp_end(buffer: bytes | bytearray, start: int) -> int:
    """Return where the RESP frame that begins at `start` ends, or -1 if that has not come."""
    line = buffer.find(END, start)
    if line < 0:
        return -1
    kind, after = buffer[start], line + 2
    if kind in SINGLE:
        return after
    count = int(buffer[start + 1 : line])
    if kind in BULK:
        stop = after if count < 0 else after + count + 2
        return stop if stop <= len(buffer) else -1
    if kind not in LISTS:
        raise ValueError("not RESP")
    for _ in range(max(0, count)):
        if after >= len(buffer) or (after := resp_end(buffer, after)) < 0:
            return -1
    return after


def websocket_end(buffer: bytes | bytearray, start: int) -> int:
    """Return where the WebSocket frame that begins at `start` ends, or -1."""
    if len(buffer) < start + 2:
        return -1
    length, head = buffer[start + 1] & 0x7F, 2
    wide = {126: 2, 127: 8}.get(length, 0)
    if wide:
        if len(buffer) < start + 2 + wide:
            return -1
        length, head = int.from_bytes(buffer[start + 2 : start + 2 + wide]), 2 + wide
    mask = 4 if buffer[start + 1] & 0x80 else 0
    stop = start + head + mask + length
    return stop if stop <= len(buffer) else -1


LINES = (b"\xa1t\xa3say", b"\xa1t\xa4said", b"\xa1t\xa8accepted")
"""How the frames begin that carry lines, after the byte that counts their fields."""


def is_a_line(frame: bytes) -> bool:
    """Whether a WebSocket frame says a line, shows one or acknowledges one."""
    if frame[0] != 0x82:
        return False
    head = 2 + {126: 2, 127: 8}.get(frame[1] & 0x7F, 0)
    if not frame[1] & 0x80:
        return frame[head + 1 : head + 12].startswith(LINES)
    mask, body = frame[head : head + 4], frame[head + 4 : head + 16]
    plain = bytes(byte ^ mask[place % 4] for place, byte in enumerate(body))
    return plain[1:].startswith(LINES)
