"""Held cases: kept by two people beyond retention and erasure, and destroyed in time."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from chat.case_keys_files import FolderCaseKeys
from chat.cases import CaseKeys, CaseTexts
from chat.cases_memory import MemoryCaseKeys, MemoryCaseTexts
from chat.cases_redis import RedisCaseTexts
from chat.entry import Line, StaffText
from chat.erasing import erase
from chat.holding import Case, Holding, held_until
from chat.log import SEEKER
from config.ids import ConversationId, Ref
from config.risk import Risk
from safety.escalation import Cause, Person
from safety.holds import DAY_MS, Hold, Proposal
from staff.roles import Act
from tests.support.adapters import KINDS, store_for
from tests.support.talks import ANNA, GRACE, ONE, Clock, Talk, a_line, parts_on

HELEN, GRACIE = Person(ANNA, "Helen"), Person(GRACE, "Grace")


@dataclass
class Ward:
    """An escalated conversation, and what may be held of it."""

    talk: Talk
    texts: CaseTexts
    keys: CaseKeys
    holding: Holding = field(init=False)

    def __post_init__(self) -> None:
        self.holding = Holding(self.talk.parts, self.keys, self.texts)

    async def proposes(self, days: int = 30, by: Person = HELEN) -> Hold:
        """Propose a hold; return it."""
        asked = Proposal(by=by, at=self.talk.clock.at, reason="danger", days=days)
        outcome = await self.holding.propose(ONE, asked)
        assert isinstance(outcome, Hold)
        return outcome

    async def is_held(self, days: int = 30) -> None:
        """Have the case held by two people."""
        await self.proposes(days)
        assert isinstance(await self.holding.confirm(ONE, GRACIE), Hold)

    async def reads(self) -> Case:
        """Read the case."""
        case = await self.holding.read(ONE, GRACIE)
        assert isinstance(case, Case)
        return case

    async def lines(self) -> list[str]:
        """Return the text of the lines that are held."""
        return [one.text for _, one in (await self.reads()).log if isinstance(one, Line)]

    async def leaves_nothing(self) -> bool:
        """Whether nothing at all is kept of the case."""
        texts = [await self.texts.read(ONE, "log"), await self.texts.read(ONE, "staff")]
        key, hold = await self.keys.of(ONE), await self.talk.parts.holds.get(ONE)
        return texts == [[], []] and key is None and hold is None


class Gap:
    """Keys of cases, with something that happens once before one of them is made or destroyed."""

    def __init__(
        self, keys: CaseKeys, step: Literal["make", "destroy"], act: Callable[[], Awaitable[None]]
    ) -> None:
        self._keys = keys
        self._step = step
        self._act = act

    async def make(self, conversation: ConversationId) -> bytes:
        """See `CaseKeys.make`."""
        await self._at("make")
        return await self._keys.make(conversation)

    async def of(self, conversation: ConversationId) -> bytes | None:
        """See `CaseKeys.of`."""
        return await self._keys.of(conversation)

    async def all(self) -> tuple[ConversationId, ...]:
        """See `CaseKeys.all`."""
        return await self._keys.all()

    async def destroy(self, conversation: ConversationId) -> None:
        """See `CaseKeys.destroy`."""
        await self._at("destroy")
        await self._keys.destroy(conversation)

    async def _at(self, step: str) -> None:
        if step == self._step:
            act, self._act = self._act, _nothing
            await act()


async def _nothing() -> None:
    """Do nothing."""


@pytest.fixture(params=KINDS)
async def ward(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Ward]:
    async with store_for(request) as store:
        clock = Clock()
        talk = Talk(parts_on(store, clock), clock)
        ward = (
            Ward(talk, RedisCaseTexts(store), FolderCaseKeys(tmp_path))
            if store
            else Ward(talk, MemoryCaseTexts(), MemoryCaseKeys())
        )
        await talk.begins()
        await escalates(talk)
        yield ward


async def escalates(talk: Talk) -> None:
    """Have a grave line said and brought to the desk, and a note written."""
    parts = talk.parts
    await parts.log.append(ONE, SEEKER, a_line(text="a grave line", risk=Risk.HIGH))
    cause = Cause(ONE, "line", 1, "suicide", Risk.HIGH, "Blue Heron")
    await parts.desk.raise_(cause, talk.clock.at)
    note = StaffText(at=talk.clock.at, kind="note", account=ANNA, name="A", text="n", ref=Ref("n"))
    await parts.log.append_staff(ONE, ANNA, Ref("n"), note)


async def test_what_two_people_hold_outlives_the_seekers_erasure(ward: Ward) -> None:
    await ward.is_held()
    await erase(ward.talk.parts, ONE)
    assert await ward.talk.parts.log.find(ONE) is None
    assert await ward.lines() == ["a grave line"]
    assert [type(one) for _, one in (await ward.reads()).staff] == [StaffText]
    assert await held_until(ward.talk.parts, ONE) == ward.talk.clock.at + 30 * DAY_MS


async def test_an_erasure_before_the_second_person_leaves_nothing_to_hold(ward: Ward) -> None:
    await ward.proposes()
    await erase(ward.talk.parts, ONE)
    assert await ward.holding.confirm(ONE, GRACIE) == "gone"
    assert await held_until(ward.talk.parts, ONE) == 0
    ward.talk.clock.go(2 * 24 * 3600)
    await ward.holding.once()
    assert await ward.leaves_nothing()


async def test_who_proposed_can_not_confirm(ward: Ward) -> None:
    await ward.proposes(by=HELEN)
    assert await ward.holding.confirm(ONE, HELEN) == "same_person"
    assert await ward.holding.read(ONE, HELEN) == "not_held"
    assert await ward.keys.of(ONE) is None


async def test_a_talk_that_goes_on_is_held_as_it_goes_on(ward: Ward) -> None:
    await ward.is_held()
    await ward.talk.parts.log.append(ONE, SEEKER, a_line("r9", text="and more"))
    await ward.holding.once()
    await ward.holding.once()
    assert await ward.lines() == ["a grave line", "and more"]


async def test_on_its_day_nothing_is_left(ward: Ward) -> None:
    await ward.is_held(days=2)
    await erase(ward.talk.parts, ONE)
    ward.talk.clock.go(2 * 24 * 3600)
    assert await ward.holding.read(ONE, GRACIE) == "not_held"
    await ward.holding.once()
    assert await ward.leaves_nothing()
    assert Act.END_HOLD in await acts(ward)


async def test_released_nothing_is_left_at_once(ward: Ward) -> None:
    await ward.is_held()
    assert await ward.holding.release(ONE, GRACIE) is None
    assert await ward.leaves_nothing()
    assert await ward.holding.release(ONE, GRACIE) == "not_held"


async def test_two_people_may_hold_it_longer_and_one_may_not(ward: Ward) -> None:
    await ward.is_held(days=2)
    await erase(ward.talk.parts, ONE)
    ward.talk.clock.go(24 * 3600)
    await ward.proposes(days=9, by=GRACIE)
    assert await ward.holding.confirm(ONE, GRACIE) == "same_person"
    assert await held_until(ward.talk.parts, ONE) == ward.talk.clock.at + DAY_MS
    assert isinstance(await ward.holding.confirm(ONE, HELEN), Hold)
    assert await held_until(ward.talk.parts, ONE) == ward.talk.clock.at + 10 * DAY_MS
    assert await ward.lines() == ["a grave line"]


async def test_a_lone_proposal_does_not_keep_a_case_past_its_day(ward: Ward) -> None:
    await ward.is_held(days=2)
    await erase(ward.talk.parts, ONE)
    ward.talk.clock.go(2 * 24 * 3600 - 60)
    await ward.proposes(days=30, by=HELEN)
    ward.talk.clock.go(3600)
    assert await held_until(ward.talk.parts, ONE) == 0
    assert await ward.holding.confirm(ONE, GRACIE) == "gone"
    assert await ward.leaves_nothing()


async def test_a_release_in_the_middle_of_a_copy_leaves_nothing(ward: Ward) -> None:
    await ward.is_held()

    async def released() -> None:
        await ward.holding.release(ONE, GRACIE)

    await Holding(ward.talk.parts, Gap(ward.keys, "make", released), ward.texts).once()
    assert await ward.leaves_nothing()


async def test_a_release_beside_a_proposal_ends_the_hold(ward: Ward) -> None:
    await ward.is_held()

    async def proposed() -> None:
        await ward.proposes(by=HELEN)

    releasing = Holding(ward.talk.parts, Gap(ward.keys, "destroy", proposed), ward.texts)
    assert await releasing.release(ONE, GRACIE) is None
    assert await held_until(ward.talk.parts, ONE) == 0
    await ward.holding.once()
    assert await ward.keys.of(ONE) is None
    assert await ward.texts.read(ONE, "log") == []


async def test_a_key_that_a_crash_has_left_behind_is_destroyed(ward: Ward) -> None:
    await ward.keys.make(ONE)
    await ward.texts.put(ONE, "log", {1: b"left behind"})
    await ward.holding.once()
    assert await ward.leaves_nothing()


async def test_only_what_was_escalated_can_be_held(ward: Ward) -> None:
    other = ConversationId("another")
    asked = Proposal(by=HELEN, at=ward.talk.clock.at, reason="danger", days=1)
    assert await ward.holding.propose(other, asked) == "not_escalated"


async def test_each_step_is_on_record(ward: Ward) -> None:
    await ward.proposes()
    assert await ward.holding.decline(ONE, GRACIE) is None
    await ward.is_held()
    await ward.reads()
    await ward.holding.release(ONE, HELEN)
    expected = ["propose_hold", "decline_hold", "propose_hold", "confirm_hold", "read_case"]
    assert [act.value for act in await acts(ward)] == [*expected, "release_hold"]


async def test_a_case_without_its_key_can_not_be_read(ward: Ward) -> None:
    await ward.is_held()
    await ward.keys.destroy(ONE)
    assert await ward.holding.read(ONE, GRACIE) == "gone"


async def acts(ward: Ward) -> list[Act]:
    return [one.act for one in (await ward.talk.parts.audit.read(99))[::-1]]
