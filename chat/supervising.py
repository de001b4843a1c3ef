"""What supervisors do beyond supporting: watch, whisper, join, take over, the desk.

Each look is put on record before it is taken (promise 11); what can't be put on record is not
done, because the record's failure comes out of here as the store's.
"""

from chat import protocol_commands as commands
from chat import protocol_staff as staff
from chat.changes import change
from chat.conversation import Joined, SteppedOut, TakenOver
from chat.entry import StaffText
from chat.protocol import RefusalReason
from chat.sequels import count_sequel
from chat.staff_session import StaffSession
from chat.supporting import write
from config.ids import ConversationId, EscalationId, Ref
from matching.ticket import Availability, Supporter
from safety.desk import AlreadyAcknowledged, AlreadyResolved, NotAcknowledged, UnknownEscalation
from safety.escalation import Escalation, Person
from staff.roles import Act


async def watch(session: StaffSession, id_: ConversationId) -> None:
    """Read along, unseen by the seeker."""
    await _record(session, Act.WATCH, id_)
    record = await session.parts.log.find(id_)
    if record is not None and record.state.has_member(session.account):
        await session.open_again(id_)
    else:
        await session.open(id_, "watcher")


async def unwatch(session: StaffSession, id_: ConversationId) -> None:
    """Stop reading along; one who joined steps out, though the page may have forgotten it."""
    shown = session.shown.open.get(id_)
    if shown is not None and shown.part == "supporter":
        return
    if shown is None or shown.part == "member":
        await change(session.parts, id_, SteppedOut(session.account))
    session.close_view(id_, "unwatched")
    if shown is None:
        session.tell(staff.Closed(conversation=id_, reason="unwatched"))


async def whisper(session: StaffSession, command: commands.Whisper) -> None:
    """Say something to the supporter that the seeker never sees."""
    await _record(session, Act.WHISPER, ConversationId(command.conversation))
    await write(session, "whisper", command)


async def join(session: StaffSession, id_: ConversationId) -> None:
    """Join a conversation, visibly."""
    await _record(session, Act.JOIN, id_)
    state = await change(session.parts, id_, Joined(session.account, session.person.display))
    if state is None:
        session.refuse("not_now", None, id_)
    else:
        await session.open(id_, "member")


async def take_over(session: StaffSession, id_: ConversationId) -> None:
    """Take the supporter's place."""
    await _record(session, Act.TAKE_OVER, id_)
    await _hold_lease(session)
    event = TakenOver(session.account, session.person.display)
    if await change(session.parts, id_, event) is None:
        session.refuse("not_now", None, id_)
    else:
        await session.open(id_, "supporter")


async def _hold_lease(session: StaffSession) -> None:
    """Let the waiting room notice if this supervisor is lost, as with any supporter."""
    if session.stated is not None:
        return
    now = session.parts.now()
    stated = Supporter(
        account=session.account,
        name=session.person.display,
        state=Availability.FINISHING,
        capacity=1,
        load=0,
        languages=session.person.languages,
        topics=(),
        trained_to=None,
        idle_since=now,
    )
    session.stated = await session.parts.room.set_availability(stated, now)
    session.floor.state(session)


async def acknowledge(session: StaffSession, id_: EscalationId) -> None:
    """Look after an escalation. All boards hear of it by the desk's wake-up."""
    person = Person(session.account, session.person.display)
    outcome = await session.parts.desk.acknowledge(id_, person, session.parts.now())
    match outcome:
        case Escalation():
            return
        case AlreadyAcknowledged(by) | AlreadyResolved(by):
            session.refuse("already_acknowledged", subject=id_, by=by.name)
        case UnknownEscalation():
            session.refuse("escalation_unknown", subject=id_)


async def resolve(session: StaffSession, command: commands.Resolve) -> None:
    """Close an escalation with its outcome. A note goes into the staff's log, with the words."""
    id_ = EscalationId(command.escalation)
    person = Person(session.account, session.person.display)
    now = session.parts.now()
    outcome = await session.parts.desk.resolve(id_, person, command.outcome, now)
    reason: RefusalReason
    match outcome:
        case Escalation():
            if command.note:
                await _note_resolution(session, outcome, command.note)
            if outcome.cause == "line" and outcome.resolved == now:  # not closed before
                at = outcome.conversation, outcome.seq
                await count_sequel(session.parts, *at, command.outcome)
            return
        case NotAcknowledged():
            reason = "not_acknowledged"
        case AlreadyResolved() | UnknownEscalation():
            reason = "escalation_unknown"
    session.refuse(reason, subject=id_)


async def _note_resolution(session: StaffSession, closed: Escalation, text: str) -> None:
    """Keep the note where all words about this conversation are, for as long as they are."""
    ref = Ref(f"resolved:{closed.id}")
    note = StaffText(
        at=session.parts.now(),
        kind="note",
        account=session.account,
        name=session.person.display,
        text=text,
        ref=ref,
    )
    await session.parts.log.append_staff(closed.conversation, session.account, ref, note)


async def _record(session: StaffSession, act: Act, id_: ConversationId) -> None:
    await session.parts.audit.write(session.account, act, id_, session.parts.now())
