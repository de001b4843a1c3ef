"""Which command of staff does what, and which role it needs: one table and one match."""

from typing import assert_never

from chat import protocol as wire
from chat import protocol_staff as staff
from chat import supervising, supporting
from chat.board import open_board
from chat.closing import Closing, Closings
from chat.staff_session import StaffSession
from config.ids import ConversationId, EscalationId, OfferId
from staff.roles import Act, may

NEEDS: dict[type[wire.Command], Act] = {
    staff.OpenBoard: Act.SEE_BOARD,
    staff.Watch: Act.WATCH,
    staff.Unwatch: Act.WATCH,
    staff.Whisper: Act.WHISPER,
    staff.Join: Act.JOIN,
    staff.TakeOver: Act.TAKE_OVER,
    staff.Block: Act.BLOCK,
    staff.Acknowledge: Act.ACKNOWLEDGE,
    staff.Resolve: Act.RESOLVE,
}
"""What a command needs; all others need `Act.SUPPORT`."""


async def carry_out(session: StaffSession, command: staff.StaffCommand) -> Closing | None:
    """Carry out a command; return why the socket is to be closed, if it is.

    Raises: StoreError: the outcome is unknown; the client comes back and resends.
    """
    if not may(session.person.role, NEEDS.get(type(command), Act.SUPPORT)):
        session.refuse("not_allowed")
        return None
    match command:
        case staff.Attend():
            return Closings.OUT_OF_PHASE.value
        case wire.Ping():
            session.tell(wire.Ponged(at=session.parts.now()))
        case staff.OpenBoard():
            await open_board(session)
        case staff.Acknowledge(escalation=escalation):
            await supervising.acknowledge(session, EscalationId(escalation))
        case staff.Resolve():
            await supervising.resolve(session, command)
        case staff.SetAvailability():
            await supporting.set_availability(session, command)
        case staff.AcceptOffer(offer=offer):
            await supporting.accept(session, OfferId(offer))
        case staff.DeclineOffer(offer=offer, reason=reason):
            await supporting.decline(session, OfferId(offer), reason)
        case _:
            await _in_conversation(session, command, ConversationId(command.conversation))
    return None


_InConversation = (
    staff.StaffSay
    | staff.StaffTyping
    | staff.StaffRead
    | staff.WriteNote
    | staff.AskHelp
    | staff.HandOver
    | staff.EndConversation
    | staff.WrongFlag
    | staff.StaffResume
    | staff.Watch
    | staff.Unwatch
    | staff.Whisper
    | staff.Join
    | staff.TakeOver
    | staff.Block
)


async def _in_conversation(
    session: StaffSession, command: _InConversation, id_: ConversationId
) -> None:
    match command:
        case staff.StaffSay():
            await supporting.say(session, command)
        case staff.StaffTyping():
            await supporting.mark_typing(session, id_)
        case staff.StaffRead(seq=seq):
            await supporting.mark_read(session, id_, seq)
        case staff.WriteNote():
            await supporting.write(session, "note", command)
        case staff.Whisper():
            await supporting.write(session, "whisper", command)
        case staff.AskHelp():
            await supporting.ask_help(session, command)
        case staff.HandOver():
            await supporting.hand_over(session, command)
        case staff.EndConversation():
            await supporting.end(session, command)
        case staff.WrongFlag():
            await supporting.doubt_flag(session, command)
        case staff.StaffResume():
            await session.open_again(id_)
        case staff.Watch():
            await supervising.watch(session, id_)
        case staff.Unwatch():
            await supervising.unwatch(session, id_)
        case staff.Join():
            await supervising.join(session, id_)
        case staff.TakeOver():
            await supervising.take_over(session, id_)
        case staff.Block():
            await supervising.block(session, id_)
        case _:
            assert_never(command)
