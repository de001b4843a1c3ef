"""The scripts of the waiting room against the plain one in memory, on histories nobody wrote.

Every operation is done in both rooms and must answer alike; after each, everything that can be
read must be alike, and the promises must hold.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId, TokenHash, new_id
from config.risk import Risk
from matching.limits import CODE_MS, GRACE_MS, LEASE_MS, OFFER_MS
from matching.pairing import PairingPass
from matching.ticket import Availability, Offer, Supporter, Ticket
from matching.waiting_room import WaitingRoom
from matching.waiting_room_memory import MemoryWaitingRoom
from matching.waiting_room_redis import RedisWaitingRoom
from store.client import Store, connect

T = TypeVar("T")

SEEKERS = [ConversationId(f"c{n}") for n in range(5)]
SUPPORTERS = [AccountId(f"s{n}") for n in range(3)]
AVAILABLE = Availability.AVAILABLE
START = Millis(1_750_000_000_000)

seekers = st.sampled_from(SEEKERS)
supporters = st.sampled_from(SUPPORTERS)
picks = st.integers(0, 9)
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
        self.offers: list[OfferId] = []
        self.codes: list[TokenHash] = []
        self.overfull: set[AccountId] = set()

    def both(self, operation: Callable[[WaitingRoom], Awaitable[T]]) -> T:
        """Do it in both rooms; the answers must be alike."""

        async def ask() -> tuple[T, T]:
            return await operation(self.kept), await operation(self.model)

        kept, model = self.runner.run(ask())
        assert kept == model
        return model

    def read(self, reading: Callable[[WaitingRoom], Awaitable[T]]) -> T:
        """Ask the model alone, for what there is to choose from."""

        async def ask() -> T:
            return await reading(self.model)

        return self.runner.run(ask())

    @property
    def waiting(self) -> list[Ticket]:
        return self.read(lambda room: room.snapshot(99))

    @property
    def open(self) -> list[Offer]:
        return [one.offer for one in self.read(lambda room: room.open_offers(SUPPORTERS))]

    @property
    def seats(self) -> list[tuple[ConversationId, AccountId]]:
        matched = self.read(lambda room: room.matched())
        return [(conversation, seat.supporter) for conversation, seat in matched.items()]

    @initialize(capacity=st.integers(1, 3))
    def some_are_there_already(self, capacity: int) -> None:
        for account in SUPPORTERS:
            self.sets_availability(account, AVAILABLE, ("en", "fr"), capacity, Risk.IMMINENT)
        for seeker in SEEKERS[:4]:
            self.arrives(seeker, ("en",), Risk.NONE)
        for account in SUPPORTERS[:2]:
            self.is_offered_whatever_the_policy_says(0, account, stale=False)
            self.an_offer_is_answered(0, accepted=True)

    @rule(
        ms=st.sampled_from([1, 9_000, OFFER_MS, LEASE_MS - 1, GRACE_MS, CODE_MS]),
        silent=st.sets(supporters),
    )
    def time_goes_by(self, ms: int, silent: set[AccountId]) -> None:
        self.now = Millis(self.now + ms)
        self.heartbeats(set(SUPPORTERS) - silent, set(SEEKERS[:4]))

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

    @rule(conversation=seekers, unheard=st.booleans())
    def leaves(self, conversation: ConversationId, unheard: bool) -> None:
        if unheard:
            self.both(lambda room: room.give_up(conversation, self.now))
        else:
            self.both(lambda room: room.release(conversation, self.now))

    @rule(
        account=supporters,
        state=st.sampled_from([*Availability, AVAILABLE, AVAILABLE]),
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

    def heartbeats(self, attending: set[AccountId], waiting: set[ConversationId]) -> None:
        self.both(lambda room: room.heartbeat(attending, waiting, self.now))

    @precondition(lambda self: self.waiting)
    @rule(n=picks, account=supporters, stale=st.integers(0, 4).map(lambda n: n == 0))
    def is_offered_whatever_the_policy_says(self, n: int, account: AccountId, stale: bool) -> None:
        ticket = self.waiting[n % len(self.waiting)]
        risk = Risk((ticket.risk + stale) % 5)
        self.offers.append(OfferId(f"offer{len(self.offers)}"))
        expires_at = Millis(self.now + OFFER_MS)
        offer = Offer(self.offers[-1], ticket.conversation, account, expires_at)
        self.both(lambda room: room.offer(offer, risk, self.now))
        self.both(lambda room: room.offer(offer, risk, self.now))

    @precondition(lambda self: self.waiting)
    @rule()
    def a_pairing_pass_runs(self) -> None:
        first = len(self.offers)

        def names() -> Iterator[str]:
            return (f"offer{n}" for n in count(first))

        made = self.both(lambda room: PairingPass(room, names().__next__).run(lambda: self.now))
        self.offers += [OfferId(f"offer{first + n}") for n in range(len(SUPPORTERS))]
        assert {one.offer.id for one in made} <= set(self.offers)

    @precondition(lambda self: self.open)
    @rule(n=picks, accepted=st.integers(0, 2).map(bool))
    def an_offer_is_answered(self, n: int, accepted: bool) -> None:
        offer = self.open[n % len(self.open)]
        self._answer(offer.id, offer.supporter, accepted)

    @precondition(lambda self: self.offers)
    @rule(n=picks, account=supporters, accepted=st.booleans())
    def any_offer_is_answered_by_anybody(self, n: int, account: AccountId, accepted: bool) -> None:
        self._answer(self.offers[n % len(self.offers)], account, accepted)

    @rule()
    def offers_expire(self) -> None:
        before = {one.conversation: one.score for one in self.both(lambda room: room.offered())}
        expired = self.both(lambda room: room.expire(self.now))
        waiting = {one.conversation: one for one in self.both(lambda room: room.snapshot(99))}
        for one in expired:
            assert waiting[one.conversation].score == before[one.conversation]
        assert self.both(lambda room: room.expire(self.now)) == []

    @precondition(lambda self: self.seats)
    @rule(n=picks)
    def is_requeued(self, n: int) -> None:
        self._requeue(*self.seats[n % len(self.seats)])

    @rule(conversation=seekers, account=supporters)
    def is_perhaps_requeued(self, conversation: ConversationId, account: AccountId) -> None:
        self._requeue(conversation, account)

    @precondition(lambda self: self.seats)
    @rule(n=picks, stale=st.booleans())
    def is_requeued_by_who_looked_at_the_seat(self, n: int, stale: bool) -> None:
        conversation, account = self.seats[n % len(self.seats)]
        seat = self.read(lambda room: room.matched())[conversation]
        self._requeue(conversation, account, Millis(seat.since - 1) if stale else seat.since)
        assert ((conversation, account) in self.seats) == stale

    @precondition(lambda self: self.seats)
    @rule(n=picks, account=supporters)
    def is_taken_over(self, n: int, account: AccountId) -> None:
        conversation, _ = self.seats[n % len(self.seats)]
        self.both(lambda room: room.reseat(conversation, account, self.now))
        self.overfull.add(account)

    @rule()
    def the_lost_are_swept(self) -> None:
        lapsed = self.both(lambda room: room.lapsed(self.now))
        for account in lapsed.supporters:
            for conversation, seat in self.both(lambda room: room.matched()).items():
                if seat.supporter == account:
                    self._requeue(conversation, account)
            self._sign_off(account)
        for conversation in lapsed.seekers:
            self.leaves(conversation, unheard=True)

    @rule(conversation=seekers)
    def asks_for_a_code(self, conversation: ConversationId) -> None:
        self.codes.append(TokenHash(f"code{len(self.codes)}"))
        self.both(lambda room: room.keep_code(conversation, self.codes[-1], self.now))

    @precondition(lambda self: self.codes)
    @rule(n=picks)
    def comes_back_with_a_code(self, n: int) -> None:
        code = self.codes[n % len(self.codes)]
        self.both(lambda room: room.take_code(code, self.now))

    @invariant()
    def all_that_can_be_read_is_alike(self) -> None:
        async def everything(room: WaitingRoom) -> list[Any]:
            return await asyncio.gather(
                room.live(),
                room.snapshot(99),
                room.offered(),
                room.matched(),
                room.place(SEEKERS),
                room.supporters(self.now),
                room.open_offers(SUPPORTERS),
                room.declined(self.now),
                room.totals(self.now),
                room.pickups(),
                room.lapsed(self.now),
            )

        self.both(everything)

    @invariant()
    def a_ticket_is_in_one_state_and_its_conversation_registered(self) -> None:
        offered = self.read(lambda room: room.offered())
        everywhere = [one.conversation for one in (*self.waiting, *offered)]
        everywhere += [conversation for conversation, _ in self.seats]
        assert len(everywhere) == len(set(everywhere))
        assert set(everywhere) <= {one for one, _ in self.read(lambda room: room.live())}
        assert len(offered) == len(self.open)

    @invariant()
    def the_queue_is_in_the_order_of_scores(self) -> None:
        scores = [one.score for one in self.waiting]
        assert scores == sorted(scores)

    @invariant()
    def loads_count_seats_and_stay_within_capacity(self) -> None:
        seats = Counter(supporter for _, supporter in self.seats)
        seats.update(offer.supporter for offer in self.open)
        for one in self.read(lambda room: room.supporters(self.now)):
            assert one.load == seats[one.account]
            assert one.load <= one.capacity or one.account in self.overfull

    def _answer(self, offer: OfferId, account: AccountId, accepted: bool) -> None:
        if accepted:
            self.both(lambda room: room.accept(offer, account, self.now))
        else:
            self.both(lambda room: room.decline(offer, account, "other", self.now))

    def _requeue(
        self, conversation: ConversationId, account: AccountId, since: Millis | None = None
    ) -> None:
        self.both(lambda room: room.requeue(conversation, account, self.now, since))

    def _sign_off(self, account: AccountId) -> None:
        self.both(lambda room: room.sign_off(account, self.now))


async def hold(url: str, opened: asyncio.Future[Store], done: asyncio.Event) -> None:
    async with connect(url) as store:
        opened.set_result(store)
        await done.wait()


@pytest.mark.timeout(400)  # only a failure takes that long: it is made as short as can be
@pytest.mark.parametrize(("url", "examples"), [("single_url", 60), ("cluster_url", 3)])
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
