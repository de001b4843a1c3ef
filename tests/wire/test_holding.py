"""Held cases over HTTP: two people, the seeker who is told, and nothing left afterwards."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from client.supervisor import Supervisor
from config.ids import ConversationId
from safety.holds import DAY_MS
from tests.support.raw import Answer, RawSocket, asks, raw_seeker
from tests.support.running import Guests, House, id_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

CRISIS = "I want to end my life tonight"
SOON = 5.0


async def decides(house: House, name: str, id_: str, act: str, **body: object) -> Answer:
    """Let somebody of staff decide about a case."""
    return await asks(house.url, f"/api/holds/{id_}/{act}", body, cookie=await house.header(name))


async def is_held(house: House, id_: str, days: int = 2) -> None:
    """Have a case held by Grace and Henry."""
    proposed = await decides(house, "grace", id_, "propose", reason="danger", days=days)
    assert proposed.status == 204, proposed.error
    assert (await decides(house, "henry", id_, "confirm")).status == 204


async def listed(house: House, name: str, id_: str) -> dict[str, object] | None:
    """Return what somebody is shown of a case."""
    shown = await asks(house.url, "/api/holds", cookie=await house.header(name))
    rows = shown.fields["holds"]
    assert isinstance(rows, list)
    return next((row for row in rows if row["id"] == id_), None)


async def escalated(guests: Guests, supervisor: Supervisor) -> ConversationId:
    """Have a seeker say something grave; return their conversation."""
    seeker, conversation, _ = await guests.pair()
    await seeker.says(CRISIS)
    await conversation.sees(CRISIS)
    await supervisor.hears("escalated")
    return id_of(seeker)


@asynccontextmanager
async def a_grave_seeker(
    house: House, supervisor: Supervisor
) -> AsyncGenerator[tuple[RawSocket, str]]:
    """Have a seeker enter with something grave; yield their socket and conversation."""
    async with raw_seeker(house.url, CRISIS) as seeker:
        id_ = (await seeker.hears("entered")).text("conversation")
        await supervisor.hears("escalated")
        yield seeker, id_


async def test_two_people_hold_a_case_read_it_and_release_it(house: House, guests: Guests) -> None:
    id_ = await escalated(guests, await guests.supervisor())
    await decides(house, "grace", id_, "propose", reason="complaint", days=2)
    shown = await listed(house, "henry", id_)
    assert shown is not None
    assert shown["until"] == 0
    assert isinstance(shown["proposal"], dict)
    assert (shown["proposal"]["by"], shown["proposal"]["mine"]) == ("Grace", False)
    assert (await decides(house, "grace", id_, "confirm")).error == "same_person"
    assert (await decides(house, "henry", id_, "confirm")).status == 204
    case = await decides(house, "henry", id_, "read")
    lines = case.fields["log"]
    assert isinstance(lines, list)
    assert CRISIS in [line.get("text") for line in lines]
    assert (await decides(house, "henry", id_, "release")).status == 204
    assert await listed(house, "henry", id_) is None
    assert (await decides(house, "henry", id_, "read")).error == "not_held"
    assert not list((house.folder.parent / "keys").glob(f"*{id_}*"))


async def shows(supervisor: Supervisor, cases: dict[str, str]) -> None:
    """Wait until a board shows whose proposals for which cases wait for a second person."""
    async with asyncio.timeout(SOON):
        while True:
            rows = supervisor.board.proposals
            if {id_: row.text("by") for id_, row in rows.items()} == cases:
                return
            await asyncio.sleep(0.01)


async def test_boards_call_for_a_second_person_until_somebody_has_decided(
    house: House, guests: Guests
) -> None:
    supervisor = await guests.supervisor("henry")
    id_ = await escalated(guests, supervisor)
    for decision, who in (("confirm", "henry"), ("decline", "grace")):
        await decides(house, "grace", id_, "propose", reason="danger", days=2)
        await shows(supervisor, {id_: "Grace"})
        row = supervisor.board.proposals[id_]
        assert row.number("days") == 2
        assert row.text("account") == await house.account("grace")
        assert row.number("until") - row.number("since") == DAY_MS
        await decides(house, who, id_, decision)
        await shows(supervisor, {})
    assert (await decides(house, "grace", id_, "release")).status == 204


async def test_nobody_is_called_for_a_case_of_which_nothing_is_left(
    house: House, guests: Guests
) -> None:
    supervisor = await guests.supervisor()
    async with a_grave_seeker(house, supervisor) as (seeker, id_):
        await decides(house, "grace", id_, "propose", reason="danger", days=2)
        await shows(supervisor, {id_: "Grace"})
        await seeker.says("erase")
        await seeker.hears("erased")
    await shows(supervisor, {})
    assert (await decides(house, "henry", id_, "decline")).status == 204


async def test_a_seeker_who_erases_a_held_talk_is_told_until_when(
    house: House, guests: Guests
) -> None:
    supervisor = await guests.supervisor()
    async with a_grave_seeker(house, supervisor) as (seeker, id_):
        await is_held(house, id_)
        await seeker.says("erase")
        erased = await seeker.hears("erased")
    assert 0 < erased.number("held") - house.parts.now() <= 2 * DAY_MS
    assert await house.parts.log.find(ConversationId(id_)) is None
    assert (await decides(house, "grace", id_, "read")).status == 200
    assert (await decides(house, "grace", id_, "release")).status == 204


async def test_supporters_neither_see_nor_hold_cases(house: House, guests: Guests) -> None:
    id_ = await escalated(guests, await guests.supervisor())
    for act in ("propose", "confirm", "decline", "release", "read"):
        body = {"reason": "danger"} if act == "propose" else {}
        assert (await decides(house, "amina", id_, act, **body)).error == "not_allowed"
    shown = await asks(house.url, "/api/holds", cookie=await house.header("amina"))
    assert shown.error == "not_allowed"


async def test_what_was_not_escalated_is_not_held(house: House, guests: Guests) -> None:
    seeker, _, _ = await guests.pair()
    await seeker.says("a quiet line")
    refused = await decides(house, "grace", id_of(seeker), "propose", reason="danger")
    assert refused.error == "not_escalated"
    for path in ("..", "%2e%2e%2fstaff"):
        assert (await decides(house, "grace", path, "read")).status == 404
