"""Which part of the program the time went to, read out of a flame graph. Pure.

Each look at the stack counts for one part: the innermost room of ours on it, whatever library that
room was in at the moment. The server itself is run by `web/`, so what it does between is there.
"""

import re
from collections import Counter
from dataclasses import dataclass

import msgspec

ROOMS = {
    "safety": "screening: the filter",
    "chat": "conversations: sessions, seal, relay, outboxes",
    "store": "the way to the store",
    "web": "sockets and the wire, with uvicorn and the event loop",
    "config": "identifiers, clock, limits",
}
ELSEWHERE = "before the server runs"
FRAME = re.compile(
    r"<title>(?P<title>[^<]*)</title>"
    r'<rect [^>]*y="(?P<y>[\d.]+)"[^>]*fg:x="(?P<x>\d+)" fg:w="(?P<w>\d+)"'
)
ROOM = re.compile(r"\((\w+)/[\w/]+\.py:\d+\)")


class Share(msgspec.Struct, frozen=True):
    """A part of the time."""

    part: str
    percent: float


@dataclass(frozen=True, slots=True)
class _Frame:
    room: str | None
    y: float
    x: int
    width: int

    def holds(self, other: "_Frame") -> bool:
        return self.x <= other.x and other.x + other.width <= self.x + self.width


def shares(drawn: str) -> list[Share]:
    """Return the parts, the largest first. Raises: ValueError, if this is no flame graph."""
    frames = [_frame(found) for found in FRAME.finditer(drawn)]
    if not frames:
        raise ValueError("not a flame graph as py-spy draws it")
    root = max(frames, key=lambda one: one.width)
    levels: dict[float, list[_Frame]] = {}
    for one in frames:
        levels.setdefault(one.y, []).append(one)
    ordered = sorted(levels, key=lambda y: abs(y - root.y))
    spent: Counter[str] = Counter()
    _spend([root], "", [levels[y] for y in ordered[1:]], spent)
    return [
        Share(ROOMS.get(room, ELSEWHERE), round(100 * width / root.width, 1))
        for room, width in spent.most_common()
        if width
    ]


def _spend(frames: list[_Frame], room: str, above: list[list[_Frame]], spent: Counter[str]) -> None:
    """Count what each of these frames spent itself, and what those above it did."""
    for one in frames:
        here = one.room or room
        inner = [upper for upper in above[0] if one.holds(upper)] if above else []
        spent[here] += one.width - sum(upper.width for upper in inner)
        _spend(inner, here, above[1:], spent)


def _frame(found: re.Match[str]) -> _Frame:
    place = ROOM.search(found["title"])
    room = place[1] if place and place[1] in ROOMS else None
    return _Frame(room, float(found["y"]), int(found["x"]), int(found["w"]))
