"""What supervisors do against harm from outside: blocks, their review, and raid mode.

Each is put on record first (promise 11), with its grade and reason; ids and words from fixed
lists, nothing else. What a block and raid mode mean at the door is decided in `web/gate.py`.
"""

from chat import protocol_board as board
from chat import protocol_commands as commands
from chat.changes import change
from chat.conversation import Closed
from chat.staff_session import StaffSession
from config.ids import ConversationId
from safety.blocks import Block, Grade, lay
from safety.escalation import Person
from safety.raid import raid
from staff.roles import Act


async def block(session: StaffSession, command: commands.Block) -> None:
    """Lay a block on a conversation, and end it if it still goes on."""
    id_ = ConversationId(command.conversation)
    said = f"{id_} {command.grade} {command.reason} {command.hours}h"
    await _record(session, Act.BLOCK, said)
    if await session.parts.log.find(id_) is None:
        session.refuse("conversation_ended", None, id_)
        return
    now = session.parts.now()
    grade = Grade(command.grade)
    laid = lay(id_, grade, command.reason, command.hours, _person(session), now)
    await session.parts.blocks.lay(laid)
    await change(session.parts, id_, Closed("blocked"))
    _tell(session, laid)


async def extend(session: StaffSession, id_: ConversationId, hours: int) -> None:
    """Let a block hold longer; this is a review."""
    await _record(session, Act.EXTEND_BLOCK, f"{id_} {hours}h")
    now = session.parts.now()
    longer = await session.parts.blocks.extend(id_, hours, _person(session), now)
    if longer is None:
        session.refuse("block_unknown", None, id_)
    else:
        _tell(session, longer)


async def lift(session: StaffSession, id_: ConversationId) -> None:
    """Take a block away."""
    await _record(session, Act.LIFT_BLOCK, id_)
    if await session.parts.blocks.lift(id_):
        session.tell(board.Lifted(conversation=id_))
    else:
        session.refuse("block_unknown", None, id_)


async def set_raid(session: StaffSession, minutes: int) -> None:
    """Switch raid mode on for so many minutes from now, or off."""
    await _record(session, Act.SET_RAID, f"{minutes}min")
    raids, now = session.parts.raids, session.parts.now()
    if minutes == 0:
        await raids.end()
        session.tell(board.RaidSet())
        return
    on = raid(minutes, _person(session), now, await raids.present(now))
    await raids.begin(on, now)
    session.tell(board.RaidSet(until=on.until))


def _tell(session: StaffSession, laid: Block) -> None:
    fact = board.Blocked(conversation=laid.conversation, grade=laid.grade.value, until=laid.until)
    session.tell(fact)


def _person(session: StaffSession) -> Person:
    return Person(session.account, session.person.display)


async def _record(session: StaffSession, act: Act, subject: str) -> None:
    await session.parts.audit.write(session.account, act, subject, session.parts.now())
