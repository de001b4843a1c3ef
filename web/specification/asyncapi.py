"""The AsyncAPI 3.1 document of the wire, for tools and for people who write other clients."""

import msgspec

from chat.closing import Closings
from chat.protocol import SUBPROTOCOL
from web.specification.messages import Record, Side, parts, sides

Document = dict[str, object]
"""A JSON object under construction; it leaves this module as text."""

SCHEMAS = "#/components/schemas/{name}"


def asyncapi(version: str) -> bytes:
    """Return the document as indented JSON; the same input gives the same bytes."""
    document: Document = {
        "asyncapi": "3.1.0",
        "info": _info(version),
        "defaultContentType": "application/msgpack",
        "servers": {"here": {"host": "localhost:8000", "protocol": "ws"}},
        "channels": {side.name: _channel(side) for side in sides()},
        "operations": _operations(),
        "components": {"messages": _messages(), "schemas": _schemas()},
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _info(version: str) -> Document:
    closings = {
        str(closing.value.code): {
            "reason": closing.value.reason,
            "reconnect": closing.value.reconnect,
            "meaning": closing.value.meaning,
        }
        for closing in Closings
    }
    return {
        "title": "Benchside",
        "version": version,
        "description": "Binary MessagePack frames over WebSocket, subprotocol "
        f"{SUBPROTOCOL}; one message a frame, its name in the field `t`.",
        "license": {"name": "Apache-2.0"},
        "x-subprotocol": SUBPROTOCOL,
        "x-closings": closings,
    }


def _channel(side: Side) -> Document:
    names = [record.name for record in (*side.commands, *side.facts)]
    return {
        "address": side.path,
        "description": side.doc,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }


def _operations() -> Document:
    operations: Document = {}
    for side in sides():
        operations[f"hear-{side.name}"] = _operation("receive", side, side.commands)
        operations[f"tell-{side.name}"] = _operation("send", side, side.facts)
    return operations


def _operation(action: str, side: Side, records: tuple[Record, ...]) -> Document:
    channel = f"#/channels/{side.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{record.name}"} for record in records],
    }


def _messages() -> Document:
    records = [record for side in sides() for record in (*side.commands, *side.facts)]
    return {
        record.name: {
            "name": record.tag,
            "title": record.name,
            "summary": record.doc,
            "payload": {"$ref": SCHEMAS.format(name=record.name)},
        }
        for record in records
    }


def _schemas() -> Document:
    records = [record for side in sides() for record in (*side.commands, *side.facts)]
    structs = [record.struct for record in (*records, *parts())]
    schemas = msgspec.json.schema_components(structs, ref_template=SCHEMAS)[1]
    return {name: schemas[name] for name in sorted(schemas)}
