"""The supervisors' board: what it shows, and what of it has changed.

Put together from the store every few seconds, once for all boards of this process; what is
new goes out as a difference. The difference is pure; so is what the lights say.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Protocol, TypeVar

from chat import protocol_board as wire
from chat.escalating import excerpts, row
from chat.floor import Floor
from chat.gauges import REPEAT_MS, Gauge
from chat.log import Record
from chat.parts import Parts
from chat.protocol import encode
from chat.staff_session import StaffSession
from config.clock import Millis
from config.risk import ESCALATES_FROM
from matching.ticket import Availability, Supporter, Ticket
from safety.blocks import Block, standing
from safety.holds import PROPOSAL_MS, Hold, proposed
from safety.holds import standing as hold_standing
from safety.raid import Raid
from store.errors import StoreError

REFRESH_SECONDS = 2.0
"""How often boards are told what has changed; escalations come at once, by themselves."""
LONG_WAIT_MS = 5 * 60 * 1000
"""From here on a wait is called long."""
ROWS = 500
"""Waiting seekers shown; the light counts all."""


async def open_board(session: StaffSession) -> None:
    """Show the board, and its changes from now on. Raises: StoreError."""
    session.board = await gather(session.parts, session.floor)
    session.tell(session.board)


class BoardNews:
    """Tells the boards of this process what has changed."""

    def __init__(self, parts: Parts, floor: Floor) -> None:
        self._parts = parts
        self._floor = floor
        self._told = Gauge(origin=parts.origin, at=Millis(0))

    async def run(self) -> None:
        """Compare and tell, for as long as the server runs."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            with contextlib.suppress(StoreError):
                await self.report()
                if self._floor.boards():
                    self.tell(await gather(self._parts, self._floor))

    async def report(self) -> None:
        """Tell other processes what their boards have to count of this one. Raises: StoreError."""
        mine, told = gauge(self._parts, self._floor), self._told
        if mine.says_as_much_as(told) and (mine.is_empty or mine.at - told.at < REPEAT_MS):
            return
        await self._parts.gauges.put(mine)
        self._told = mine

    def tell(self, board: wire.Board) -> None:
        """Tell each board how it differs from this one; those that show the same share a frame."""
        frames: dict[int, bytes] = {}
        for member in self._floor.boards():
            if member.board is None:
                continue
            shown = id(member.board)
            if shown not in frames:
                changes = difference(member.board, board)
                frames[shown] = encode(changes) if changes else b""
            if frames[shown]:
                member.hear(frames[shown])
            member.board = board


def gauge(parts: Parts, floor: Floor) -> Gauge:
    """Return what this process sees."""
    return Gauge(
        origin=parts.origin,
        at=parts.now(),
        watching=tuple(sorted({member.account for member in floor.boards()})),
        unscreened=parts.screener.faults,
    )


async def gather(parts: Parts, floor: Floor) -> wire.Board:
    """Put the board together. Raises: StoreError."""
    now = parts.now()
    waiting = await parts.room.snapshot(ROWS)
    offered = await parts.room.offered()
    seats = await parts.room.matched()
    supporters = await parts.room.supporters(now)
    escalations = await parts.desk.unresolved()
    totals = await parts.room.totals(now)
    words = await excerpts(parts, escalations)
    ids = list(seats)
    records = [one for one in await parts.log.find_many(ids) if one is not None]
    rows = [row(one, words.get(one.id, "")) for one in escalations]
    risks = [*(one.risk for one in records), *(one.risk for one in (*waiting, *offered))]
    blocks = await parts.blocks.present(now)
    raid = await parts.raids.present(now)
    others = [one for one in await parts.gauges.present(now) if one.origin != parts.origin]
    gauges = [gauge(parts, floor), *others]
    lights = wire.Lights(
        waiting=totals.waiting + totals.offered,
        oldest=oldest_seconds([*waiting, *offered], now),
        waiting_long=sum(1 for one in waiting if now - one.waiting_since > LONG_WAIT_MS),
        conversations=totals.matched,
        supporters=sum(1 for one in supporters if one.state is Availability.AVAILABLE),
        on_break=sum(1 for one in supporters if one.state is Availability.BREAK),
        supervisors=len({account for one in gauges for account in one.watching}),
        escalations=sum(1 for one in rows if one.state == "open"),
        high_risk=sum(risk >= ESCALATES_FROM for risk in risks),
        gave_up_today=totals.gave_up_today,
        unscreened=sum(one.unscreened for one in gauges),
    )
    return wire.Board(
        lights=lights,
        waiting=[
            *(_ticket(one, "offered") for one in offered),
            *(_ticket(one, "waiting") for one in waiting),
        ],
        conversations=[_conversation(one, seats[one.state.id].since) for one in records],
        supporters=[_supporter(one) for one in supporters],
        escalations=rows,
        blocks=await _blocks(parts, blocks, now),
        proposals=await _proposals(parts, await parts.holds.all(), now),
        raid=_raid(raid, proposed=floor.raid_proposed),
    )


