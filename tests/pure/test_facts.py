"""From entries to facts: what each audience is told, and what a seeker never is."""

from typing import get_args, get_type_hints

import msgpack  # type: ignore[import-untyped]  # pyright: ignore[reportMissingTypeStubs]
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat import facts
from chat import protocol as wire
from chat import protocol_staff as staff
from chat.entry import (
    UNREADABLE,
    ConversationEnded,
    FlagDoubted,
    Line,
    LogEntry,
    Marked,
    MemberLeft,
    StaffLogEntry,
    StaffText,
    SupervisorCame,
    SupporterCame,
    WrittenEntry,
    WrittenStaffEntry,
    line,
    pack,
    unpack,
    unpack_staff,
)
from config.clock import Millis
from config.ids import AccountId, ConversationId, Ref, Seq
from config.risk import Risk
from safety.verdict import Certainty, Span, Verdict
from tests.support.shapes import members, values

ONE = ConversationId("one")
ANNA = AccountId("anna")
SEQ = Seq(3)
AT = Millis(5)
SAID = Line(at=AT, by="seeker", text="I am here", ref=Ref("r1"))
FLAGGED = Line(
    at=AT,
    by="seeker",
    text="tonight",
    ref=Ref("r2"),
    risk=Risk.HIGH,
    categories=("suicide",),
    spans=(Marked(0, 7, "suicide", "en.rule", Certainty.SURE),),
    standing=Risk.HIGH,
)
ANSWER = Line(at=AT, by="supporter", text="I hear you", ref=Ref("s1"), account=ANNA, name="Anna")
SECRET = "\u2042private\u2042"
"""Words that stand in every field that is the staff's alone."""


def seeker_hears(entry: LogEntry) -> wire.SeekerFact:
    return facts.for_seeker(SEQ, entry, own=True)


# Packing


@settings(max_examples=200, deadline=None)
@given(values(WrittenEntry))
def test_an_entry_is_unpacked_as_it_was_packed(entry: LogEntry) -> None:
    assert unpack(pack(entry)) == entry


@settings(max_examples=100, deadline=None)
@given(values(WrittenStaffEntry))
def test_what_staff_write_can_not_be_read_as_an_entry_of_the_log(entry: StaffLogEntry) -> None:
    packed = pack(entry)
    assert unpack_staff(packed) == entry
    with pytest.raises(msgspec.ValidationError):
        unpack(packed)


@settings(max_examples=100, deadline=None)
@given(values(LogEntry))
def test_an_entry_of_the_log_can_not_be_read_as_the_staffs(entry: LogEntry) -> None:
    with pytest.raises(msgspec.ValidationError):
        unpack_staff(pack(entry))


def test_a_line_bears_its_verdict_and_why() -> None:
    span = Span(0, 7, "suicide", "en.rule", Certainty.SURE)
    verdict = Verdict(Risk.HIGH, ("suicide",), (span,), "inline", 0.5, Risk.HIGH)
    made = line(by="seeker", text="tonight", ref=Ref("r2"), at=AT, verdict=verdict)
    assert made == FLAGGED


def test_no_representation_bears_the_words() -> None:
    note = StaffText(at=AT, kind="note", account=ANNA, name="Anna", text=SECRET, ref=Ref("n"))
    said = Line(at=AT, by="seeker", text=SECRET, ref=Ref("r"))
    assert SECRET not in f"{said!r} {note!r} {[said]} {(note,)}"


# What a seeker hears


def test_the_types_alone_keep_what_is_the_staffs_from_a_seeker() -> None:
    assert get_type_hints(facts.for_seeker)["return"] == wire.SeekerFact
    assert not set(get_args(LogEntry)) & set(get_args(StaffLogEntry))
    shared = set(get_args(wire.SeekerFact)) & set(get_args(staff.StaffFact))
    assert shared == {wire.Ponged}
    assert all(one.__module__ == wire.__name__ for one in get_args(wire.SeekerFact))


@settings(max_examples=300, deadline=None)
@given(values(LogEntry), st.booleans())
def test_whatever_stands_in_the_log_a_seeker_hears_a_fact_of_seekers(
    entry: LogEntry, own: bool
) -> None:
    fact = facts.for_seeker(SEQ, entry, own=own)
    assert type(fact) in get_args(wire.SeekerFact)
    fields: dict[str, object] = msgpack.unpackb(wire.encode(fact))
    assert fields["t"] in {shape.tag for shape in members(wire.SeekerFact)}
    assert fields["seq"] == SEQ
    assert fields.keys() <= {
        *("t", "seq", "at", "by", "text", "ref", "supporter", "role", "reason"),
    }


def test_what_the_filter_and_staff_know_is_in_no_byte_that_a_seeker_reads() -> None:
    told: list[LogEntry] = [
        Line(
            at=AT,
            by="supporter",
            text="hello",
            ref=Ref(SECRET),
            account=AccountId(SECRET),
            name=SECRET,
            risk=Risk.IMMINENT,
            categories=(SECRET,),
            spans=(Marked(0, 1, SECRET),),
            tier=SECRET,
        ),
        SupporterCame(at=AT, account=AccountId(SECRET), name="Anna"),
        SupervisorCame(at=AT, account=AccountId(SECRET), name=SECRET),
        MemberLeft(at=AT, by="supporter", reason="lost", account=AccountId(SECRET)),
        ConversationEnded(at=AT, reason="closed"),
        UNREADABLE,
    ]
    assert {type(entry) for entry in told} == set(get_args(LogEntry))
    for entry in told:
        assert SECRET.encode() not in wire.encode(seeker_hears(entry))


