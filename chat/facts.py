"""From entries of the logs to the facts that people hear: pure, one mapping for each audience.

The mapping for seekers has no case for anything of the staff's log: there is nothing to forget.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never

import msgspec

from chat import protocol as wire
from chat import protocol_staff as staff
from chat.entry import (
    ConversationEnded,
    FlagDoubted,
    FlagRaised,
    Line,
    LogEntry,
    Marked,
    MemberLeft,
    StaffLogEntry,
    StaffText,
    SupervisorCame,
    SupporterCame,
    Unreadable,
    UnreadableRemark,
)
from config.ids import AccountId, ConversationId, Seq
from config.risk import Risk

GUIDED_FROM = Risk.HIGH
"""The risk from which a supporter is shown steps."""

ENTRY_BYTES = 256
"""Bytes of what an entry becomes on the wire, flag included and words and spans apart."""
SPAN_BYTES = 48
"""Bytes of one span of a flag."""

STEPS: dict[Risk, list[str]] = {
    Risk.HIGH: ["stay", "ask_directly", "ask_plan", "ask_safe_now", "offer_helplines", "call_desk"],
    Risk.IMMINENT: ["stay", "call_desk", "ask_safe_now", "emergency", "distance", "who_is_near"],
}
"""Ids of guided steps; the page words them."""


def for_seeker(seq: Seq, entry: LogEntry, *, own: bool) -> wire.SeekerFact:
    """Return what a seeker hears of an entry; with `own`, the seeker's own lines bear their ref."""
    match entry:
        case Line():
            ref = entry.ref if own and entry.by == "seeker" else None
            return wire.Said(seq=seq, by=entry.by, text=entry.text, at=entry.at, ref=ref)
        case SupporterCame():
            return wire.Matched(seq=seq, supporter=entry.name, at=entry.at)
        case SupervisorCame():
            return wire.Joined(seq=seq, role="supervisor", at=entry.at)
        case MemberLeft():
            return wire.Left(seq=seq, by=entry.by, reason=entry.reason, at=entry.at)
        case ConversationEnded():
            return wire.Ended(seq=seq, reason=entry.reason, at=entry.at)
        case Unreadable():
            return wire.Unreadable(seq=seq)
        case _:
            assert_never(entry)


def for_staff(
    conversation: ConversationId, seq: Seq, entry: LogEntry, reader: AccountId | None = None
) -> list[staff.Entry]:
    """Return what staff hear of an entry; a reader's own lines bear their ref."""
    match entry:
        case Line():
            return _line_for_staff(conversation, seq, entry, reader)
        case SupporterCame():
            return [
                staff.StaffMatched(
                    conversation=conversation, seq=seq, supporter=entry.name, at=entry.at
                )
            ]
        case SupervisorCame():
            return [
                staff.StaffJoined(
                    conversation=conversation,
                    seq=seq,
                    role="supervisor",
                    at=entry.at,
                    name=entry.name,
                )
            ]
        case MemberLeft():
            return [
                staff.StaffLeft(
                    conversation=conversation,
                    seq=seq,
                    by=entry.by,
                    reason=entry.reason,
                    at=entry.at,
                )
            ]
        case ConversationEnded():
            return [
                staff.StaffEnded(
                    conversation=conversation, seq=seq, reason=entry.reason, at=entry.at
                )
            ]
        case Unreadable():
            return [staff.StaffUnreadable(conversation=conversation, seq=seq)]
        case _:
            assert_never(entry)


def _line_for_staff(
    conversation: ConversationId, seq: Seq, line: Line, reader: AccountId | None
) -> list[staff.Entry]:
    own = reader is not None and line.account == reader
    said = staff.StaffSaid(
        conversation=conversation,
        seq=seq,
        by=line.by,
        text=line.text,
        at=line.at,
        author=line.name,
        ref=line.ref if own else None,
    )
    flag = flag_of(conversation, seq, line)
    return [said, flag] if flag else [said]


