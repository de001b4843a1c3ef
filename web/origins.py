"""Which pages may talk to us as staff: those that we served ourselves.

A browser says where a page came from in `Origin`; anything else may leave it out. With
`web.public_origin` set, it must be exactly that; without, it must be the host that was asked.
"""

from collections.abc import Mapping


def own_origin(headers: Mapping[bytes, bytes], public_origin: str) -> bool:
    """Whether the request has an Origin and it is ours."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    return bool(origin) and origin in _ours(headers, public_origin)


def foreign_origin(headers: Mapping[bytes, bytes], public_origin: str) -> bool:
    """Whether the request has an Origin and it is another's."""
    origin = headers.get(b"origin", b"").decode("latin-1")
    return bool(origin) and origin not in _ours(headers, public_origin)


def _ours(headers: Mapping[bytes, bytes], public_origin: str) -> tuple[str, ...]:
    if public_origin:
        return (public_origin,)
    host = headers.get(b"host", b"").decode("latin-1")
    return (f"http://{host}", f"https://{host}")
