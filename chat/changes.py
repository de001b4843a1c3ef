"""Carrying out a transition: decide, commit, and see to what follows.

If somebody was faster, decide again on what is now true. The effects that touch other rooms of
the store come after the commit and are safe to repeat; what a crash leaves undone, the sweep
does (`chat/sweeps.py`).
"""

from chat.conversation import (
    Conversation,
    Effect,
    Event,
    IllegalEvent,
    Log,
    Matched,
    Release,
    Requeue,
    Reseat,
    TakenOver,
    step,
)
from chat.escalating import raise_for_line
from chat.log import Record
from chat.parts import Parts
from config.ids import ConversationId
from matching.ticket import Seat

ATTEMPTS = 8
"""Times to decide again; more than people can act on one conversation in one moment."""


class Contended(Exception):
    """So many acted at once on one conversation that this one never got its turn."""


async def change(parts: Parts, id_: ConversationId, event: Event) -> Conversation | None:
    """Carry out an event; return the state after it, or None if it is not legal (any more).

    Raises:
        StoreUnreachable: the outcome is unknown; it is safe to call again.
        Contended: ask again later.
    """
    for _ in range(ATTEMPTS):
        record = await parts.log.find(id_)
        if record is None:
            return None
        before = record.state
        try:
            after, effects = step(before, event, parts.now())
        except IllegalEvent:
            return None
        entries = [effect.entry for effect in effects if isinstance(effect, Log)]
        if await parts.log.commit(before, after, entries, _name(event)) is not None:
            parts.relay.look(id_)
            await carry_out(parts, before, effects)
            return after
    raise Contended


async def carry_out(parts: Parts, before: Conversation, effects: list[Effect]) -> None:
    """See to the effects that lie outside the conversation's own keys; safe to repeat."""
    for effect in effects:
        match effect:
            case Requeue() if before.supporter is not None:
                await parts.room.requeue(before.id, before.supporter, parts.now())
            case Reseat(account):
                await parts.room.reseat(before.id, account, parts.now())
            case Release():
                await forget(parts, before)
            case _:
                continue


async def forget(parts: Parts, state: Conversation) -> None:
    """Let the waiting room forget a conversation that has ended; safe to repeat."""
    await raise_missing(parts, state.id)
    if state.supporter is None:
        await parts.room.give_up(state.id, parts.now())
    else:
        await parts.room.release(state.id, parts.now())


async def agree(parts: Parts, record: Record, seat: Seat) -> None:
    """Let the waiting room agree with a conversation that it holds matched with this person.

    If the seat was taken anew since it was looked at, somebody is about to begin: then it stays.
    """
    state = record.state
    if state.phase == "ended":
        await forget(parts, state)
    elif state.supporter is None:
        await parts.room.requeue(state.id, seat.supporter, parts.now(), seat.since)
    elif state.supporter != seat.supporter:
        await parts.room.reseat(state.id, state.supporter, parts.now())


async def raise_missing(parts: Parts, id_: ConversationId) -> None:
    """Bring every line at risk to the desk whose escalation is not known to be there.

    Called before the waiting room forgets a conversation, since the sweep finds the ones it
    knows of (promise 7).
    """
    for _, seq, risk in await parts.log.unraised([id_]):
        await raise_for_line(parts, id_, seq, risk)


def _name(event: Event) -> str:
    return event.name if isinstance(event, Matched | TakenOver) else ""
