"""The wire of staff: what supporters and supervisors say and hear, on one socket for each.

None of these types is in the seeker's union: that is how promise 8 is held by construction.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chat.protocol import (
    Author,
    Availability,
    BlockReason,
    Capacity,
    Command,
    DeclineReason,
    EndReason,
    EscalationOutcome,
    Fact,
    HandOverReason,
    Helpline,
    HelpReason,
    Id,
    Language,
    Languages,
    LeftReason,
    Level,
    Outcome,
    Phase,
    Ping,
    Ponged,
    Position,
    Reference,
    RefusalReason,
    Reset,
    Scale,
    Secret,
    Text,
    Topics,
)
from chat.protocol_board import Acknowledged, Board, BoardChanged, Escalated, Resolved

Note = Annotated[str, Meta(max_length=2000)]
Role = Literal["supporter", "supervisor", "administrator"]
Part = Literal["supporter", "member", "watcher"]
"""Staff in a conversation: its supporter, a supervisor who joined, or one who watches."""

# What staff say


class Attend(Command, frozen=True, kw_only=True, tag="attend"):
    """Begin to attend; must be the first frame."""

    admission: Secret


class SetAvailability(Command, frozen=True, kw_only=True, tag="availability"):
    """Say whether offers are welcome, and how many conversations at once."""

    state: Availability
    capacity: Capacity = 1
    languages: Languages = []
    topics: Topics = []


class AcceptOffer(Command, frozen=True, kw_only=True, tag="accept"):
    """Take the offered conversation."""

    offer: Id


class DeclineOffer(Command, frozen=True, kw_only=True, tag="decline"):
    """Let the offered conversation go back to its place."""

    offer: Id
    reason: DeclineReason = "not_now"


class StaffSay(Command, frozen=True, kw_only=True, tag="say"):
    """Say one line in a conversation. A resend bears the same ref."""

    conversation: Id
    ref: Reference
    text: Text


class StaffTyping(Command, frozen=True, kw_only=True, tag="typing"):
    """Tell the others that something is being written."""

    conversation: Id


class StaffRead(Command, frozen=True, kw_only=True, tag="read"):
    """Tell the others how far this side has read."""

    conversation: Id
    seq: Position


class WriteNote(Command, frozen=True, kw_only=True, tag="note"):
    """Keep a note that only staff see."""

    conversation: Id
    ref: Reference
    text: Text


class AskHelp(Command, frozen=True, kw_only=True, tag="ask_help"):
    """Call a supervisor: raises an escalation."""

    conversation: Id
    reason: HelpReason


class HandOver(Command, frozen=True, kw_only=True, tag="hand_over"):
    """Give the conversation back to the waiting room, at the front."""

    conversation: Id
    reason: HandOverReason


class EndConversation(Command, frozen=True, kw_only=True, tag="end"):
    """End the conversation from the supporter's side."""

    conversation: Id
    outcome: Outcome


class WrongFlag(Command, frozen=True, kw_only=True, tag="wrong_flag"):
    """Say that a flag was wrong; it is counted, and stays visible as wrong."""

    conversation: Id
    seq: Position


class StaffResume(Command, frozen=True, kw_only=True, tag="resume"):
    """Ask again for a conversation, from these positions of its two logs."""

    conversation: Id
    since: Position = 0
    staff_since: Position = 0


class OpenBoard(Command, frozen=True, kw_only=True, tag="board"):
    """Ask for the board, and for its changes from now on. Supervisors only."""


class Watch(Command, frozen=True, kw_only=True, tag="watch"):
    """Read along. Audited first. Supervisors only."""

    conversation: Id


class Unwatch(Command, frozen=True, kw_only=True, tag="unwatch"):
    """Stop reading along, or step out after joining."""

    conversation: Id


class Whisper(Command, frozen=True, kw_only=True, tag="whisper"):
    """Say something to the supporter that the seeker never sees. Supervisors only."""

    conversation: Id
    ref: Reference
    text: Text


class Join(Command, frozen=True, kw_only=True, tag="join"):
    """Join the conversation, visibly to the seeker. Audited first. Supervisors only."""

    conversation: Id


class TakeOver(Command, frozen=True, kw_only=True, tag="take_over"):
    """Take the supporter's place. Audited first. Supervisors only."""

    conversation: Id


class Acknowledge(Command, frozen=True, kw_only=True, tag="acknowledge"):
    """Say: I am looking after this escalation. Supervisors only."""

    escalation: Id


class Resolve(Command, frozen=True, kw_only=True, tag="resolve"):
    """Close an acknowledged escalation with its outcome. Supervisors only."""

    escalation: Id
    outcome: EscalationOutcome
    note: Note = ""


class Block(Command, frozen=True, kw_only=True, tag="block"):
    """End an abusive conversation. Audited first. Supervisors only."""

    conversation: Id
    reason: BlockReason


StaffCommand = (
    Attend
    | SetAvailability
    | AcceptOffer
    | DeclineOffer
    | StaffSay
    | StaffTyping
    | StaffRead
    | WriteNote
    | AskHelp
    | HandOver
    | EndConversation
    | WrongFlag
    | StaffResume
    | OpenBoard
    | Watch
    | Unwatch
    | Whisper
    | Join
    | TakeOver
    | Acknowledge
    | Resolve
    | Block
    | Ping
)

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


class Withdrawn(Fact, frozen=True, kw_only=True, tag="withdrawn"):
    """The offer is gone."""

    offer: Id
    reason: Literal["expired", "seeker_left", "declined"]


class SpanOut(msgspec.Struct, frozen=True, array_like=True):
    """Which words raised a flag: [start, end, category] in code points of the line's text."""

    start: int
    end: int
    category: str


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


Entry = StaffSaid | Flagged | StaffMatched | StaffJoined | StaffLeft | StaffEnded
StaffEntry = Noted | Whispered


class Opened(Fact, frozen=True, kw_only=True, tag="opened"):
    """A conversation is open on this screen, with all that was said in it so far."""

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
    """The conversation is no longer on this screen."""

    conversation: Id
    reason: Literal["handed_over", "taken_over", "lost", "unwatched"]


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
    | Noted
    | Whispered
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
    | Reset
    | Ponged
)

_decoder: msgspec.msgpack.Decoder[StaffCommand] = msgspec.msgpack.Decoder(StaffCommand)


def decode_staff(frame: bytes) -> StaffCommand:
    """Return the command in a frame of staff.

    Raises:
        msgspec.DecodeError: not MessagePack, or not a command of staff (ValidationError).
            Its text can quote input: never log it.
    """
    return _decoder.decode(frame)
