"""The wire: what goes out an independent decoder reads, and what comes in is held to its bounds."""

from collections.abc import Callable, Iterator

import msgpack  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect

from chat.closing import Closings
from chat.protocol import (
    Enter,
    Said,
    Say,
    SeekerCommand,
    SeekerFact,
    decode_seeker,
    encode,
)
from chat.protocol_commands import StaffCommand, decode_staff
from chat.protocol_staff import StaffFact
from config.limits import FRAME_BYTES
from tests.support.shapes import members, structs, values

Decode = Callable[[bytes], msgspec.Struct]
SIDES: list[tuple[object, Decode]] = [
    (SeekerCommand, decode_seeker),
    (StaffCommand, decode_staff),
]
SHARED = {
    *("accepted", "ended", "unreadable", "joined", "left", "matched", "ponged"),
    *("read", "refused", "said", "typing"),
}
"""Facts that seekers and staff have in common; staff's name the conversation."""


def pack(fields: dict[str, object]) -> bytes:
    packed: bytes = msgpack.packb(fields)
    return packed


def unpack(frame: bytes) -> dict[str, object]:
    fields: dict[str, object] = msgpack.unpackb(frame)
    return fields


def tags(kind: object) -> set[str]:
    return {str(shape.tag) for shape in members(kind)}


# Round trips


@pytest.mark.parametrize(("kind", "decode"), SIDES, ids=["seeker", "staff"])
def test_every_command_of_another_encoder_is_understood(kind: object, decode: Decode) -> None:
    @settings(max_examples=300, deadline=None)
    @given(values(kind))
    def check(command: msgspec.Struct) -> None:
        plain: dict[str, object] = msgspec.to_builtins(command)
        assert decode(pack(plain)) == command
        assert decode(encode(command)) == command

    check()


@pytest.mark.parametrize("kind", [SeekerFact, StaffFact], ids=["seeker", "staff"])
def test_every_fact_is_read_by_another_decoder(kind: object) -> None:
    @settings(max_examples=300, deadline=None)
    @given(values(kind))
    def check(fact: msgspec.Struct) -> None:
        fields = unpack(encode(fact))
        assert fields == msgspec.to_builtins(fact)
        assert msgspec.convert(fields, type(fact)) == fact

    check()


@pytest.mark.parametrize("kind", [SeekerFact, StaffFact], ids=["seeker", "staff"])
def test_what_is_at_its_default_is_left_out(kind: object) -> None:
    @settings(max_examples=100, deadline=None)
    @given(values(kind))
    def check(fact: msgspec.Struct) -> None:
        sent = unpack(encode(fact))
        bare = msgspec.convert({"t": sent["t"], **_needed(fact)}, type(fact))
        full, least = msgspec.structs.asdict(fact), msgspec.structs.asdict(bare)
        needed = _needed(fact).keys()
        for name, value in full.items():
            assert (name in sent) == (name in needed or value != least[name])

    check()


def _needed(fact: msgspec.Struct) -> dict[str, object]:
    """Return the fields of a fact that have no default, as they are sent."""
    plain: dict[str, object] = msgspec.to_builtins(fact)
    return {one.name: plain[one.name] for one in msgspec.structs.fields(fact) if one.required}


def test_the_longest_line_fits_in_a_frame() -> None:
    line = Say(ref="r" * 40, text="\U0001f30a" * 4000)
    assert len(encode(line)) <= FRAME_BYTES


# What is refused


@pytest.mark.parametrize(("kind", "decode"), SIDES, ids=["seeker", "staff"])
def test_unknown_messages_are_refused(kind: object, decode: Decode) -> None:
    for tag in ("", "unknown", "said", "SAY", None, 5):
        with pytest.raises(msgspec.ValidationError):
            decode(pack({"t": tag, "ref": "r", "text": "x"}))
    with pytest.raises(msgspec.ValidationError):
        decode(pack({"ref": "r", "text": "x"}))
    for frame in (msgpack.packb([1, 2]), msgpack.packb("say"), msgpack.packb(None)):
        with pytest.raises(msgspec.ValidationError):
            decode(frame)


@pytest.mark.parametrize(("kind", "decode"), SIDES, ids=["seeker", "staff"])
def test_one_sides_commands_are_not_the_others(kind: object, decode: Decode) -> None:
    other = StaffCommand if kind is SeekerCommand else SeekerCommand
    for shape in members(other):
        if shape.tag in tags(kind):
            continue

        @settings(max_examples=3, deadline=None)
        @given(structs(shape))
        def check(command: msgspec.Struct) -> None:
            with pytest.raises(msgspec.ValidationError):
                decode(encode(command))

        check()


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_bring_anything_but_a_decode_error(frame: bytes) -> None:
    for decode in (decode_seeker, decode_staff):
        try:
            decode(frame)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            continue


