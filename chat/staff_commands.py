"""Which command of staff does what, and which role it needs: one table and one match."""

from typing import assert_never

from chat import blocking, supervising, supporting
from chat import protocol as wire
from chat import protocol_commands as commands
from chat.board import open_board
from chat.closing import Closing, Closings
from chat.staff_session import StaffSession
from config.ids import ConversationId, EscalationId, OfferId
from staff.roles import Act, may

NEEDS: dict[type[wire.Command], Act] = {
    commands.OpenBoard: Act.SEE_BOARD,
    commands.Watch: Act.WATCH,
    commands.Unwatch: Act.WATCH,
    commands.Whisper: Act.WHISPER,
    commands.Join: Act.JOIN,
    commands.TakeOver: Act.TAKE_OVER,
    commands.Block: Act.BLOCK,
    commands.Extend: Act.EXTEND_BLOCK,
    commands.Lift: Act.LIFT_BLOCK,
    commands.SetRaid: Act.SET_RAID,
    commands.Acknowledge: Act.ACKNOWLEDGE,
    commands.Resolve: Act.RESOLVE,
}
"""What a command needs; all others need `Act.SUPPORT`."""


async def carry_out(session: StaffSession, command: commands.StaffCommand) -> Closing | None:
    """Carry out a command; return why the socket is to be closed, if it is.

    Raises: StoreError: the outcome is unknown; the client comes back and resends.
    """
    if not may(session.person.role, NEEDS.get(type(command), Act.SUPPORT)):
        session.refuse("not_allowed")
        return None
    match command:
        case commands.Attend():
            return Closings.OUT_OF_PHASE.value
        case wire.Ping():
            session.tell(wire.Ponged(at=session.parts.now()))
        case commands.OpenBoard():
            await open_board(session)
        case commands.Acknowledge(escalation=escalation):
            await supervising.acknowledge(session, EscalationId(escalation))
        case commands.Resolve():
            await supervising.resolve(session, command)
        case commands.SetRaid(minutes=minutes):
            await blocking.set_raid(session, minutes)
        case commands.SetAvailability():
            await supporting.set_availability(session, command)
        case commands.AcceptOffer(offer=offer):
            await supporting.accept(session, OfferId(offer))
        case commands.DeclineOffer(offer=offer, reason=reason):
            await supporting.decline(session, OfferId(offer), reason)
        case _:
            await _in_conversation(session, command, ConversationId(command.conversation))
    return None


_InConversation = (
    commands.StaffSay
    | commands.StaffTyping
    | commands.StaffRead
    | commands.WriteNote
    | commands.AskHelp
    | commands.HandOver
    | commands.EndConversation
    | commands.WrongFlag
    | commands.StaffResume
    | commands.Watch
    | commands.Unwatch
    | commands.Whisper
    | commands.Join
    | commands.TakeOver
    | commands.Block
    | commands.Extend
    | commands.Lift
)


async def _in_conversation(
    session: StaffSession, command: _InConversation, id_: ConversationId
) -> None:
    match command:
        case commands.StaffSay():
            await supporting.say(session, command)
        case commands.StaffTyping():
            await supporting.mark_typing(session, id_)
        case commands.StaffRead(seq=seq):
            await supporting.mark_read(session, id_, seq)
        case commands.WriteNote():
            await supporting.write(session, "note", command)
        case commands.Whisper():
            await supervising.whisper(session, command)
        case commands.AskHelp():
            await supporting.ask_help(session, command)
        case commands.HandOver():
            await supporting.hand_over(session, command)
        case commands.EndConversation():
            await supporting.end(session, command)
        case commands.WrongFlag():
            await supporting.doubt_flag(session, command)
        case commands.StaffResume():
            await session.open_again(id_)
        case commands.Watch():
            await supervising.watch(session, id_)
        case commands.Unwatch():
            await supervising.unwatch(session, id_)
        case commands.Join():
            await supervising.join(session, id_)
        case commands.TakeOver():
            await supervising.take_over(session, id_)
        case commands.Block():
            await blocking.block(session, command)
        case commands.Extend(hours=hours):
            await blocking.extend(session, id_, hours)
        case commands.Lift():
            await blocking.lift(session, id_)
        case _:
            assert_never(command)