@dataclass(frozen=True, slots=True)
class SecondThoughts:
    """What was thought later of the flags in a log, by the seqs of their lines."""

    doubted: frozenset[int] = frozenset()
    raised: Mapping[int, FlagRaised] = field(default_factory=dict[int, FlagRaised])

    def on(self, seq: Seq, line: Line) -> tuple[Line, bool]:
        """Return a line as it is judged now, and whether its flag is called wrong."""
        raised = self.raised.get(seq)
        return (line if raised is None else regraded(line, raised)), seq in self.doubted


def second_thoughts(entries: Iterable[StaffLogEntry]) -> SecondThoughts:
    """Return what the staff's log says of flags."""
    doubted: set[int] = set()
    raised: dict[int, FlagRaised] = {}
    for entry in entries:
        if isinstance(entry, FlagDoubted):
            doubted.add(entry.seq)
        elif isinstance(entry, FlagRaised):
            raised[entry.seq] = entry
    return SecondThoughts(frozenset(doubted), raised)


def regraded(line: Line, raised: FlagRaised) -> Line:
    """Return a line with the flag that a slower reader gave it; the graver risk counts."""
    whole = Marked(0, len(line.text), raised.category, raised.rule, raised.certainty)
    return msgspec.structs.replace(
        line,
        risk=max(line.risk, raised.risk),
        categories=tuple(sorted({*line.categories, raised.category})),
        spans=(*line.spans, whole),
        tier="model",
    )


def flag_of(
    conversation: ConversationId, seq: Seq, line: Line, *, wrong: bool = False
) -> staff.Flagged | None:
    """Return the flag on a line, or None where the filter saw nothing."""
    if line.risk is Risk.NONE and not line.categories and line.tier != "unscreened":
        return None
    return staff.Flagged(
        conversation=conversation,
        seq=seq,
        risk=line.risk,
        categories=list(line.categories),
        spans=[
            staff.SpanOut(span.start, span.end, span.category, span.rule, int(span.certainty))
            for span in line.spans
        ],
        wrong=wrong,
        tier=line.tier,
    )


def guided(conversation: ConversationId, entry: LogEntry) -> staff.Guided | None:
    """Return the steps for a supporter after this entry, if it asks for any."""
    if not isinstance(entry, Line) or entry.by != "seeker" or entry.risk < GUIDED_FROM:
        return None
    return staff.Guided(conversation=conversation, risk=entry.risk, steps=STEPS[entry.risk])


def of_staff_log(
    conversation: ConversationId, n: int, entry: StaffLogEntry
) -> staff.StaffEntry | None:
    """Return the note or whisper in an entry of the staff's log; doubts are not shown alone."""
    match entry:
        case StaffText(kind="note"):
            return staff.Noted(
                conversation=conversation, n=n, by=entry.name, text=entry.text, at=entry.at
            )
        case StaffText():
            return staff.Whispered(
                conversation=conversation, n=n, by=entry.name, text=entry.text, at=entry.at
            )
        case FlagDoubted() | FlagRaised():
            return None
        case UnreadableRemark():
            return staff.RemarkUnreadable(conversation=conversation, n=n)
        case _:
            assert_never(entry)


def backlog(
    conversation: ConversationId,
    entries: Sequence[tuple[Seq, LogEntry]],
    thoughts: SecondThoughts,
    reader: AccountId,
) -> list[staff.Entry]:
    """Return a whole log as staff are shown it, with second thoughts about flags folded in."""
    facts: list[staff.Entry] = []
    for seq, entry in entries:
        if not isinstance(entry, Line):
            facts += for_staff(conversation, seq, entry, reader)
            continue
        line, wrong = thoughts.on(seq, entry)
        for fact in for_staff(conversation, seq, line, reader):
            if wrong and isinstance(fact, staff.Flagged):
                fact = flag_of(conversation, seq, line, wrong=True) or fact
            facts.append(fact)
    return facts


def fitting(entries: Sequence[tuple[Seq, LogEntry]], most_bytes: int) -> int:
    """Return how many of the first entries fit into about so many bytes; at least one does."""
    size = 0
    for number, (_, entry) in enumerate(entries):
        size += ENTRY_BYTES
        if isinstance(entry, Line):
            size += len(entry.text.encode()) + SPAN_BYTES * len(entry.spans)
        if size > most_bytes and number:
            return number
    return len(entries)
