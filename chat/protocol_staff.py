"""The wire of staff: what supporters and supervisors hear, on one socket for each.

None of these types is in the seeker's union: that is how promise 8 is held by construction.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chat.protocol import (
    Author,
    Availability,
    EndReason,
    Fact,
    Helpline,
    Id,
    Language,
    LeftReason,
    Level,
    Phase,
    Ponged,
    Position,
    Reference,
    RefusalReason,
    Scale,
)
from chat.protocol_board import (
    Acknowledged,
    Blocked,
    Board,
    BoardChanged,
    Escalated,
    Lifted,
    RaidSet,
    Resolved,
)

Role = Literal["supporter", "supervisor", "administrator"]
Part = Literal["supporter", "member", "watcher"]
"""Staff in a conversation: its supporter, a supervisor who joined, or one who watches."""

# What staff hear


class Attending(Fact, frozen=True, kw_only=True, tag="attending"):
    """The socket is open for this person."""

    account: Id
    name: str
    role: Role
    trained_to: Level | None = None
    """The highest risk this person is trained for; none without a valid training record."""
    trained_until: int | None = None
    languages: list[Language] = []
    topics: list[str] = []
    open: list[Id] = []
    """The conversations that are opened next. A screen that shows others, from before a connection
    was lost, asks for those with `resume` or `watch`: they may be over."""


class AvailabilitySet(Fact, frozen=True, kw_only=True, tag="availability_set"):
    """What the waiting room now believes of this supporter."""

    state: Availability
    capacity: int
    load: int


class Offered(Fact, frozen=True, kw_only=True, tag="offered"):
    """A conversation is offered; it goes back to its place at `expires`."""

    offer: Id
    topics: list[str]
    language: Language
    risk: Level
    expires: int
    waited: int
    """Seconds that the seeker has waited."""
    raid: bool = False
    """Whether the seeker came after raid mode was switched on."""


class Withdrawn(Fact, frozen=True, kw_only=True, tag="withdrawn"):
    """The offer is gone."""

    offer: Id
    reason: Literal["expired", "seeker_left", "declined"]


class SpanOut(msgspec.Struct, frozen=True, array_like=True):
    """Which words raised a flag, in code points of the line's text, and why.

    [start, end, category, rule, certainty]: the rule is the id of a lexicon entry, a rule that
    joins signs, or a model; the certainty is 1 possible, 2 likely, 3 sure.
    """

    start: int
    end: int
    category: str
    rule: str = ""
    certainty: Annotated[int, Meta(ge=1, le=3)] = 2


class StaffSaid(Fact, frozen=True, kw_only=True, tag="said"):
    """A line."""

    conversation: Id
    seq: Position
    by: Author
    text: str
    at: int
    author: str = ""
    """Display name of the person of staff who wrote it."""
    ref: Reference | None = None
    """There on one's own lines, when they are replayed."""


class Flagged(Fact, frozen=True, kw_only=True, tag="flagged"):
    """What the filter thinks of a line."""

    conversation: Id
    seq: Position
    risk: Level
    categories: list[str]
    spans: list[SpanOut] = []
    wrong: bool = False
    tier: str = "inline"


class StaffMatched(Fact, frozen=True, kw_only=True, tag="matched"):
    """A supporter has come."""

    conversation: Id
    seq: Position
    supporter: str
    at: int


class StaffJoined(Fact, frozen=True, kw_only=True, tag="joined"):
    """A supervisor has joined, visibly."""

    conversation: Id
    seq: Position
    role: Literal["supervisor"]
    at: int
    name: str = ""


class StaffLeft(Fact, frozen=True, kw_only=True, tag="left"):
    """A member has left."""

    conversation: Id
    seq: Position
    by: Author
    reason: LeftReason
    at: int


class StaffEnded(Fact, frozen=True, kw_only=True, tag="ended"):
    """The conversation is over."""

    conversation: Id
    seq: Position
    reason: EndReason
    at: int


