"""The wire, typed once: every message that crosses a socket, with its bounds in the type.

Commands (what clients say) are imperative, facts (what the server says) past tense. A seeker
and a member of staff speak different unions, so staff text has no type that a seeker could be
sent. `docs/protocol.md`, the AsyncAPI document and the pages' types are generated from here.

Times are milliseconds since the Unix epoch; offsets count code points of the original text.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

SUBPROTOCOL = "benchside.v1"
"""The WebSocket subprotocol; binary MessagePack frames."""

LINE_LENGTH = 4000
"""Code points a line may have; 16 KiB frames hold it in any script."""

Id = Annotated[str, Meta(min_length=1, max_length=64)]
Reference = Annotated[str, Meta(min_length=1, max_length=40)]
Secret = Annotated[str, Meta(min_length=20, max_length=100)]
Text = Annotated[str, Meta(min_length=1, max_length=LINE_LENGTH)]
Opening = Annotated[str, Meta(max_length=1000)]
Language = Annotated[str, Meta(max_length=8, pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,4})?$")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$")]
Topic = Annotated[str, Meta(min_length=1, max_length=40)]
Topics = Annotated[list[Topic], Meta(max_length=32)]
Languages = Annotated[list[Language], Meta(max_length=32)]
Position = Annotated[int, Meta(ge=0, le=2**53)]
Scale = Annotated[int, Meta(ge=0, le=10)]
Level = Annotated[int, Meta(ge=0, le=4)]
Capacity = Annotated[int, Meta(ge=1, le=5)]

Author = Literal["seeker", "supporter", "supervisor"]
Phase = Literal["waiting", "talking", "ended"]
Availability = Literal["available", "finishing", "break", "away"]
LeaveReason = Literal["done", "not_now", "uncomfortable", "quick_exit"]
LeftReason = Literal[
    "done",
    "not_now",
    "uncomfortable",
    "quick_exit",
    "lost",
    "handed_over",
    "taken_over",
    "stepped_out",
]
EndReason = Literal["left", "closed", "lost", "blocked", "gave_up"]
ReportReason = Literal["unkind", "sexual", "contact", "unsafe", "other"]
DeclineReason = Literal["not_now", "topic", "too_heavy", "other"]
HelpReason = Literal["crisis", "unsure", "abuse", "technical", "need_break"]
HandOverReason = Literal["shift_over", "not_a_fit", "too_heavy", "technical"]
Outcome = Literal["supported", "referred", "unfinished", "abusive", "test"]
EscalationOutcome = Literal[
    "safe_for_now",
    "safety_plan",
    "emergency_services",
    "referred",
    "handed_to_team",
    "false_alarm",
    "lost_contact",
]
BlockReason = Literal["abuse", "sexual", "threat", "spam", "other"]
BlockGrade = Literal["slowed", "paused", "closed"]
Fit = Literal["ok", "no_language", "nobody", "closed"]
RefusalReason = Literal[
    "abusive",
    "already_acknowledged",
    "at_capacity",
    "block_unknown",
    "code_unknown",
    "conversation_ended",
    "escalation_unknown",
    "not_acknowledged",
    "not_allowed",
    "not_a_member",
    "not_now",
    "not_trained",
    "offer_gone",
    "ref_used",
    "too_fast",
    "unavailable",
]
"""Why a well-formed command was not carried out; the page says it in its own language."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", forbid_unknown_fields=True):
    """What a client asks for. Unknown fields close the socket."""


