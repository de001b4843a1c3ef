"""Bringing causes to the desk: a line at risk, a call for help, a report.

Each is idempotent by its seq, so the sweep may bring again what a crash may have left behind.
"""

import asyncio
from collections.abc import Iterable

from chat.entry import Line
from chat.parts import Parts
from chat.protocol_board import EscalationRow
from config.ids import ConversationId, EscalationId
from config.risk import Risk
from safety.escalation import Cause, CauseKind, Escalation


async def raise_for_line(parts: Parts, id_: ConversationId, seq: int, risk: Risk) -> None:
    """Raise the escalation of one line, and note that it is raised."""
    category = ""
    for found, entry in await parts.log.read(id_, seq - 1, 1):
        if found == seq and isinstance(entry, Line) and entry.categories:
            category = entry.categories[0]
    await raise_cause(parts, id_, kind="line", seq=seq, reason=category, risk=risk)
    await parts.log.raised(id_, seq)


async def raise_cause(
    parts: Parts, id_: ConversationId, *, kind: CauseKind, seq: int, reason: str, risk: Risk
) -> EscalationId | None:
    """Bring one cause to the desk; None if the conversation is gone."""
    record = await parts.log.find(id_)
    if record is None:
        return None
    cause = Cause(id_, kind, seq, reason, risk, record.about.name)
    placed = await parts.desk.raise_(cause, parts.now())
    return placed.escalation.id


def row(escalation: Escalation, excerpt: str = "") -> EscalationRow:
    """Return an escalation as the board shows it."""
    return EscalationRow(
        id=escalation.id,
        conversation=escalation.conversation,
        name=escalation.name,
        cause=escalation.cause,
        reason=escalation.reason,
        risk=escalation.risk,
        seq=escalation.seq,
        raised=escalation.raised,
        state=escalation.state.value,
        loudness=escalation.loudness,
        by=escalation.by.name if escalation.by else "",
        acknowledged=escalation.acknowledged,
        excerpt=excerpt,
    )


async def excerpts(parts: Parts, escalations: Iterable[Escalation]) -> dict[EscalationId, str]:
    """Return the words that raised each escalation, where a line did."""
    found: dict[EscalationId, str] = {}
    wanted = [one for one in escalations if one.cause == "line"]
    lines = await asyncio.gather(
        *(parts.log.read(one.conversation, one.seq - 1, 1) for one in wanted)
    )
    for one, entries in zip(wanted, lines, strict=True):
        for seq, entry in entries:
            if seq == one.seq and isinstance(entry, Line):
                found[one.id] = excerpt_of(entry)
    return found


def excerpt_of(line: Line) -> str:
    """Return the flagged words of a line, or its beginning if the whole line is meant."""
    if not line.spans:
        return line.text[:EXCERPT]
    start = min(span.start for span in line.spans)
    end = max(span.end for span in line.spans)
    return line.text[start : min(end, start + EXCERPT)]


EXCERPT = 160
"""Code points of an excerpt; the whole line is one click away, and on record."""
