"""What the Structs of the wire say of themselves: every message, field, bound and docstring.

The one reading of `chat/protocol*.py` from which all descriptions
of the wire are written.
"""

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import get_args

import msgspec
from msgspec import inspect as shapes

from chat import protocol, protocol_staff
from chat import protocol_commands as commands


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message or record."""

    name: str
    shape: shapes.Type
    required: bool
    default: object
    doc: str


@dataclass(frozen=True, slots=True)
class Record:
    """One Struct: a message if it has a tag, else a part of messages."""

    name: str
    tag: str | None
    doc: str
    fields: tuple[Field, ...]
    struct: type[msgspec.Struct]
    array: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two kinds of socket."""

    name: str
    path: str
    doc: str
    commands: tuple[Record, ...]
    facts: tuple[Record, ...]


@cache
def sides() -> tuple[Side, Side]:
    """Return the seeker's and the staff's wire."""
    return (
        Side(
            "seeker",
            "/ws/seeker",
            "An anonymous seeker. The first frame is `enter`, `resume` or `come_back`.",
            _records(protocol.SeekerCommand),
            _records(protocol.SeekerFact),
        ),
        Side(
            "staff",
            "/ws/staff",
            "A supporter, supervisor or administrator who has logged in. The first frame is "
            "`attend`.",
            _records(commands.StaffCommand),
            _records(protocol_staff.StaffFact),
        ),
    )


@cache
def parts() -> tuple[Record, ...]:
    """Return the records that stand inside messages and are no messages themselves."""
    messages = [record for side in sides() for record in (*side.commands, *side.facts)]
    found: dict[str, type[msgspec.Struct]] = {}
    waiting = [field.shape for record in messages for field in record.fields]
    while waiting:
        for struct in structs_in(waiting.pop()):
            if struct.__name__ not in found:
                found[struct.__name__] = struct
                waiting += [field.shape for field in _record(struct).fields]
    own = {record.name for record in messages}
    return tuple(_record(found[name]) for name in sorted(found) if name not in own)


def structs_in(shape: shapes.Type) -> Iterator[type[msgspec.Struct]]:
    """Yield the Structs that a field's shape names."""
    match shape:
        case shapes.StructType():
            yield shape.cls
        case shapes.ListType():
            yield from structs_in(shape.item_type)
        case shapes.UnionType():
            for each in shape.types:
                yield from structs_in(each)
        case _:
            return


def _records(union: object) -> tuple[Record, ...]:
    return tuple(_record(struct) for struct in get_args(union))


def _record(struct: type[msgspec.Struct]) -> Record:
    shape = shapes.type_info(struct)
    if not isinstance(shape, shapes.StructType):
        raise TypeError(struct.__name__)
    docs = _field_docs(struct)
    fields = tuple(
        Field(each.encode_name, each.type, each.required, _default(each), docs.get(each.name, ""))
        for each in shape.fields
    )
    tag = None if shape.tag is None else str(shape.tag)
    return Record(
        struct.__name__, tag, inspect.getdoc(struct) or "", fields, struct, shape.array_like
    )


def _default(field: shapes.Field) -> object:
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is msgspec.NODEFAULT:
        return None
    made: object = field.default_factory()
    return made


def _field_docs(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Return the string that stands below each field in the source."""
    return _documented(_module_of(struct)).get(struct.__name__, {})


def _module_of(struct: type[msgspec.Struct]) -> ModuleType:
    return sys.modules[struct.__module__]


@cache
def _documented(module: ModuleType) -> dict[str, dict[str, str]]:
    classes = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.ClassDef)
    ]
    return {each.name: dict(_below_fields(each)) for each in classes}


def _below_fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for field, below in zip(node.body, node.body[1:], strict=False):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(doc))),
            ):
                yield name, inspect.cleandoc(doc).replace("\n", " ")
            case _:
                continue