def test_a_seekers_own_line_bears_its_ref_and_no_other_does() -> None:
    assert seeker_hears(SAID) == wire.Said(seq=3, by="seeker", text="I am here", at=5, ref="r1")
    assert seeker_hears(ANSWER) == wire.Said(seq=3, by="supporter", text="I hear you", at=5)
    assert facts.for_seeker(SEQ, SAID, own=False) == wire.Said(
        seq=3, by="seeker", text="I am here", at=5
    )


def test_a_seeker_hears_who_comes_and_goes() -> None:
    assert seeker_hears(SupporterCame(at=AT, account=ANNA, name="Anna")) == wire.Matched(
        seq=3, supporter="Anna", at=5
    )
    assert seeker_hears(SupervisorCame(at=AT, account=ANNA, name="Anna")) == wire.Joined(
        seq=3, role="supervisor", at=5
    )
    assert seeker_hears(MemberLeft(at=AT, by="supporter", reason="lost")) == wire.Left(
        seq=3, by="supporter", reason="lost", at=5
    )
    assert seeker_hears(ConversationEnded(at=AT, reason="closed")) == wire.Ended(
        seq=3, reason="closed", at=5
    )


# What staff hear


@settings(max_examples=200, deadline=None)
@given(values(LogEntry))
def test_staff_hear_every_entry_first_as_what_happened(entry: LogEntry) -> None:
    first, *more = facts.for_staff(ONE, SEQ, entry)
    assert first.seq == SEQ
    assert not isinstance(first, staff.Flagged)
    assert all(isinstance(one, staff.Flagged) for one in more)
    flagged = isinstance(entry, Line) and bool(
        entry.risk or entry.categories or entry.tier == "unscreened"
    )
    assert len(more) == flagged


def test_a_flag_follows_its_line_with_the_words_that_raised_it() -> None:
    said, flag = facts.for_staff(ONE, SEQ, FLAGGED)
    assert said == staff.StaffSaid(conversation=ONE, seq=3, by="seeker", text="tonight", at=5)
    assert flag == staff.Flagged(
        conversation=ONE,
        seq=3,
        risk=3,
        categories=["suicide"],
        spans=[staff.SpanOut(0, 7, "suicide", "en.rule", 3)],
    )


def test_a_line_that_nobody_screened_is_flagged_as_such() -> None:
    unread = Line(at=AT, by="seeker", text="x", ref=Ref("r"), tier="unscreened")
    _, flag = facts.for_staff(ONE, SEQ, unread)
    assert isinstance(flag, staff.Flagged)
    assert (flag.risk, flag.tier) == (0, "unscreened")


def test_only_ones_own_lines_bear_their_ref() -> None:
    (own,) = facts.for_staff(ONE, SEQ, ANSWER, ANNA)
    (anothers,) = facts.for_staff(ONE, SEQ, ANSWER, AccountId("ben"))
    (seekers,) = facts.for_staff(ONE, SEQ, SAID, ANNA)
    assert isinstance(own, staff.StaffSaid)
    assert isinstance(anothers, staff.StaffSaid)
    assert isinstance(seekers, staff.StaffSaid)
    assert (own.ref, anothers.ref, seekers.ref) == ("s1", None, None)
    assert (own.author, seekers.author) == ("Anna", "")


@pytest.mark.parametrize("risk", Risk)
def test_a_supporter_is_shown_steps_from_high_on(risk: Risk) -> None:
    said = Line(at=AT, by="seeker", text="x", ref=Ref("r"), risk=risk)
    steps = facts.guided(ONE, said)
    assert (steps is not None) == (risk >= Risk.HIGH)
    if steps is not None:
        assert steps.steps
        assert steps.risk == risk


def test_nobody_is_guided_through_what_staff_say() -> None:
    told = Line(at=AT, by="supporter", text="x", ref=Ref("r"), account=ANNA, risk=Risk.IMMINENT)
    assert facts.guided(ONE, told) is None
    assert facts.guided(ONE, SupporterCame(at=AT, account=ANNA, name="Anna")) is None


def test_notes_and_whispers_are_told_apart_and_doubts_are_not_told_alone() -> None:
    note = StaffText(at=AT, kind="note", account=ANNA, name="Anna", text="x", ref=Ref("n"))
    whisper = StaffText(at=AT, kind="whisper", account=ANNA, name="Anna", text="y", ref=Ref("w"))
    assert facts.of_staff_log(ONE, 1, note) == staff.Noted(
        conversation=ONE, n=1, by="Anna", text="x", at=5
    )
    assert facts.of_staff_log(ONE, 2, whisper) == staff.Whispered(
        conversation=ONE, n=2, by="Anna", text="y", at=5
    )
    assert facts.of_staff_log(ONE, 3, FlagDoubted(at=AT, account=ANNA, seq=1)) is None


def test_a_backlog_has_all_in_order_with_the_doubts_about_flags() -> None:
    log: list[tuple[Seq, LogEntry]] = [
        (Seq(1), FLAGGED),
        (Seq(2), SupporterCame(at=AT, account=ANNA, name="Anna")),
        (Seq(3), ANSWER),
        (Seq(4), FLAGGED),
    ]
    shown = facts.backlog(ONE, log, facts.SecondThoughts(frozenset({1, 3})), ANNA)
    assert [one.seq for one in shown] == [1, 1, 2, 3, 4, 4]
    assert [one.wrong for one in shown if isinstance(one, staff.Flagged)] == [True, False]
    assert [one.ref for one in shown if isinstance(one, staff.StaffSaid)] == [None, "s1", None]
