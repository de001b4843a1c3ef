"""The scripts of the waiting room against the plain one in memory, on histories nobody wrote.

Every operation is done in both rooms and must answer alike; after each, everything that can be
read must be alike, and the promises must hold.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId, TokenHash, new_id
from config.risk import Risk
from matching.limits import GRACE_MS, LEASE_MS, OFFER_MS
from matching.pairing import PairingPass
from matching.ticket import Availability, Offer, Supporter, Ticket
from matching.waiting_room import WaitingRoom
from matching.waiting_room_memory import MemoryWaitingRoom
from matching.waiting_room_redis import RedisWaitingRoom
from store.client import Store, connect

T = TypeVar("T")

SEEKERS = [ConversationId(f"c{n}") for n in range(5)]
SUPPORTERS = [AccountId(f"s{n}") for n in range(3)]
CODES = [TokenHash(f"code{n}") for n in range(2)]
START = Millis(1_750_000_000_000)

seekers = st.sampled_from(SEEKERS)
supporters = st.sampled_from(SUPPORTERS)
languages = st.lists(st.sampled_from(["en", "fr"]), min_size=1, unique=True).map(tuple)


class Rooms(RuleBasedStateMachine):
    """Two rooms with one history."""

    runner: asyncio.Runner
    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.kept = RedisWaitingRoom(self.store, pool=new_id())
        self.model = MemoryWaitingRoom()
        self.now = START
        self.offers = count()
        self.overfull: set[AccountId] = set()

    def both(self, operation: Callable[[WaitingRoom], Awaitable[T]]) -> T:
        """Do it in both rooms; the answers must be alike."""

        async def ask() -> tuple[T, T]:
            return await operation(self.kept), await operation(self.model)

        kept, model = self.runner.run(ask())
        assert kept == model
        return model

    @initialize(accounts=st.sets(supporters, min_size=1))
    def some_are_there_already(self, accounts: set[AccountId]) -> None:
        for account in sorted(accounts):
            self.sets_availability(account, Availability.AVAILABLE, ("en", "fr"), 2, Risk.IMMINENT)
        for seeker in SEEKERS[:3]:
            self.arrives(seeker, ("en",), Risk.NONE)

    @rule(ms=st.sampled_from([1, 9_000, OFFER_MS, LEASE_MS, GRACE_MS]))
    def time_goes_by(self, ms: int) -> None:
        self.now = Millis(self.now + ms)

    @rule(conversation=seekers, languages=languages, risk=st.sampled_from(Risk))
    def arrives(self, conversation: ConversationId, languages: tuple[str, ...], risk: Risk) -> None:
        ticket = Ticket(conversation, "Blue Heron", languages, (), risk, self.now)
        self.both(lambda room: room.register(conversation, self.now))
        self.both(lambda room: room.enqueue(ticket))

    @rule(conversation=seekers, risk=st.sampled_from(Risk))
    def risk_is_raised(self, conversation: ConversationId, risk: Risk) -> None:
        self.both(lambda room: room.raise_risk(conversation, risk))

    @rule(conversation=seekers, languages=languages)
    def accepts_more_languages(
        self, conversation: ConversationId, languages: tuple[str, ...]
    ) -> None:
        self.both(lambda room: room.widen(conversation, languages))

    @rule(conversation=seekers)
    def leaves(self, conversation: ConversationId) -> None:
        self.both(lambda room: room.release(conversation, self.now))

    @rule(conversation=seekers)
    def gives_up(self, conversation: ConversationId) -> None:
        self.both(lambda room: room.give_up(conversation, self.now))

    @rule(
        account=supporters,
        state=st.sampled_from(Availability),
        languages=languages,
        capacity=st.integers(1, 3),
        trained_to=st.none() | st.sampled_from(Risk),
    )
    def sets_availability(
        self,
        account: AccountId,
        state: Availability,
        languages: tuple[str, ...],
        capacity: int,
        trained_to: Risk | None,
    ) -> None:
        record = Supporter(account, "Name", state, capacity, 0, languages, (), trained_to, self.now)
        believed = self.both(lambda room: room.set_availability(record, self.now))
        if believed.load > believed.capacity:
            self.overfull.add(account)

    @rule(attending=st.sets(supporters), waiting=st.sets(seekers))
    def heartbeats(self, attending: set[AccountId], waiting: set[ConversationId]) -> None:
        self.both(lambda room: room.heartbeat(attending, waiting, self.now))

    @rule(conversation=seekers, account=supporters, risk=st.sampled_from(Risk))
    def is_offered_blindly(
        self, conversation: ConversationId, account: AccountId, risk: Risk
    ) -> None:
        offer = Offer(self._new_offer(), conversation, account, Millis(self.now + OFFER_MS))
        self.both(lambda room: room.offer(offer, risk, self.now))

    @rule()
    def a_pairing_pass_runs(self) -> None:
        first = next(self.offers)
        self.both(
            lambda room: PairingPass(room, (f"p{first}-{n}" for n in count()).__next__).run(
                lambda: self.now
            )
        )

    @rule(account=supporters, accepted=st.booleans())
    def answers_the_open_offer(self, account: AccountId, accepted: bool) -> None:
        for one in self.both(lambda room: room.open_offers([account])):
            self._answer(account, one.offer.id, accepted)

    @rule(account=supporters, n=st.integers(0, 5), accepted=st.booleans())
    def answers_any_offer(self, account: AccountId, n: int, accepted: bool) -> None:
        self._answer(account, OfferId(f"o{n}"), accepted)

    @rule()
    def offers_expire(self) -> None:
        before = {one.conversation: one.score for one in self.both(lambda room: room.offered())}
        expired = self.both(lambda room: room.expire(self.now))
        waiting = {one.conversation: one for one in self.both(lambda room: room.snapshot(99))}
        for one in expired:
            assert waiting[one.conversation].score == before[one.conversation]
        assert self.both(lambda room: room.expire(self.now)) == []

    @rule(conversation=seekers, account=supporters)
    def is_requeued(self, conversation: ConversationId, account: AccountId) -> None:
        self.both(lambda room: room.requeue(conversation, account, self.now))

    @rule(conversation=seekers, account=supporters)
    def is_taken_over(self, conversation: ConversationId, account: AccountId) -> None:
        if self.both(lambda room: room.reseat(conversation, account, self.now)):
            self.overfull.add(account)

    @rule()
    def the_lost_are_swept(self) -> None:
        lapsed = self.both(lambda room: room.lapsed(self.now))
        for account in lapsed.supporters:
            for conversation, seat in self.both(lambda room: room.matched()).items():
                if seat.supporter == account:
                    self.is_requeued(conversation, account)
            self._sign_off(account)
        for conversation in lapsed.seekers:
            self.gives_up(conversation)

    @rule(conversation=seekers, code=st.sampled_from(CODES), ms=st.integers(1, 2 * GRACE_MS))
    def asks_for_a_code(self, conversation: ConversationId, code: TokenHash, ms: int) -> None:
        own = TokenHash(f"{code}-{conversation}")
        self.both(lambda room: room.keep_code(conversation, own, Millis(self.now + ms)))

    @rule(conversation=seekers, code=st.sampled_from(CODES))
    def comes_back_with_a_code(self, conversation: ConversationId, code: TokenHash) -> None:
        self.both(lambda room: room.take_code(TokenHash(f"{code}-{conversation}"), self.now))

    @invariant()
    def all_that_can_be_read_is_alike(self) -> None:
        async def read(room: WaitingRoom) -> tuple[Any, ...]:
            lapsed = await room.lapsed(self.now)
            return (
                await room.live(),
                await room.snapshot(99),
                await room.offered(),
                await room.matched(),
                await room.place(SEEKERS),
                await room.supporters(self.now),
                await room.open_offers(SUPPORTERS),
                await room.declined(self.now),
                (set(lapsed.supporters), set(lapsed.seekers)),
                await room.totals(self.now),
                await room.pickups(),
            )

        self.both(read)

    @invariant()
    def a_ticket_is_in_one_state_and_its_conversation_registered(self) -> None:
        waiting = self.both(lambda room: room.snapshot(99))
        offered = self.both(lambda room: room.offered())
        everywhere = [one.conversation for one in (*waiting, *offered)]
        everywhere += self.both(lambda room: room.matched())
        assert len(everywhere) == len(set(everywhere))
        assert set(everywhere) <= {one for one, _ in self.both(lambda room: room.live())}
        assert [one.score for one in waiting] == sorted(one.score for one in waiting)

    @invariant()
    def loads_count_seats_and_stay_within_capacity(self) -> None:
        seats = Counter(seat.supporter for seat in self.both(lambda room: room.matched()).values())
        seats.update(
            one.offer.supporter for one in self.both(lambda room: room.open_offers(SUPPORTERS))
        )
        for one in self.both(lambda room: room.supporters(self.now)):
            assert one.load == seats[one.account]
            assert one.load <= one.capacity or one.account in self.overfull

    def _answer(self, account: AccountId, offer: OfferId, accepted: bool) -> None:
        if accepted:
            self.both(lambda room: room.accept(offer, account, self.now))
        else:
            self.both(lambda room: room.decline(offer, account, "other", self.now))

    def _sign_off(self, account: AccountId) -> None:
        self.both(lambda room: room.sign_off(account, self.now))

    def _new_offer(self) -> OfferId:
        return OfferId(f"o{next(self.offers)}")


async def hold(url: str, opened: asyncio.Future[Store], done: asyncio.Event) -> None:
    async with connect(url) as store:
        opened.set_result(store)
        await done.wait()


@pytest.mark.parametrize(("url", "examples"), [("single_url", 40), ("cluster_url", 4)])
def test_the_scripts_do_what_the_plain_room_does(
    url: str, examples: int, request: pytest.FixtureRequest
) -> None:
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        opened: asyncio.Future[Store] = loop.create_future()
        done = asyncio.Event()
        holding = loop.create_task(
            hold(request.getfixturevalue(url), opened, done), name="the open store"
        )

        class OpenRooms(Rooms):
            pass

        OpenRooms.runner, OpenRooms.store = runner, loop.run_until_complete(opened)
        checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
        run_state_machine_as_test(
            OpenRooms,
            settings=settings(
                max_examples=examples,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=checks,
            ),
        )
        done.set()
        loop.run_until_complete(holding)