def _raid(raid: Raid | None, *, proposed: bool) -> wire.RaidState | None:
    if raid is not None:
        return wire.RaidState(until=raid.until, by=raid.by.name)
    return wire.RaidState(proposed=True) if proposed else None


async def _blocks(parts: Parts, blocks: Sequence[Block], now: Millis) -> list[wire.BlockRow]:
    records = await parts.log.find_many([one.conversation for one in blocks])
    names = {one.state.id: one.about.name for one in records if one is not None}
    return [
        wire.BlockRow(
            id=one.conversation,
            name=names.get(one.conversation, ""),
            grade=one.grade.value,
            reason=one.reason,
            by=one.by.name,
            since=one.at,
            until=one.until,
            review=standing(one, now) == "review",
        )
        for one in blocks
    ]


async def _proposals(parts: Parts, holds: Sequence[Hold], now: Millis) -> list[wire.ProposalRow]:
    """Return what waits for a second person; not if there is nothing left to hold."""
    waiting = [
        (one, what)
        for one in holds
        if hold_standing(one, now) != "over" and (what := proposed(one, now))
    ]
    records = await parts.log.find_many([one.conversation for one, _ in waiting])
    return [
        wire.ProposalRow(
            id=one.conversation,
            name=record.about.name if record else "",
            by=what.by.name,
            account=what.by.account,
            since=what.at,
            until=what.at + PROPOSAL_MS,
            days=what.days,
        )
        for (one, what), record in zip(waiting, records, strict=True)
        if record is not None or now < one.until
    ]


class _Row(Protocol):
    @property
    def id(self) -> str: ...


R = TypeVar("R", bound=_Row)


def difference(before: wire.Board, after: wire.Board) -> wire.BoardChanged | None:
    """Return what boards that show `before` have to be told; None if nothing."""
    changed = wire.BoardChanged(
        lights=after.lights,
        waiting=_new(before.waiting, after.waiting),
        conversations=_new(before.conversations, after.conversations),
        supporters=_new(before.supporters, after.supporters),
        escalations=_new(before.escalations, after.escalations),
        blocks=_new(before.blocks, after.blocks),
        proposals=_new(before.proposals, after.proposals),
        raid=after.raid,
        gone=sorted(_ids(before) - _ids(after)),
    )
    same = before.lights == after.lights and before.raid == after.raid
    same = same and not changed.gone and not any(rows for _, rows in _sections(changed))
    return None if same else changed


def _new(before: Sequence[R], after: Sequence[R]) -> list[R]:
    known = {one.id: one for one in before}
    return [one for one in after if known.get(one.id) != one]


def _ids(board: wire.Board) -> set[str]:
    return {f"{section}:{one.id}" for section, rows in _sections(board) for one in rows}


def _sections(board: wire.Board | wire.BoardChanged) -> tuple[tuple[str, Sequence[_Row]], ...]:
    return (
        ("waiting", board.waiting),
        ("conversations", board.conversations),
        ("supporters", board.supporters),
        ("escalations", board.escalations),
        ("blocks", board.blocks),
        ("proposals", board.proposals),
    )


def oldest_seconds(tickets: Sequence[Ticket], now: Millis) -> int:
    """Return how long the one who waits the longest has waited."""
    return max((max(0, now - one.waiting_since) // 1000 for one in tickets), default=0)


def _ticket(ticket: Ticket, state: wire.TicketState) -> wire.TicketRow:
    return wire.TicketRow(
        id=ticket.conversation,
        name=ticket.name,
        language=ticket.languages[0],
        risk=ticket.risk,
        since=ticket.waiting_since,
        state=state,
        topics=list(ticket.topics),
        declines=ticket.declines,
    )


def _conversation(record: Record, since: Millis) -> wire.ConversationRow:
    return wire.ConversationRow(
        id=record.state.id,
        name=record.about.name,
        supporter=record.supporter_name,
        language=record.about.languages[0],
        risk=record.risk,
        since=since,
        lines=record.last,
        connected=record.connected,
    )


def _supporter(one: Supporter) -> wire.SupporterRow:
    return wire.SupporterRow(
        id=one.account,
        name=one.name,
        state=one.state.value,
        load=one.load,
        capacity=one.capacity,
        languages=list(one.languages),
    )