def _fields() -> Iterator[tuple[inspect.StructType, inspect.Field, Decode]]:
    for kind, decode in SIDES:
        for shape in members(kind):
            for field in shape.fields:
                yield shape, field, decode


def _outside(shape: inspect.Type) -> list[object]:
    """Return values that a field of this type must not take."""
    match shape:
        case inspect.StrType(min_length=least, max_length=most, pattern=pattern):
            wrong: list[object] = [5, None, b"bytes", ["x"]]
            wrong += ["x" * (most + 1)] if most else []
            wrong += ["x" * (least - 1)] if least else []
            wrong += ["  ", "e n", "en,fr", "e", ""] if pattern else []
            return wrong
        case inspect.IntType(ge=least, le=most):
            assert least is not None
            assert most is not None
            return [least - 1, most + 1, "1", 1.5, True, None]
        case inspect.ListType(item_type=item, max_length=most):
            assert most is not None
            fine = "en" if isinstance(item, inspect.StrType) and item.pattern else "x"
            return [[fine] * (most + 1), "x", None, *([one] for one in _outside(item))]
        case inspect.LiteralType():
            return ["another", "", 5, None, ["x"]]
        case inspect.UnionType(types=types):
            return [one for one in _outside(types[0]) if one is not None]
        case _:
            raise AssertionError(f"no wrong values for {shape}")


@pytest.mark.parametrize(
    ("shape", "field", "decode"),
    [pytest.param(*one, id=f"{one[0].cls.__name__}.{one[1].name}") for one in _fields()],
)
def test_a_value_out_of_bounds_is_refused(
    shape: inspect.StructType, field: inspect.Field, decode: Decode
) -> None:
    @settings(max_examples=1, database=None, deadline=None)
    @given(structs(shape))
    def check(command: msgspec.Struct) -> None:
        plain: dict[str, object] = msgspec.to_builtins(command)
        for wrong in _outside(field.type):
            with pytest.raises(msgspec.ValidationError):
                decode(pack({**plain, field.encode_name: wrong}))
        with pytest.raises(msgspec.ValidationError):
            decode(pack({**plain, "unheard_of": 1}))
        if field.required:
            del plain[field.encode_name]
            with pytest.raises(msgspec.ValidationError):
                decode(pack(plain))

    check()


@pytest.mark.parametrize("language", ["  ", " en", "e,n", "EN", "en-", "e", "", "en_GB"])
def test_what_is_no_language_is_refused(language: str) -> None:
    fields: dict[str, object] = {"t": "enter", "admission": "x" * 20, "language": language}
    with pytest.raises(msgspec.ValidationError):
        decode_seeker(pack(fields))


@pytest.mark.parametrize("language", ["en", "sn", "zh-Hant", "yue"])
def test_a_language_is_taken(language: str) -> None:
    command = decode_seeker(encode(Enter(admission="x" * 20, language=language)))
    assert isinstance(command, Enter)
    assert command.language == language


# Who may hear what


def test_seekers_and_staff_share_no_fact_that_is_the_staffs_alone() -> None:
    assert tags(SeekerFact) & tags(StaffFact) == SHARED


def test_what_a_seeker_hears_names_nothing_of_the_staffs() -> None:
    theirs = {"account", "author", "categories", "risk", "spans", "tier", "wrong", "part", "staff"}
    for shape in members(SeekerFact):
        assert not theirs & {field.name for field in shape.fields}


def test_no_tag_stands_for_two_messages_of_one_side() -> None:
    for kind in (SeekerCommand, SeekerFact, StaffCommand, StaffFact):
        assert len(tags(kind)) == len(members(kind))


def test_every_command_closes_the_door_to_unknown_fields() -> None:
    for kind, _ in SIDES:
        assert all(shape.forbid_unknown_fields for shape in members(kind))


def test_a_fact_bears_its_tag_first() -> None:
    frame = encode(Said(seq=1, by="seeker", text="x", at=1))
    assert next(iter(unpack(frame))) == "t"


# Closing


def test_each_closing_has_its_own_code_in_the_applications_range() -> None:
    codes = [closing.value.code for closing in Closings]
    assert len(set(codes)) == len(codes)
    assert all(4000 <= code <= 4999 for code in codes)


def test_each_closing_has_a_word_of_its_own_that_fits_in_a_close_frame() -> None:
    words = [closing.value.reason for closing in Closings]
    assert len(set(words)) == len(words)
    assert all(len(word.encode()) <= 123 for word in words)
    assert all(closing.value.reason == closing.name.lower() for closing in Closings)
