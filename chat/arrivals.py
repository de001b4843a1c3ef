"""How a seeker arrives: for the first time, with a token, or with a return code.

The order of the steps is what makes a crash harmless: the waiting room's index first, so that
the sweep finds whatever follows; then the conversation with its opening words; then the ticket.
"""

import hmac
from dataclasses import dataclass

from chat.entry import Line, LogEntry, line
from chat.escalating import raise_for_line
from chat.lines import screened
from chat.log import About, Record
from chat.parts import Parts
from chat.protocol import Enter
from chat.sequels import count_flag
from config.catalogue import topics
from config.ids import ConversationId, Ref, Seq, Token, hash_token, new_id, new_token
from config.risk import ESCALATES_FROM, Risk
from matching.ticket import Ticket

OPENING_REF = Ref("opening")
"""The ref of the opening words, which are line 1."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A seeker who is in, and where their conversation stands."""

    record: Record
    token: Token | None
    """The token to tell the seeker; None if they hold it already."""
    entries: list[tuple[Seq, LogEntry]]
    """The last entries of the log, oldest first."""
    first: bool = False
    """Whether the conversation has just begun."""

    def __repr__(self) -> str:
        return f"Arrival({self.record.state!r})"


async def enter(parts: Parts, command: Enter) -> Arrival:
    """Open a conversation. Raises: StoreError."""
    id_ = ConversationId(new_id())
    now = parts.now()
    token = Token(f"{id_}.{new_token()}")
    about = About(
        name=parts.new_name(),
        languages=(command.language,),
        topics=_known_topics(command.topics),
        country=command.country or parts.settings.service.country,
        mood=command.mood,
        began=now,
    )
    opening = await _opening(parts, command)
    await parts.room.register(id_, now)
    await parts.log.create(id_, about, hash_token(token), opening)
    record = await _found(parts, id_)
    await parts.room.enqueue(ticket_of(record))
    if opening is not None and opening.risk > Risk.NONE:
        parts.tallies.flag(opening.risk, opening.tier)
        if opening.risk >= ESCALATES_FROM:
            await raise_for_line(parts, id_, 1, opening.risk)
    if opening is not None and opening.spans:
        await count_flag(parts, opening)
    if opening is not None:
        parts.reread(id_, Seq(1), opening)
    entries: list[tuple[Seq, LogEntry]] = [(Seq(1), opening)] if opening else []
    return Arrival(record, token, entries, first=True)


async def resume(parts: Parts, token: str) -> Arrival | None:
    """Come back with a token; None if it opens nothing. Raises: StoreError."""
    record = await opened_by(parts, token)
    return None if record is None else await _returned(parts, record, None)


async def opened_by(parts: Parts, token: str) -> Record | None:
    """Return what a token opens, and disturb nobody. Raises: StoreError."""
    id_ = ConversationId(token.partition(".")[0])
    record = await parts.log.find(id_)
    if record is None or not hmac.compare_digest(record.token, hash_token(token)):
        return None
    return record


async def come_back(parts: Parts, code: str) -> Arrival | None:
    """Come back with a return code; the old token dies. None if the code opens nothing."""
    id_ = await parts.room.take_code(hash_token(plain_code(code)), parts.now())
    if id_ is None:
        return None
    record = await parts.log.find(id_)
    if record is None:
        return None
    token = Token(f"{id_}.{new_token()}")
    await parts.log.replace_token(id_, hash_token(token))
    return await _returned(parts, record, token)


async def give_code(parts: Parts, id_: ConversationId) -> str | None:
    """Return a new return code; None if the waiting room has forgotten the conversation."""
    code = parts.new_code()
    kept = await parts.room.keep_code(id_, hash_token(plain_code(code)), parts.now())
    return code if kept else None


def plain_code(code: str) -> str:
    """Return a code as it is compared: words in lower case, whatever stood between them."""
    letters = "".join(char if char.isalpha() else " " for char in code.casefold())
    return "-".join(letters.split())


def ticket_of(record: Record) -> Ticket:
    """Return the ticket of a conversation that waits."""
    return Ticket(
        conversation=record.state.id,
        name=record.about.name,
        languages=record.about.languages,
        topics=record.about.topics,
        risk=record.risk,
        arrived_at=record.about.began,
    )


async def _returned(parts: Parts, record: Record, token: Token | None) -> Arrival:
    since = max(0, record.last - 8)
    entries = await parts.log.read(record.state.id, since)
    await parts.log.set_gone(record.state.id, None)
    await parts.room.heartbeat((), (record.state.id,), parts.now())
    return Arrival(record, token, entries)


async def _found(parts: Parts, id_: ConversationId) -> Record:
    record = await parts.log.find(id_)
    if record is None:
        raise LookupError("A conversation that was just created is not there.")
    return record


async def _opening(parts: Parts, command: Enter) -> Line | None:
    text = command.opening.strip()
    if not text:
        return None
    read = await screened(parts.screener, text, "seeker", command.language, [])
    return line(
        by="seeker", text=read.masked, ref=OPENING_REF, at=parts.now(), verdict=read.verdict
    )


def _known_topics(asked: list[str]) -> tuple[str, ...]:
    known = {topic.id for topic in topics()}
    return tuple(dict.fromkeys(topic for topic in asked if topic in known))
