"""MessagePack frames to facts and back: the wire, written a second time and independently.

The server encodes with msgspec from its own types; this module knows only MessagePack and the
words of `docs/protocol.md`. What both agree on is the protocol.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

import msgpack  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]

from client.errors import Malformed

SUBPROTOCOL = "benchside.v1"

# The one place where the untyped package is given types.
_pack: Callable[[Mapping[str, object]], bytes] = msgpack.packb  # pyright: ignore
_unpack: Callable[[bytes], object] = msgpack.unpackb  # pyright: ignore


@dataclass(frozen=True, slots=True, repr=False)
class Fact:
    """A fact as it was heard, or a row inside one. Its repr names its kind only."""

    kind: str
    fields: Mapping[str, object]

    def text(self, name: str) -> str:
        """Return a text field; empty where the server left it out."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """Return a whole number; 0 where the server left it out."""
        value = self.fields.get(name)
        return value if isinstance(value, int) else 0

    def true(self, name: str, default: bool = False) -> bool:
        """Return a yes or no; the default where the server left it out."""
        value = self.fields.get(name)
        return value if isinstance(value, bool) else default

    def has(self, name: str) -> bool:
        """Return whether the field is there and says something."""
        return self.fields.get(name) is not None

    def rows(self, name: str) -> list["Fact"]:
        """Return a list of facts or rows inside this fact."""
        return [_fact(item) for item in items(self.fields.get(name)) if _is_fields(item)]

    def row(self, name: str) -> "Fact":
        """Return one row inside this fact; an empty one where the server left it out."""
        value = self.fields.get(name)
        return _fact(value) if _is_fields(value) else Fact("", {})

    def texts(self, name: str) -> list[str]:
        """Return a list of texts."""
        return [item for item in items(self.fields.get(name)) if isinstance(item, str)]

    def __repr__(self) -> str:
        """Without the fields: they may hold what somebody said."""
        return f"Fact({self.kind})"


def encode(kind: str, **fields: object) -> bytes:
    """Return the frame of a command; fields that are None are left out."""
    return _pack({"t": kind} | {name: value for name, value in fields.items() if value is not None})


def decode(frame: bytes | str) -> Fact:
    """Return the fact in a frame.

    Raises:
        Malformed: not MessagePack, or not a map with a kind.
    """
    if isinstance(frame, str):
        raise Malformed("frame: text instead of bytes")
    try:
        fields = _unpack(frame)
    except (ValueError, TypeError):
        raise Malformed("frame: not MessagePack") from None
    if not _is_fields(fields) or not isinstance(fields.get("t"), str):
        raise Malformed("frame: not a fact")
    return _fact(fields)


def _fact(fields: Mapping[str, object]) -> Fact:
    kind = fields.get("t")
    return Fact(kind if isinstance(kind, str) else "", fields)


def _is_fields(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def items(value: object) -> list[object]:
    """Return what is in a list; nothing if it is none."""
    return value if _is_list(value) else []


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
