"""The wire of the board: what supervisors are shown of the whole house, and of its escalations."""

from typing import Literal

import msgspec

from chat.protocol import (
    Availability,
    BlockGrade,
    BlockReason,
    EscalationOutcome,
    Fact,
    Id,
    Language,
    Level,
    Position,
)

TicketState = Literal["waiting", "offered"]
"""Where a waiting seeker stands."""


class TicketRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One seeker in the waiting room."""

    id: Id
    name: str
    language: Language
    risk: Level
    since: int
    state: TicketState
    topics: list[str] = []
    declines: int = 0


class ConversationRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One live conversation."""

    id: Id
    name: str
    supporter: str
    language: Language
    risk: Level
    since: int
    lines: int = 0
    connected: bool = True


class SupporterRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One supporter on duty."""

    id: Id
    name: str
    state: Availability
    load: int
    capacity: int
    languages: list[Language] = []


class EscalationRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One escalation, open or acknowledged."""

    id: Id
    conversation: Id
    name: str
    cause: Literal["line", "help", "report"]
    reason: str = ""
    risk: Level
    seq: Position = 0
    raised: int
    state: Literal["open", "acknowledged", "resolved"] = "open"
    loudness: int = 0
    by: str = ""
    acknowledged: int | None = None
    excerpt: str = ""
    """The words that raised it."""


class BlockRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One block that holds."""

    id: Id
    """The conversation that it was laid on."""
    name: str = ""
    """The seeker's name there, for as long as the conversation is kept."""
    grade: BlockGrade
    reason: BlockReason
    by: str
    since: int
    until: int
    review: bool = False
    """Whether its time is over and it waits for a person to look at it."""


class ProposalRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case that one person proposes to hold, and that waits for another to confirm."""

    id: Id
    """The conversation."""
    name: str = ""
    """The seeker's name there, for as long as the conversation is kept."""
    by: str
    account: Id
    """Whose proposal it is; they can't confirm it themselves."""
    since: int
    until: int
    """When it counts no more."""
    days: int


class RaidState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether raid mode is on."""

    until: int | None = None
    """When it ends; none while it is off."""
    by: str = ""
    proposed: bool = False
    """Whether the server thinks that it should be on."""


class Lights(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers on top of the board."""

    waiting: int = 0
    oldest: int = 0
    waiting_long: int = 0
    conversations: int = 0
    supporters: int = 0
    on_break: int = 0
    supervisors: int = 0
    escalations: int = 0
    high_risk: int = 0
    gave_up_today: int = 0
    unscreened: int = 0


class Board(Fact, frozen=True, kw_only=True, tag="board"):
    """The whole board."""

    lights: Lights
    waiting: list[TicketRow] = []
    conversations: list[ConversationRow] = []
    supporters: list[SupporterRow] = []
    escalations: list[EscalationRow] = []
    blocks: list[BlockRow] = []
    proposals: list[ProposalRow] = []
    raid: RaidState | None = None
    """Raid mode, if it is on or proposed."""


class BoardChanged(Fact, frozen=True, kw_only=True, tag="board_changed"):
    """What is new or different on the board since the last one, and which rows are gone."""

    lights: Lights
    waiting: list[TicketRow] = []
    conversations: list[ConversationRow] = []
    supporters: list[SupporterRow] = []
    escalations: list[EscalationRow] = []
    blocks: list[BlockRow] = []
    proposals: list[ProposalRow] = []
    raid: RaidState | None = None
    """Raid mode, if it is on or proposed."""
    gone: list[str] = []
    """Rows that are gone, each as `section:id`: `waiting:x`, `conversations:x`, `supporters:x`,
    `escalations:x`, `blocks:x`, `proposals:x`. A seeker who is picked up goes from one section to
    another."""


class Escalated(Fact, frozen=True, kw_only=True, tag="escalated"):
    """An escalation was raised, or is raised again, louder."""

    escalation: EscalationRow


class Acknowledged(Fact, frozen=True, kw_only=True, tag="acknowledged"):
    """A supervisor looks after it."""

    escalation: Id
    conversation: Id
    by: str
    at: int


class Resolved(Fact, frozen=True, kw_only=True, tag="resolved"):
    """It is closed."""

    escalation: Id
    conversation: Id
    by: str
    outcome: EscalationOutcome
    at: int


class Blocked(Fact, frozen=True, kw_only=True, tag="blocked"):
    """The block is laid, or holds longer."""

    conversation: Id
    grade: BlockGrade
    until: int


class Lifted(Fact, frozen=True, kw_only=True, tag="lifted"):
    """The block is gone."""

    conversation: Id


class RaidSet(Fact, frozen=True, kw_only=True, tag="raid_set"):
    """Raid mode is on until then, or off."""

    until: int | None = None
