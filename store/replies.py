"""What the store answers, read into types.

This is the one place where a reply becomes a type, and an unexpected shape an error that names
the shape and never the content. What the server refused is an error too.
"""

from collections.abc import Mapping, Sequence

from store.errors import StoreError

Reply = bytes | str | int | float | bool | None | Sequence["Reply"] | Mapping[bytes, "Reply"]
"""One reply of the store, as RESP2 has it, bytes kept as bytes."""

Argument = str | bytes | int | float
"""One part of a command."""


def as_bytes(reply: Reply) -> bytes:
    """Return a bulk string as bytes."""
    if isinstance(reply, bytes):
        return reply
    if isinstance(reply, str):
        return reply.encode()
    raise _unexpected("bytes", reply)


def as_text(reply: Reply) -> str:
    """Return a bulk string as text."""
    return as_bytes(reply).decode()


def as_optional_bytes(reply: Reply) -> bytes | None:
    """Return a bulk string as bytes, or None where there is none."""
    return None if reply is None else as_bytes(reply)


def as_int(reply: Reply) -> int:
    """Return an integer; also one that came as a string."""
    if isinstance(reply, int):
        return int(reply)
    if isinstance(reply, bytes | str):
        return int(reply)
    raise _unexpected("an integer", reply)


def as_float(reply: Reply) -> float:
    """Return a number; also one that came as a string."""
    if isinstance(reply, int | float | bytes | str):
        return float(reply)
    raise _unexpected("a number", reply)


def as_list(reply: Reply) -> Sequence[Reply]:
    """Return an array; nothing is an empty one."""
    if reply is None:
        return ()
    if isinstance(reply, Sequence) and not isinstance(reply, bytes | str):
        return reply
    raise _unexpected("an array", reply)


def as_map(reply: Reply) -> dict[str, bytes]:
    """Return a hash as text -> bytes, from a map or from a flat array."""
    if isinstance(reply, Mapping):
        return {as_text(key): as_bytes(value) for key, value in reply.items()}
    flat = as_list(reply)
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return {as_text(key): as_bytes(value) for key, value in pairs}


def as_scored(reply: Reply) -> list[tuple[str, float]]:
    """Return a sorted set with scores as (member, score), from pairs or from a flat array."""
    rows = as_list(reply)
    if rows and not isinstance(rows[0], bytes | str):
        return [(as_text(as_list(row)[0]), as_float(as_list(row)[1])) for row in rows]
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return [(as_text(member), as_float(score)) for member, score in pairs]


def as_facts(reply: Reply) -> dict[str, str]:
    """Return what `INFO` says, with `server_name` and `version` if it is all of it."""
    lines = (line.partition(":") for line in as_text(reply).splitlines())
    facts = {key: value for key, separator, value in lines if separator}
    if "redis_version" in facts:
        facts["version"] = facts.get("valkey_version", facts["redis_version"])
        facts["server_name"] = "Valkey" if "valkey_version" in facts else "Redis"
    return facts


def _unexpected(wanted: str, reply: Reply) -> StoreError:
    return StoreError(f"The store answered {type(reply).__name__} where {wanted} was expected.")
