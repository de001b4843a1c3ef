"""Benchside's wire as the load speaks it: commands encoded, facts read as far as they matter.

Its own few types, so that the cost of the server's codec is not the load's as well.
"""

import msgspec

SUBPROTOCOL = "benchside.v1"


class Heard(msgspec.Struct, tag_field=None):
    """Of any fact, the fields that the load looks at."""

    t: str
    conversation: str = ""
    seq: int = 0
    ref: str | None = None
    offer: str = ""
    reason: str = ""
    by: str | None = ""


class Say(msgspec.Struct, tag_field="t", tag="say"):
    """A seeker's line."""

    ref: str
    text: str


class SayThere(msgspec.Struct, tag_field="t", tag="say"):
    """A supporter's line, in one of several conversations."""

    conversation: str
    ref: str
    text: str


encode = msgspec.msgpack.Encoder().encode
read = msgspec.msgpack.Decoder(Heard).decode

PING = encode({"t": "ping"})