class Fact(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", omit_defaults=True):
    """What the server tells. Fields at their default are left out."""


# What a seeker says


class Enter(Command, frozen=True, kw_only=True, tag="enter"):
    """Open a conversation; must be the first frame."""

    admission: Secret
    language: Language
    topics: Topics = []
    opening: Opening = ""
    mood: Scale | None = None
    country: Country | None = None


class Resume(Command, frozen=True, kw_only=True, tag="resume"):
    """Come back to a conversation with its token; must be the first frame."""

    token: Secret
    since: Position = 0


class ComeBack(Command, frozen=True, kw_only=True, tag="come_back"):
    """Come back with a return code; must be the first frame."""

    code: Annotated[str, Meta(min_length=4, max_length=80)]


class Say(Command, frozen=True, kw_only=True, tag="say"):
    """Say one line. A resend bears the same ref."""

    ref: Reference
    text: Text


class Typing(Command, frozen=True, kw_only=True, tag="typing"):
    """Tell the others that something is being written; never what."""


class Read(Command, frozen=True, kw_only=True, tag="read"):
    """Tell the others how far this side has read."""

    seq: Position


class Widen(Command, frozen=True, kw_only=True, tag="widen"):
    """Accept these languages as well, where nobody on duty speaks the first."""

    languages: Languages


class RequestCode(Command, frozen=True, kw_only=True, tag="request_code"):
    """Ask for a return code of four words, to come back from another browser."""


class Leave(Command, frozen=True, kw_only=True, tag="leave"):
    """End the conversation from the seeker's side."""

    reason: LeaveReason


class Erase(Command, frozen=True, kw_only=True, tag="erase"):
    """Erase all that was said, for everybody and at once; it ends what goes on."""


class Feedback(Command, frozen=True, kw_only=True, tag="feedback"):
    """Say how it was; allowed once the conversation has ended."""

    mood: Scale | None = None
    helped: Literal["yes", "a_bit", "no"] | None = None


class Report(Command, frozen=True, kw_only=True, tag="report"):
    """Tell the supervisors that something is wrong with this conversation."""

    reason: ReportReason


class Ping(Command, frozen=True, kw_only=True, tag="ping"):
    """Sent every 15 s, so that each side knows that the other is there."""


SeekerCommand = (
    Enter
    | Resume
    | ComeBack
    | Say
    | Typing
    | Read
    | Widen
    | RequestCode
    | Leave
    | Erase
    | Feedback
    | Report
    | Ping
)

# What a seeker hears


class Helpline(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that answers when Benchside can't."""

    name: str
    phone: str = ""
    sms: str = ""
    url: str = ""
    hours: str = ""
    languages: list[str] = []
    emergency: bool = False


class Entered(Fact, frozen=True, kw_only=True, tag="entered"):
    """The conversation exists. The token is said once and held in page memory only."""

    conversation: Id
    token: Secret
    name: str


class Resumed(Fact, frozen=True, kw_only=True, tag="resumed"):
    """The conversation goes on; what is missing since the asked position follows."""

    conversation: Id
    phase: Phase
    name: str
    last: Position
    token: Secret | None = None
    """A new token, after `come_back`; the old one has died."""


class Waiting(Fact, frozen=True, kw_only=True, tag="waiting"):
    """Where a waiting seeker stands: how many are before, and an honest range of seconds."""

    place: Position
    low: int | None = None
    high: int | None = None
    fit: Fit = "ok"
    languages: list[Language] = []
    """Languages spoken by those on duty, where `fit` is `no_language`."""


class CodeGiven(Fact, frozen=True, kw_only=True, tag="code_given"):
    """A return code: single use, short-lived."""

    code: str


class Accepted(Fact, frozen=True, kw_only=True, tag="accepted"):
    """The line is durable. `text` is there only if contacts were masked in it."""

    ref: Reference
    seq: Position
    at: int
    text: str | None = None


class Refused(Fact, frozen=True, kw_only=True, tag="refused"):
    """The command was well-formed but was not carried out."""

    reason: RefusalReason
    ref: Reference | None = None


class Said(Fact, frozen=True, kw_only=True, tag="said"):
    """A line. `ref` is there only on one's own lines, when they are replayed."""

    seq: Position
    by: Author
    text: str
    at: int
    ref: Reference | None = None


class Matched(Fact, frozen=True, kw_only=True, tag="matched"):
    """A supporter is here."""

    seq: Position
    supporter: str
    at: int


class Joined(Fact, frozen=True, kw_only=True, tag="joined"):
    """Somebody from the team has joined."""

    seq: Position
    role: Literal["supervisor"]
    at: int


class Left(Fact, frozen=True, kw_only=True, tag="left"):
    """A member has left."""

    seq: Position
    by: Author
    reason: LeftReason
    at: int


class Ended(Fact, frozen=True, kw_only=True, tag="ended"):
    """The conversation is over."""

    seq: Position
    reason: EndReason
    at: int


class Unreadable(Fact, frozen=True, kw_only=True, tag="unreadable"):
    """Something was said or happened here that is damaged and can't be shown."""

    seq: Position


class WasTyping(Fact, frozen=True, kw_only=True, tag="typing"):
    """The other side is writing."""

    by: Author


class WasRead(Fact, frozen=True, kw_only=True, tag="read"):
    """The other side has read so far."""

    by: Author
    seq: Position


class Helped(Fact, frozen=True, kw_only=True, tag="helped"):
    """Helplines for the seeker's country, shown because they may be needed now."""

    country: str
    helplines: list[Helpline]


class Erased(Fact, frozen=True, kw_only=True, tag="erased"):
    """All that was said is erased, and the token opens nothing any more.

    But if two people of staff have decided to hold the case, their copy stays until `held`.
    """

    held: int = 0
    """Milliseconds since 1970; 0 if nothing is held."""


class Reported(Fact, frozen=True, kw_only=True, tag="reported"):
    """The report has reached the supervisors."""


class Thanked(Fact, frozen=True, kw_only=True, tag="thanked"):
    """The feedback is kept, without a name."""


class Reset(Fact, frozen=True, kw_only=True, tag="reset"):
    """What was asked for is no longer there: forget what you show, and start from what follows."""


class Ponged(Fact, frozen=True, kw_only=True, tag="ponged"):
    """The answer to `ping`."""

    at: int


SeekerFact = (
    Entered
    | Resumed
    | Waiting
    | CodeGiven
    | Accepted
    | Refused
    | Said
    | Matched
    | Joined
    | Left
    | Ended
    | Unreadable
    | WasTyping
    | WasRead
    | Helped
    | Erased
    | Reported
    | Thanked
    | Reset
    | Ponged
)

_seeker_decoder: msgspec.msgpack.Decoder[SeekerCommand] = msgspec.msgpack.Decoder(SeekerCommand)
_encoder = msgspec.msgpack.Encoder()


def decode_seeker(frame: bytes) -> SeekerCommand:
    """Return the command in a seeker's frame.

    Raises:
        msgspec.DecodeError: not MessagePack, or not a command of a seeker (ValidationError).
            Its text can quote input: never log it.
    """
    return _seeker_decoder.decode(frame)


def encode(fact: msgspec.Struct) -> bytes:
    """Return the frame of a fact (or, for clients and tests, of a command)."""
    return _encoder.encode(fact)
