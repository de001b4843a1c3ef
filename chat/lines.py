"""Saying a line: screen, commit, acknowledge, hand over, and see to what it asks for.

The order is the promise. Nothing is told to anyone before the line is in the store; the
sender's `accepted` comes before anybody's `said`; and what a line at risk asks for comes last,
since it can be made up for by the sweep.
"""

from collections.abc import Callable
from dataclasses import dataclass

from chat.entry import Line, line
from chat.escalating import raise_for_line
from chat.log import SEEKER, Appended, NotAppended, Sender
from chat.parts import Parts
from chat.protocol import Author
from chat.relay import Follower
from chat.screener import Screener
from chat.sequels import count_flag
from config.clock import monotonic
from config.ids import AccountId, ConversationId, Ref, Seq
from config.risk import ESCALATES_FROM, Risk
from safety.verdict import Author as ScreenedAuthor
from safety.verdict import ContextLine, Said, Screened, Verdict


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who says a line."""

    by: Author
    account: AccountId | None = None
    name: str = ""

    @property
    def sender(self) -> Sender:
        """The sender's name in the log."""
        return self.account or SEEKER


async def screened(
    screener: Screener, text: str, by: Author, lang: str, context: list[ContextLine]
) -> Screened:
    """Return the line as it may be delivered, and the verdict on it.

    Where contacts were masked the offsets of the original no longer fit, so the spans are taken
    from a second look at the masked text; the graver risk counts.
    """
    as_author: ScreenedAuthor = "seeker" if by == "seeker" else "supporter"
    first = await screener.screen(Said(text, as_author, lang, context))
    if not first.contacts:
        return first
    second = await screener.screen(Said(first.masked, as_author, lang, context))
    verdict = Verdict(
        risk=max(first.verdict.risk, second.verdict.risk),
        categories=tuple(sorted({*first.verdict.categories, *second.verdict.categories})),
        spans=second.verdict.spans,
        tier=first.verdict.tier,
        score=max(first.verdict.score, second.verdict.score),
        standing=max(first.verdict.standing, second.verdict.standing),
        lowers=first.verdict.lowers and second.verdict.lowers,
    )
    return Screened(verdict, first.masked, first.contacts, second.reading)


async def say(
    parts: Parts,
    id_: ConversationId,
    speaker: Speaker,
    ref: Ref,
    text: str,
    *,
    lang: str,
    follower: Follower,
    accepted: Callable[[Seq, int, str | None], None],
) -> NotAppended | Risk:
    """Say one line; return why not, or its risk.

    `accepted(seq, at, masked text or None)` is called as soon as the line is durable, and again
    for each resend of the same ref.

    Raises:
        StoreUnreachable: the outcome is unknown; say it again with the same ref.
    """
    began = monotonic()
    read = await screened(parts.screener, text, speaker.by, lang, parts.relay.context(id_))
    masked, verdict = read.masked, read.verdict
    entry = line(
        by=speaker.by,
        text=masked,
        ref=ref,
        at=parts.now(),
        verdict=verdict,
        account=speaker.account,
        name=speaker.name,
    )
    appended = await parts.log.append(id_, speaker.sender, entry)
    if isinstance(appended, NotAppended):
        return appended
    if not appended.fresh:
        return await _again(parts, id_, appended, text, accepted)
    accepted(appended.seq, entry.at, masked if masked != text else None)
    parts.relay.committed(id_, appended.seq, entry, follower, read.reading)
    parts.tallies.line(speaker.by, monotonic() - began)
    if verdict.risk > Risk.NONE or verdict.tier == "unscreened":
        parts.tallies.flag(verdict.risk, verdict.tier)
        await _see_to(parts, id_, appended.seq, entry)
    if entry.spans:
        await count_flag(parts, entry)
    parts.reread(id_, appended.seq, entry)
    return verdict.risk


async def _again(
    parts: Parts,
    id_: ConversationId,
    appended: Appended,
    text: str,
    accepted: Callable[[Seq, int, str | None], None],
) -> Risk:
    """Answer a resend as the first time, from the log."""
    for seq, entry in await parts.log.read(id_, appended.seq - 1, 1):
        if seq == appended.seq and isinstance(entry, Line):
            await _see_to(parts, id_, seq, entry)  # a crash may have come between
            accepted(seq, entry.at, entry.text if entry.text != text else None)
    parts.relay.look(id_)
    return Risk.NONE


async def _see_to(parts: Parts, id_: ConversationId, seq: Seq, entry: Line) -> None:
    if entry.by == "seeker":
        await parts.room.raise_risk(id_, entry.standing)
    if entry.risk >= ESCALATES_FROM:
        await raise_for_line(parts, id_, seq, entry.risk)