class StaffUnreadable(Fact, frozen=True, kw_only=True, tag="unreadable"):
    """Something was said or happened here that is damaged and can't be shown."""

    conversation: Id
    seq: Position


class RemarkUnreadable(Fact, frozen=True, kw_only=True, tag="remark_unreadable"):
    """A note, a whisper or a thought about a flag that is damaged and can't be shown."""

    conversation: Id
    n: Position


class Noted(Fact, frozen=True, kw_only=True, tag="noted"):
    """A note of staff; `n` counts the staff's own log of the conversation."""

    conversation: Id
    n: Position
    by: str
    text: str
    at: int


class Whispered(Fact, frozen=True, kw_only=True, tag="whispered"):
    """A whisper of a supervisor to the supporter."""

    conversation: Id
    n: Position
    by: str
    text: str
    at: int


Entry = StaffSaid | Flagged | StaffMatched | StaffJoined | StaffLeft | StaffEnded | StaffUnreadable
StaffEntry = Noted | Whispered | RemarkUnreadable


class Opened(Fact, frozen=True, kw_only=True, tag="opened"):
    """A conversation is open on this screen, with what was said in it so far, from the beginning.

    Of a very long log the rest follows, entry by entry.
    """

    conversation: Id
    part: Part
    name: str
    language: Language
    phase: Phase
    risk: Level
    topics: list[str] = []
    country: str = ""
    mood: Scale | None = None
    supporter: str = ""
    connected: bool = True
    """Whether the seeker is connected."""
    backlog: list[Entry] = []
    staff: list[StaffEntry] = []
    helplines: list[Helpline] = []


class Closed(Fact, frozen=True, kw_only=True, tag="closed"):
    """The conversation is no longer on this screen.

    `erased`: the seeker has erased it. `expired`: it ended, and is not kept any longer. In both
    cases nothing of it may be shown any more.
    """

    conversation: Id
    reason: Literal["handed_over", "taken_over", "lost", "unwatched", "erased", "expired"]


class Guided(Fact, frozen=True, kw_only=True, tag="guided"):
    """Steps to take with a person at risk; ids that the page words in its own language."""

    conversation: Id
    risk: Level
    steps: list[str]


class Presence(Fact, frozen=True, kw_only=True, tag="presence"):
    """Whether the seeker is connected."""

    conversation: Id
    connected: bool


class StaffAccepted(Fact, frozen=True, kw_only=True, tag="accepted"):
    """The line, note or whisper is durable. `seq` counts the log that it went to."""

    conversation: Id
    ref: Reference
    seq: Position
    at: int
    text: str | None = None


class StaffRefused(Fact, frozen=True, kw_only=True, tag="refused"):
    """The command was well-formed but was not carried out."""

    reason: RefusalReason
    ref: Reference | None = None
    conversation: Id | None = None
    subject: str | None = None
    """The offer or escalation that it was about."""
    by: str | None = None
    """Who was first, where someone was."""


class StaffTyped(Fact, frozen=True, kw_only=True, tag="typing"):
    """Another member is writing."""

    conversation: Id
    by: Author


class StaffWasRead(Fact, frozen=True, kw_only=True, tag="read"):
    """Another member has read so far."""

    conversation: Id
    by: Author
    seq: Position


class HelpAsked(Fact, frozen=True, kw_only=True, tag="help_asked"):
    """The call for help has reached the desk."""

    conversation: Id
    escalation: Id


StaffFact = (
    Attending
    | AvailabilitySet
    | Offered
    | Withdrawn
    | StaffSaid
    | Flagged
    | StaffMatched
    | StaffJoined
    | StaffLeft
    | StaffEnded
    | StaffUnreadable
    | Noted
    | Whispered
    | RemarkUnreadable
    | Opened
    | Closed
    | Guided
    | Presence
    | StaffAccepted
    | StaffRefused
    | StaffTyped
    | StaffWasRead
    | HelpAsked
    | Board
    | BoardChanged
    | Escalated
    | Acknowledged
    | Resolved
    | Blocked
    | Lifted
    | RaidSet
    | Ponged
)
