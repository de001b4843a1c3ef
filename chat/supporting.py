"""What a supporter does: takes offers, talks, keeps notes, calls for help, hands over, ends.

Supervisors do the same where they support; what they do beyond it is in `supervising.py`.
"""

from typing import Literal

from chat import protocol as wire
from chat import protocol_commands as commands
from chat import protocol_staff as staff
from chat.changes import agree, change
from chat.conversation import Closed, GivenBack, Matched
from chat.entry import FlagDoubted, StaffText
from chat.escalating import raise_cause
from chat.lines import Speaker
from chat.lines import say as say_line
from chat.log import NotAppended, Record
from chat.sequels import count_sequel
from chat.staff_session import StaffSession
from config import limits
from config.clock import Millis, monotonic
from config.ids import ConversationId, OfferId, Ref
from config.risk import Risk
from matching.ticket import Availability, Seat, Supporter
from safety.throttle import take
from staff.accounts import valid_training


async def set_availability(session: StaffSession, command: commands.SetAvailability) -> None:
    """State whether offers are welcome."""
    now = session.parts.now()
    fresh = await session.parts.accounts.get(session.account)
    session.person = fresh or session.person
    most = session.parts.settings.matching.capacity_most
    stated = Supporter(
        account=session.account,
        name=session.person.display,
        state=Availability(command.state),
        capacity=min(command.capacity, most),
        load=0,
        languages=tuple(command.languages) or session.person.languages,
        topics=tuple(command.topics) or session.person.topics,
        trained_to=valid_training(session.person, now),
        idle_since=now,
    )
    session.stated = await session.parts.room.set_availability(stated, now)
    session.floor.state(session)
    session.tell_availability(session.stated)
    if command.state == "available" and stated.trained_to is None:
        session.refuse("not_trained")


async def accept(session: StaffSession, offer: OfferId) -> None:
    """Take an offered conversation."""
    now = session.parts.now()
    session.shown.offers[offer] = False
    id_ = await session.parts.room.accept(offer, session.account, now)
    if id_ is None:
        session.refuse("offer_gone", subject=offer)
        return
    await change(session.parts, id_, Matched(session.account, session.person.display))
    record = await _begun(session, id_, now)
    if record is None:
        session.refuse("offer_gone", subject=offer)
        return
    session.parts.tallies.pickup(max(0, now - record.about.began) / 1000)
    session.floor.load_changed(session)
    await session.open(id_, "supporter")
    for member in session.floor.of(session.account):
        if isinstance(member, StaffSession) and member is not session:
            await member.open(id_, "supporter")


async def _begun(session: StaffSession, id_: ConversationId, since: Millis) -> Record | None:
    """Return the conversation if it is this supporter's, in its own record and by their seat.

    A process that was held up between the two steps may have lost the seat to a sweep: then the
    conversation is given back, since somebody else is being asked already.
    """
    parts, account = session.parts, session.account
    record = await parts.log.find(id_)
    if record is None:
        return None
    if record.phase != "talking" or record.state.supporter != account:
        await agree(parts, record, Seat(account, since))
        return None
    seat = (await parts.room.matched([id_])).get(id_)
    if seat is None or seat.supporter != account:
        await change(parts, id_, GivenBack(account, "lost"))
        return None
    return record


async def decline(session: StaffSession, offer: OfferId, reason: wire.DeclineReason) -> None:
    """Let an offered conversation go back to its place."""
    session.shown.offers[offer] = False
    declined = await session.parts.room.decline(offer, session.account, reason, session.parts.now())
    if declined is None:
        session.refuse("offer_gone", subject=offer)
    else:
        session.floor.tell(session.account, staff.Withdrawn(offer=offer, reason="declined"))


async def say(session: StaffSession, command: commands.StaffSay) -> None:
    """Say one line."""
    id_ = ConversationId(command.conversation)
    shown = session.shown.open.get(id_)
    if shown is None or shown.part == "watcher":
        session.refuse(await _why_not(session, id_), command.ref, id_)
        return
    session.lines, allowed = take(
        session.lines, 5 * limits.LINES / limits.LINES_SECONDS, 5 * limits.LINES, monotonic()
    )
    if not allowed:
        session.refuse("too_fast", command.ref, id_)
        return
    by: wire.Author = "supporter" if shown.part == "supporter" else "supervisor"
    outcome = await say_line(
        session.parts,
        id_,
        Speaker(by, session.account, session.person.display),
        Ref(command.ref),
        command.text,
        lang=shown.language,
        follower=session,
        accepted=lambda seq, at, text: session.tell(
            staff.StaffAccepted(conversation=id_, ref=command.ref, seq=seq, at=at, text=text)
        ),
    )
    if isinstance(outcome, NotAppended):
        ended = outcome.reason == "ended"
        session.refuse("conversation_ended" if ended else "not_a_member", command.ref, id_)


