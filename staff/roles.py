"""Who may do what: the three roles, the acts that need one, and the table between them.

Pure. `web` asks `may` before it carries out a command; the roster asks `manages` before it
changes an account. Which acts go on record is said here too (promise 11), so that a new act
can't be added without deciding it.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What a person of staff is trusted with."""

    SUPPORTER = "supporter"
    """Talks with seekers."""
    SUPERVISOR = "supervisor"
    """Watches over conversations, answers escalations, looks after supporters' accounts."""
    ADMINISTRATOR = "administrator"
    """A supervisor who also looks after supervisors' accounts and roles."""


class Act(StrEnum):
    """Something a person of staff does that needs a right, or goes on record, or both."""

    UNKNOWN = "unknown"
    """What stands in a record that nobody can have written so."""
    LOG_IN = "log_in"
    SUPPORT = "support"
    """Be offered conversations, and talk in them."""
    SEE_BOARD = "see_board"
    WATCH = "watch"
    WHISPER = "whisper"
    JOIN = "join"
    TAKE_OVER = "take_over"
    BLOCK = "block"
    EXTEND_BLOCK = "extend_block"
    LIFT_BLOCK = "lift_block"
    SET_RAID = "set_raid"
    """Switch raid mode on or off."""
    READ_TRANSCRIPT = "read_transcript"
    PROPOSE_HOLD = "propose_hold"
    CONFIRM_HOLD = "confirm_hold"
    DECLINE_HOLD = "decline_hold"
    RELEASE_HOLD = "release_hold"
    READ_CASE = "read_case"
    """Read, or take away, what is kept of a held case."""
    END_HOLD = "end_hold"
    """Its day has come: done by the server itself."""
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    READ_AUDIT = "read_audit"
    READ_ROSTER = "read_roster"
    ADD_ACCOUNT = "add_account"
    TRAIN = "train"
    DISABLE = "disable"
    ENABLE = "enable"
    RESET = "reset"
    """Give a new one-time passphrase."""
    CHANGE_ROLE = "change_role"
    RESET_FACTORS = "reset_factors"
    """Take somebody's second factors away, who has lost them."""
    SIGN_OUT = "sign_out"
    """End all sessions, one's own or somebody else's."""
    CHANGE_PASSPHRASE = "change_passphrase"
    ADD_FACTOR = "add_factor"
    REMOVE_FACTOR = "remove_factor"
    NEW_CODES = "new_codes"
    """Have other recovery codes."""
    USE_CODE = "use_code"
    """Prove who one is by a recovery code."""


OWN: Final[frozenset[Act]] = frozenset(
    {
        Act.LOG_IN,
        Act.CHANGE_PASSPHRASE,
        Act.ADD_FACTOR,
        Act.REMOVE_FACTOR,
        Act.NEW_CODES,
        Act.USE_CODE,
    }
)
"""What everybody may do with their own account."""
_SUPPORTER: Final = OWN | {Act.SUPPORT}
_SUPERVISOR: Final = frozenset(Act) - {Act.CHANGE_ROLE, Act.RESET_FACTORS}
"""Who can give somebody a new passphrase can't take the second factor away as well: else one
person alone could become another."""

RIGHTS: Final[Mapping[Role, frozenset[Act]]] = MappingProxyType(
    {
        Role.SUPPORTER: _SUPPORTER,
        Role.SUPERVISOR: _SUPERVISOR,
        Role.ADMINISTRATOR: frozenset(Act),
    }
)
"""What each role may do. Each role may do all that the one before it may."""

AUDITED: Final[frozenset[Act]] = OWN | frozenset(
    {
        Act.WATCH,
        Act.WHISPER,
        Act.JOIN,
        Act.TAKE_OVER,
        Act.BLOCK,
        Act.EXTEND_BLOCK,
        Act.LIFT_BLOCK,
        Act.SET_RAID,
        Act.READ_TRANSCRIPT,
        Act.PROPOSE_HOLD,
        Act.CONFIRM_HOLD,
        Act.DECLINE_HOLD,
        Act.RELEASE_HOLD,
        Act.READ_CASE,
        Act.END_HOLD,
        Act.ADD_ACCOUNT,
        Act.TRAIN,
        Act.DISABLE,
        Act.ENABLE,
        Act.RESET,
        Act.CHANGE_ROLE,
        Act.RESET_FACTORS,
        Act.SIGN_OUT,
    }
)
"""What goes on record before it is done."""


def may(role: Role, act: Act) -> bool:
    """Say whether this role may do this at all."""
    return act in RIGHTS[role]


def manages(role: Role, subject: Role) -> bool:
    """Say whether this role may add or change an account of the other role.

    Supervisors look after supporters only: whoever can reset the passphrase of an
    administrator is one.
    """
    if role is Role.ADMINISTRATOR:
        return True
    return role is Role.SUPERVISOR and subject is Role.SUPPORTER
