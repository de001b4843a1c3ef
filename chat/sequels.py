"""Counting what became of a flag, for each rule that took part in it.

Counts are for correcting the rules; losing one in a crash harms nobody, so they are written
after everything that a person waits for.
"""

from collections.abc import Collection

from chat.entry import Line
from chat.parts import Parts
from config.ids import ConversationId
from safety.hindsight import Sequel


async def count_flag(parts: Parts, line: Line) -> None:
    """Count the flag on a line that was just said."""
    await parts.hindsight.count(_rules(line), "flagged")


async def count_sequel(parts: Parts, id_: ConversationId, seq: int, sequel: Sequel) -> None:
    """Count what became of the flag on a line; nothing, if the line is no longer there."""
    for found, entry in await parts.log.read(id_, seq - 1, 1):
        if found == seq and isinstance(entry, Line):
            await parts.hindsight.count(_rules(entry), sequel)


def _rules(line: Line) -> Collection[str]:
    return {mark.rule for mark in line.spans if mark.rule}