async def _why_not(
    session: StaffSession, id_: ConversationId
) -> Literal["conversation_ended", "not_a_member"]:
    """Say why nothing can be said in what is not open here: it may have ended meanwhile."""
    record = await session.parts.log.find(id_)
    if record is None or record.state.supporter != session.account:
        return "not_a_member"
    return "conversation_ended" if record.phase == "ended" else "not_a_member"


async def write(
    session: StaffSession,
    kind: Literal["note", "whisper"],
    command: commands.WriteNote | commands.Whisper,
) -> None:
    """Write something that only staff see."""
    id_ = ConversationId(command.conversation)
    if id_ not in session.shown.open and not await _may_read(session, id_):
        session.refuse("not_a_member", command.ref, id_)
        return
    now = session.parts.now()
    text = StaffText(
        at=now,
        kind=kind,
        account=session.account,
        name=session.person.display,
        text=command.text,
        ref=Ref(command.ref),
    )
    kept = await session.parts.log.append_staff(id_, session.account, Ref(command.ref), text)
    if isinstance(kept, NotAppended):
        session.refuse("conversation_ended", command.ref, id_)
        return
    session.tell(staff.StaffAccepted(conversation=id_, ref=command.ref, seq=kept.seq, at=now))


async def doubt_flag(session: StaffSession, command: commands.WrongFlag) -> None:
    """Say that a flag was wrong."""
    id_ = ConversationId(command.conversation)
    if id_ not in session.shown.open:
        session.refuse("not_a_member", None, id_)
        return
    ref = Ref(f"wrong:{command.seq}")
    doubt = FlagDoubted(at=session.parts.now(), account=session.account, seq=command.seq)
    kept = await session.parts.log.append_staff(id_, session.account, ref, doubt)
    if not isinstance(kept, NotAppended) and kept.fresh:
        session.parts.tallies.wrong_flag()
        await count_sequel(session.parts, id_, command.seq, "wrong")


async def ask_help(session: StaffSession, command: commands.AskHelp) -> None:
    """Call a supervisor."""
    id_ = ConversationId(command.conversation)
    record = await session.parts.log.find(id_)
    if record is None or id_ not in session.shown.open:
        session.refuse("not_a_member", None, id_)
        return
    risk = max(record.risk, Risk.HIGH if command.reason == "crisis" else Risk.ELEVATED)
    escalation = await raise_cause(
        session.parts, id_, kind="help", seq=record.last, reason=command.reason, risk=risk
    )
    if escalation is not None:
        session.tell(staff.HelpAsked(conversation=id_, escalation=escalation))


async def hand_over(session: StaffSession, command: commands.HandOver) -> None:
    """Give the conversation back, to the front of the waiting room."""
    id_ = ConversationId(command.conversation)
    if await change(session.parts, id_, GivenBack(session.account, "handed_over")) is None:
        session.refuse("not_a_member", None, id_)


async def end(session: StaffSession, command: commands.EndConversation) -> None:
    """End a conversation."""
    id_ = ConversationId(command.conversation)
    shown = session.shown.open.get(id_)
    if shown is None or shown.part != "supporter":
        session.refuse("not_a_member", None, id_)
        return
    if await change(session.parts, id_, Closed("closed", by=session.account)) is None:
        session.refuse("conversation_ended", None, id_)
    else:
        await session.parts.log.set_outcome(id_, command.outcome)


async def mark_read(session: StaffSession, id_: ConversationId, seq: int) -> None:
    """Tell the seeker how far the supporter has read."""
    shown = session.shown.open.get(id_)
    if shown is not None and shown.part == "supporter":
        await session.parts.log.set_read(id_, "supporter", seq)


async def mark_typing(session: StaffSession, id_: ConversationId) -> None:
    """Tell the others that something is being written."""
    shown = session.shown.open.get(id_)
    if shown is not None and shown.part != "watcher":
        by = "supporter" if shown.part == "supporter" else "supervisor"
        await session.parts.log.tell(id_, f"t{by}:{session.account}")


async def _may_read(session: StaffSession, id_: ConversationId) -> bool:
    record = await session.parts.log.find(id_)
    return record is not None and record.state.has_member(session.account)
