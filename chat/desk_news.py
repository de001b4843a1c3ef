"""The desk's news: every escalation that is raised, answered or closed, on every board at once."""

import asyncio

from chat.escalating import excerpts, row
from chat.floor import Floor
from chat.parts import Parts
from chat.protocol_board import Acknowledged, Escalated, Resolved
from config.ids import EscalationId
from safety.escalation import Escalation, State
from store.errors import StoreError


class DeskNews:
    """Tells the boards of this process what happens at the desk."""

    def __init__(self, parts: Parts, floor: Floor) -> None:
        self._parts = parts
        self._floor = floor
        self._changed: asyncio.Queue[EscalationId] = asyncio.Queue(maxsize=1000)

    def woken(self, channel: str, payload: bytes) -> None:
        """Take a wake-up of the desk."""
        if payload and not self._changed.full():
            self._changed.put_nowait(EscalationId(payload.decode()))

    async def run(self) -> None:
        """Tell, for as long as the server runs."""
        while True:
            id_ = await self._changed.get()
            if not self._floor.boards():
                continue
            try:
                escalation = await self._parts.desk.get(id_)
                if escalation is not None:
                    await self._tell(escalation)
            except StoreError:
                continue

    async def _tell(self, one: Escalation) -> None:
        match one.state:
            case State.OPEN:
                words = await excerpts(self._parts, [one])
                self._floor.tell_boards(Escalated(escalation=row(one, words.get(one.id, ""))))
            case State.ACKNOWLEDGED:
                self._floor.tell_boards(
                    Acknowledged(
                        escalation=one.id,
                        conversation=one.conversation,
                        by=one.by.name if one.by else "",
                        at=one.acknowledged or 0,
                    )
                )
            case State.RESOLVED:
                self._floor.tell_boards(
                    Resolved(
                        escalation=one.id,
                        conversation=one.conversation,
                        by=one.closed_by.name if one.closed_by else "",
                        outcome=one.outcome or "lost_contact",
                        at=one.resolved or 0,
                    )
                )
