"""What stands in a conversation's two logs, and how it is packed.

The log has what all members see (lines, and who came and went); every entry has a seq. The
staff's log has notes, whispers and second thoughts about flags; it is another stream, so that
no mistake in a filter could show it to a seeker.
"""

from typing import Literal

import msgspec

from chat.protocol import Author, EndReason, LeftReason
from config.clock import Millis
from config.ids import AccountId, Ref
from config.risk import Risk
from safety.verdict import Certainty, Verdict


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", omit_defaults=True):
    """One entry of a log; its seq is its place in the stream."""

    at: Millis


class Marked(msgspec.Struct, frozen=True, array_like=True):
    """Which words raised a flag, and what saw something in them. Shorter arrays are older ones."""

    start: int
    """First code point of the line's text."""
    end: int
    category: str
    rule: str = ""
    """The id of the lexicon entry, rule or model."""
    certainty: Certainty = Certainty.LIKELY


class Line(Entry, frozen=True, kw_only=True, tag="line"):
    """One message of one member, with what the filter thought of it."""

    by: Author
    text: str
    ref: Ref
    account: AccountId | None = None
    name: str = ""
    risk: Risk = Risk.NONE
    categories: tuple[str, ...] = ()
    spans: tuple[Marked, ...] = ()
    tier: str = "inline"
    standing: Risk = Risk.NONE
    """The risk of the conversation after this line."""
    lowers: bool = False
    """Whether it took a danger back, so that the conversation's risk fell."""

    def __repr__(self) -> str:
        return f"Line(by={self.by!r}, risk={self.risk!r}, length={len(self.text)})"


class SupporterCame(Entry, frozen=True, kw_only=True, tag="matched"):
    """A supporter became a member."""

    account: AccountId
    name: str


class SupervisorCame(Entry, frozen=True, kw_only=True, tag="joined"):
    """A supervisor became a visible member."""

    account: AccountId
    name: str


class MemberLeft(Entry, frozen=True, kw_only=True, tag="left"):
    """A member is no longer one."""

    by: Author
    reason: LeftReason
    account: AccountId | None = None


class ConversationEnded(Entry, frozen=True, kw_only=True, tag="ended"):
    """The conversation is over. The last entry of its log."""

    reason: EndReason
    by: Author | Literal["system"] = "system"


class Unreadable(Entry, frozen=True, kw_only=True, tag="unreadable"):
    """Stands where an entry was that can't be read. It is shown in its place, never written."""


UNREADABLE = Unreadable(at=Millis(0))
"""Nobody knows any more when it was."""

WrittenEntry = Line | SupporterCame | SupervisorCame | MemberLeft | ConversationEnded
LogEntry = WrittenEntry | Unreadable


class StaffText(Entry, frozen=True, kw_only=True, tag="staff"):
    """A note or a whisper."""

    kind: Literal["note", "whisper"]
    account: AccountId
    name: str
    text: str
    ref: Ref

    def __repr__(self) -> str:
        return f"StaffText(kind={self.kind!r}, length={len(self.text)})"


class FlagDoubted(Entry, frozen=True, kw_only=True, tag="wrong_flag"):
    """A member of staff says that the flag on a line was wrong."""

    account: AccountId
    seq: int


class FlagRaised(Entry, frozen=True, kw_only=True, tag="raised"):
    """A slower reader saw more in a line than was seen when it was said."""

    seq: int
    risk: Risk
    category: str
    rule: str
    certainty: Certainty


class UnreadableRemark(Entry, frozen=True, kw_only=True, tag="unreadable_remark"):
    """Stands in the staff's log for what can't be read there; never written either."""


UNREADABLE_REMARK = UnreadableRemark(at=Millis(0))

WrittenStaffEntry = StaffText | FlagDoubted | FlagRaised
StaffLogEntry = WrittenStaffEntry | UnreadableRemark
"""Second thoughts about a flag stand here, so that the line itself never changes."""

_encoder = msgspec.msgpack.Encoder()
_log_decoder: msgspec.msgpack.Decoder[WrittenEntry] = msgspec.msgpack.Decoder(WrittenEntry)
_staff_decoder: msgspec.msgpack.Decoder[WrittenStaffEntry] = msgspec.msgpack.Decoder(
    WrittenStaffEntry
)


def pack(entry: Entry) -> bytes:
    """Return the bytes that the store keeps."""
    return _encoder.encode(entry)


def unpack(packed: bytes) -> LogEntry:
    """Return an entry of the log."""
    return _log_decoder.decode(packed)


def unpack_staff(packed: bytes) -> StaffLogEntry:
    """Return an entry of the staff's log."""
    return _staff_decoder.decode(packed)


def line(
    *,
    by: Author,
    text: str,
    ref: Ref,
    at: Millis,
    verdict: Verdict,
    account: AccountId | None = None,
    name: str = "",
) -> Line:
    """Return a line with its verdict, ready for the log."""
    return Line(
        at=at,
        by=by,
        text=text,
        ref=ref,
        account=account,
        name=name,
        risk=verdict.risk,
        categories=verdict.categories,
        spans=tuple(
            Marked(span.start, span.end, span.category, span.rule, span.certainty)
            for span in verdict.spans
        ),
        tier=verdict.tier,
        standing=verdict.standing,
        lowers=verdict.lowers,
    )
