"""The wire of staff: what supporters and supervisors say, on one socket for each."""

from typing import Annotated

import msgspec
from msgspec import Meta

from chat.protocol import (
    Availability,
    BlockGrade,
    BlockReason,
    Capacity,
    Command,
    DeclineReason,
    EscalationOutcome,
    HandOverReason,
    HelpReason,
    Id,
    Languages,
    Outcome,
    Ping,
    Position,
    Reference,
    Secret,
    Text,
    Topics,
)

Hours = Annotated[int, Meta(ge=1, le=720)]
Minutes = Annotated[int, Meta(ge=0, le=240)]
Note = Annotated[str, Meta(max_length=2000)]


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
    """End an abusive conversation, and let no new one begin from there as before. Audited first.

    `slowed` lasts 24 hours at most, `paused` 72, `closed` 720 and then until its review, though
    a week at most. It may be laid on a conversation that has ended. Supervisors only.
    """

    conversation: Id
    reason: BlockReason
    grade: BlockGrade = "paused"
    hours: Hours = 24


class Extend(Command, frozen=True, kw_only=True, tag="extend"):
    """Let a block hold so many hours longer. Audited first. Supervisors only."""

    conversation: Id
    hours: Hours


class Lift(Command, frozen=True, kw_only=True, tag="lift"):
    """Take a block away. Audited first. Supervisors only."""

    conversation: Id


class SetRaid(Command, frozen=True, kw_only=True, tag="set_raid"):
    """Switch raid mode on for so many minutes from now, or off (0). Audited first.

    Supervisors only.
    """

    minutes: Minutes


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
    | Extend
    | Lift
    | SetRaid
    | Ping
)

_decoder: msgspec.msgpack.Decoder[StaffCommand] = msgspec.msgpack.Decoder(StaffCommand)


def decode_staff(frame: bytes) -> StaffCommand:
    """Return the command in a frame of staff.

    Raises:
        msgspec.DecodeError: not MessagePack, or not a command of staff (ValidationError).
            Its text can quote input: never log it.
    """
    return _decoder.decode(frame)
