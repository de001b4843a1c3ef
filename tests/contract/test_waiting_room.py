"""The waiting room: one suite for the one in memory and for the ones in the store."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace
from itertools import count

import pytest

from config.clock import Millis
from config.ids import AccountId, ConversationId, OfferId, TokenHash, new_id
from config.risk import Risk
from matching.limits import (
    CODE_MS,
    DECLINE_MEMORY_MS,
    GRACE_MS,
    LEASE_MS,
    OFFER_MS,
    PAGE_TICKETS,
    PICKUPS_KEPT,
    SWEEP_OFFERS,
)
from matching.pairing import PairingPass
from matching.ticket import (
    Availability,
    ExpiredOffer,
    Offer,
    Pickup,
    Released,
    Seat,
    Supporter,
    Ticket,
)
from matching.waiting_room import WaitingRoom
from matching.waiting_room_memory import MemoryWaitingRoom
from matching.waiting_room_redis import RedisWaitingRoom
from matching.wake import Wake
from store.client import connect

NOW = Millis(1_750_000_000_000)
CODE = TokenHash("hash of a code")
ANNA, BEN = AccountId("anna"), AccountId("ben")
ONE, TWO, THREE = ConversationId("one"), ConversationId("two"), ConversationId("three")
OFFER = OfferId("offer")


@pytest.fixture(params=["memory", "embedded", "cluster"])
async def room(request: pytest.FixtureRequest) -> AsyncGenerator[WaitingRoom]:
    if request.param == "memory":
        yield MemoryWaitingRoom()
        return
    name = "cluster_url" if request.param == "cluster" else "single_url"
    async with connect(request.getfixturevalue(name)) as store:
        yield RedisWaitingRoom(store, pool=new_id())


def after(ms: int) -> Millis:
    return Millis(NOW + ms)


def a_ticket(conversation: ConversationId, arrived_at: Millis = NOW) -> Ticket:
    return Ticket(conversation, "Blue Heron", ("en",), ("grief",), Risk.NONE, arrived_at)


def a_supporter(account: AccountId, capacity: int = 1) -> Supporter:
    return Supporter(
        account=account,
        name=account.title(),
        state=Availability.AVAILABLE,
        capacity=capacity,
        load=0,
        languages=("en", "sn"),
        topics=(),
        trained_to=Risk.HIGH,
        idle_since=NOW,
    )


def an_offer(
    conversation: ConversationId, supporter: AccountId, offer: OfferId = OFFER, at: Millis = NOW
) -> Offer:
    return Offer(offer, conversation, supporter, Millis(at + OFFER_MS))


async def arrive(room: WaitingRoom, *conversations: ConversationId) -> None:
    """Each comes a second after the one before."""
    for n, conversation in enumerate(conversations):
        await room.register(conversation, after(1000 * n))
        assert await room.enqueue(a_ticket(conversation, after(1000 * n)))


async def attend(room: WaitingRoom, *accounts: AccountId, capacity: int = 1) -> None:
    for account in accounts:
        await room.set_availability(a_supporter(account, capacity), NOW)


async def match(
    room: WaitingRoom, conversation: ConversationId, supporter: AccountId, at: Millis = NOW
) -> None:
    offer = an_offer(conversation, supporter, OfferId(f"for {conversation}".replace(" ", "-")), at)
    assert await room.offer(offer, Risk.NONE, at)
    assert await room.accept(offer.id, supporter, at) == conversation


async def miss(
    room: WaitingRoom, conversation: ConversationId, supporter: AccountId, offer: str
) -> None:
    assert await room.offer(an_offer(conversation, supporter, OfferId(offer)), Risk.NONE, NOW)
    assert await room.expire(after(OFFER_MS))


async def waiting(room: WaitingRoom) -> list[ConversationId]:
    return [ticket.conversation for ticket in await room.snapshot(100)]


async def the_supporter(room: WaitingRoom, account: AccountId, at: Millis = NOW) -> Supporter:
    (found,) = [one for one in await room.supporters(at) if one.account == account]
    return found


# Arrivals


async def test_a_registered_conversation_is_found_though_nothing_else_was_done(
    room: WaitingRoom,
) -> None:
    await room.register(TWO, after(5))
    await room.register(ONE, NOW)
    await room.register(ONE, after(9))
    assert await room.live() == [(ONE, NOW), (TWO, after(5))]


async def test_a_ticket_is_read_as_it_was_written(room: WaitingRoom) -> None:
    ticket = Ticket(ONE, "Grüner Reiher", ("sn", "en"), ("grief", "work"), Risk.CONCERN, NOW)
    await room.register(ONE, NOW)
    assert await room.enqueue(ticket)
    assert await room.snapshot(10) == [ticket]


async def test_nobody_waits_without_being_registered(room: WaitingRoom) -> None:
    assert not await room.enqueue(a_ticket(ONE))
    assert await room.snapshot(10) == []


async def test_coming_twice_keeps_the_place(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO)
    assert await room.enqueue(a_ticket(ONE, after(9000)))
    assert await waiting(room) == [ONE, TWO]


async def test_coming_again_while_matched_does_not_queue_again(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await match(room, ONE, ANNA)
    assert await room.enqueue(a_ticket(ONE))
    assert await waiting(room) == []


async def test_a_released_conversation_leaves_nothing_behind(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await room.keep_code(ONE, CODE, NOW)
    assert await room.release(ONE, NOW) == Released()
    assert await room.live() == []
    assert await waiting(room) == []
    assert await room.take_code(CODE, NOW) is None
    assert (await room.lapsed(after(CODE_MS))).seekers == ()


async def test_releasing_twice_frees_the_supporter_once(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA, capacity=2)
    await match(room, ONE, ANNA)
    await match(room, TWO, ANNA)
    assert await room.release(ONE, after(7)) == Released(ANNA)
    assert await room.release(ONE, after(8)) == Released()
    anna = await the_supporter(room, ANNA)
    assert (anna.load, anna.idle_since) == (1, after(7))


async def test_a_seeker_who_leaves_takes_the_open_offer_along(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert await room.release(ONE, after(1)) == Released(ANNA, OFFER)
    assert await room.accept(OFFER, ANNA, after(2)) is None
    assert await room.expire(after(OFFER_MS)) == []
    assert (await the_supporter(room, ANNA)).free


async def test_only_who_leaves_unheard_has_given_up(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO, THREE)
    await attend(room, ANNA, BEN)
    await match(room, ONE, ANNA)
    await room.offer(an_offer(TWO, BEN), Risk.NONE, NOW)
    for conversation in (ONE, TWO, THREE, THREE):
        await room.give_up(conversation, NOW)
    assert (await room.totals(NOW)).gave_up_today == 2
    assert (await room.totals(after(86_400_000))).gave_up_today == 0


# The queue


async def test_severity_moves_forward_by_its_head_start_and_no_more(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO, THREE)
    assert await room.raise_risk(THREE, Risk.CONCERN)
    assert await waiting(room) == [THREE, ONE, TWO]
    late = ConversationId("late")
    await room.register(late, after(200_000))
    await room.enqueue(replace(a_ticket(late, after(200_000)), risk=Risk.CONCERN))
    assert await waiting(room) == [THREE, ONE, TWO, late]


async def test_risk_never_falls(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    assert await room.raise_risk(ONE, Risk.HIGH)
    assert not await room.raise_risk(ONE, Risk.HIGH)
    assert not await room.raise_risk(ONE, Risk.CONCERN)
    assert not await room.raise_risk(TWO, Risk.HIGH)
    (ticket,) = await room.snapshot(10)
    assert ticket.risk is Risk.HIGH


async def test_risk_raised_while_offered_counts_when_the_ticket_comes_back(
    room: WaitingRoom,
) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA)
    await room.offer(an_offer(TWO, ANNA), Risk.NONE, NOW)
    await room.raise_risk(TWO, Risk.HIGH)
    await room.decline(OFFER, ANNA, "too_heavy", NOW)
    assert await waiting(room) == [TWO, ONE]


async def test_languages_are_only_added(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    assert await room.widen(ONE, ["fr", "en", "sn"])
    assert await room.widen(ONE, ["sn"])
    assert not await room.widen(TWO, ["fr"])
    assert (await room.snapshot(10))[0].languages == ("en", "fr", "sn")


async def test_the_queue_is_read_in_pages(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO, THREE)
    assert [ticket.conversation for ticket in await room.snapshot(2, 1)] == [TWO, THREE]
    assert await room.snapshot(2, 3) == []


async def test_a_place_is_the_number_of_those_who_wait_before(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO, THREE)
    await attend(room, ANNA, BEN)
    assert await room.place([ONE, TWO, THREE]) == {ONE: 0, TWO: 1, THREE: 2}
    await room.offer(an_offer(TWO, ANNA), Risk.NONE, NOW)
    assert await room.place([ONE, TWO, THREE]) == {ONE: 0, TWO: 1, THREE: 1}
    await match(room, ONE, BEN)
    assert await room.place([ONE, TWO, THREE, ConversationId("x")]) == {TWO: 0, THREE: 0}


async def test_places_of_nobody_are_no_places(room: WaitingRoom) -> None:
    assert await room.place([]) == {}


# Offers


async def test_a_ticket_is_offered_to_one_supporter_only(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA, BEN)
    made = await asyncio.gather(
        *(
            room.offer(an_offer(ONE, account, OfferId(account)), Risk.NONE, NOW)
            for account in (ANNA, BEN)
        )
    )
    assert sorted(made) == [False, True]
    assert await waiting(room) == []
    assert [ticket.conversation for ticket in await room.offered()] == [ONE]


async def test_a_supporter_has_one_open_offer_at_a_time(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA, capacity=5)
    assert await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert not await room.offer(an_offer(TWO, ANNA, OfferId("second")), Risk.NONE, NOW)
    anna = await the_supporter(room, ANNA)
    assert (anna.asked, anna.load, anna.free) == (True, 1, False)


async def test_an_offer_repeated_after_a_lost_answer_is_made_once(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA, capacity=5)
    assert await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert (await the_supporter(room, ANNA)).load == 1


async def test_capacity_is_never_exceeded(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA)
    await match(room, ONE, ANNA)
    assert not await room.offer(an_offer(TWO, ANNA, OfferId("second")), Risk.NONE, NOW)


@pytest.mark.parametrize("state", [one for one in Availability if one != "available"])
async def test_who_is_not_available_is_offered_nothing(
    room: WaitingRoom, state: Availability
) -> None:
    await arrive(room, ONE)
    await room.set_availability(replace(a_supporter(ANNA), state=state), NOW)
    assert not await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)


async def test_who_is_not_there_any_more_is_offered_nothing(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    assert not await room.offer(an_offer(ONE, ANNA), Risk.NONE, after(LEASE_MS))
    assert not await room.offer(an_offer(ONE, BEN), Risk.NONE, NOW)


async def test_an_offer_decided_on_an_older_risk_is_not_made(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await room.raise_risk(ONE, Risk.IMMINENT)
    assert not await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert await room.offer(an_offer(ONE, ANNA), Risk.IMMINENT, NOW)


async def test_accepting_matches(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert await room.accept(OFFER, ANNA, after(5)) == ONE
    assert await room.matched() == {ONE: Seat(ANNA, after(5))}
    assert await room.matched([TWO, ONE]) == {ONE: Seat(ANNA, after(5))}
    assert await room.matched([TWO]) == await room.matched([]) == {}
    assert await room.offered() == []
    assert (await the_supporter(room, ANNA)).load == 1


async def test_accepting_again_gets_the_same_answer(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert await room.accept(OFFER, ANNA, after(5)) == ONE
    assert await room.accept(OFFER, ANNA, after(2 * OFFER_MS)) == ONE
    assert await room.matched() == {ONE: Seat(ANNA, after(2 * OFFER_MS))}
    await room.release(ONE, after(6))
    assert await room.accept(OFFER, ANNA, after(7)) is None


async def test_nobody_accepts_what_was_offered_to_another(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA, BEN)
    await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert await room.accept(OFFER, BEN, NOW) is None
    assert await room.decline(OFFER, BEN, "other", NOW) is None
    assert await room.accept(OFFER, ANNA, NOW) == ONE


async def test_an_offer_that_is_due_can_not_be_accepted(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    assert await room.accept(OFFER, ANNA, after(OFFER_MS)) is None


async def test_a_declined_ticket_goes_back_to_its_exact_place(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO, THREE)
    await attend(room, ANNA)
    await room.offer(an_offer(TWO, ANNA), Risk.NONE, NOW)
    assert await room.decline(OFFER, ANNA, "topic", after(3)) == TWO
    assert await room.decline(OFFER, ANNA, "topic", after(4)) is None
    assert await waiting(room) == [ONE, TWO, THREE]
    assert (await room.snapshot(10))[1].declines == 1
    assert (await the_supporter(room, ANNA)).free
    assert (await room.totals(NOW)).declined_today == 1
    assert await room.declined(after(4)) == {(TWO, ANNA): after(3)}
    assert await room.declined(after(3 + DECLINE_MEMORY_MS)) == {}


async def test_an_accepted_offer_can_not_be_declined(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    await room.accept(OFFER, ANNA, NOW)
    assert await room.decline(OFFER, ANNA, "other", NOW) is None
    assert (await the_supporter(room, ANNA)).load == 1


async def test_an_expired_offer_is_reported_once_whoever_sweeps(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA)
    await room.offer(an_offer(TWO, ANNA), Risk.NONE, NOW)
    assert await room.expire(after(OFFER_MS - 1)) == []
    swept = await asyncio.gather(*(room.expire(after(OFFER_MS)) for _ in range(3)))
    assert sorted(swept) == [[], [], [ExpiredOffer(OFFER, TWO, ANNA, away=False)]]
    assert await waiting(room) == [ONE, TWO]
    assert await room.declined(after(OFFER_MS)) == {(TWO, ANNA): after(OFFER_MS)}
    assert (await room.totals(after(OFFER_MS))).missed_today == 1


async def test_more_offers_than_one_sweep_takes_all_expire(room: WaitingRoom) -> None:
    many = [ConversationId(f"c{n:03}") for n in range(SWEEP_OFFERS + 1)]
    accounts = [AccountId(f"s{n:03}") for n in range(len(many))]
    await arrive(room, *many)
    await attend(room, *accounts)
    for conversation, account in zip(many, accounts, strict=True):
        await room.offer(an_offer(conversation, account, OfferId(account)), Risk.NONE, NOW)
    assert len(await room.expire(after(OFFER_MS))) == len(many)
    assert len(await room.snapshot(1000)) == len(many)


async def test_who_misses_two_offers_in_a_row_is_away(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await room.heartbeat([ANNA], [], after(2 * OFFER_MS))
    for n, away in enumerate((False, True)):
        offer = an_offer(ONE, ANNA, OfferId(f"offer{n}"), after(n * OFFER_MS))
        assert await room.offer(offer, Risk.NONE, after(n * OFFER_MS))
        (expired,) = await room.expire(after((n + 1) * OFFER_MS))
        assert expired.away is away
    assert (await the_supporter(room, ANNA)).state is Availability.AWAY


@pytest.mark.parametrize("answer", ["accepts", "declines", "says available"])
async def test_a_sign_of_life_between_two_misses_keeps_a_supporter_available(
    room: WaitingRoom, answer: str
) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA, capacity=2)
    await room.heartbeat([ANNA], [], after(2 * OFFER_MS))
    await miss(room, TWO, ANNA, "first")
    offer = an_offer(ONE, ANNA, OfferId("second"))
    if answer == "says available":
        await attend(room, ANNA, capacity=2)
    else:
        await room.offer(offer, Risk.NONE, NOW)
    if answer == "accepts":
        await room.accept(offer.id, ANNA, NOW)
    elif answer == "declines":
        await room.decline(offer.id, ANNA, "not_now", NOW)
    await miss(room, TWO, ANNA, "third")
    assert (await the_supporter(room, ANNA)).state is Availability.AVAILABLE


async def test_an_open_offer_can_be_read_again_after_a_reconnect(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA, BEN)
    offer = an_offer(ONE, ANNA)
    await room.offer(offer, Risk.NONE, NOW)
    (found,) = await room.open_offers([BEN, ANNA])
    assert (found.offer, found.ticket) == (offer, a_ticket(ONE))
    await room.accept(OFFER, ANNA, NOW)
    assert await room.open_offers([BEN, ANNA]) == []


# Seats


async def test_a_seeker_whose_supporter_is_lost_waits_at_the_front(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO, THREE)
    await attend(room, ANNA)
    await match(room, THREE, ANNA)
    assert await room.requeue(THREE, ANNA, after(9))
    assert await waiting(room) == [THREE, ONE, TWO]
    (ticket, *_) = await room.snapshot(1)
    assert (ticket.boosted, ticket.waiting_since) == (after(9), after(9))
    assert await room.matched() == {}
    assert (await the_supporter(room, ANNA)).load == 0


async def test_two_who_sweep_one_loss_do_not_take_the_seeker_from_the_next(
    room: WaitingRoom,
) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA, BEN)
    await match(room, ONE, ANNA)
    assert await room.requeue(ONE, ANNA, NOW)
    assert not await room.requeue(ONE, ANNA, NOW)
    offer = an_offer(ONE, BEN, OfferId("next"))
    await room.offer(offer, Risk.NONE, NOW)
    assert await room.accept(offer.id, BEN, NOW) == ONE
    assert not await room.requeue(ONE, ANNA, NOW)
    assert await room.matched() == {ONE: Seat(BEN, NOW)}


async def test_an_acceptance_said_again_holds_the_seat_against_who_looked_before(
    room: WaitingRoom,
) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await match(room, ONE, ANNA)
    offer = OfferId(f"for {ONE}".replace(" ", "-"))
    assert await room.accept(offer, ANNA, after(20)) == ONE
    assert await room.matched() == {ONE: Seat(ANNA, after(20))}
    assert not await room.requeue(ONE, ANNA, after(21), since=NOW)
    assert await room.matched() == {ONE: Seat(ANNA, after(20))}
    assert await room.requeue(ONE, ANNA, after(21), since=after(20))
    assert await waiting(room) == [ONE]


async def test_severity_counts_among_those_who_came_back(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA, capacity=2)
    await match(room, ONE, ANNA)
    await match(room, TWO, ANNA)
    await room.raise_risk(TWO, Risk.HIGH)
    await room.requeue(ONE, ANNA, NOW)
    await room.requeue(TWO, ANNA, NOW)
    assert await waiting(room) == [TWO, ONE]


async def test_one_who_takes_over_sits_there_whatever_their_load(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA, BEN)
    await match(room, ONE, ANNA)
    await match(room, TWO, BEN)
    assert await room.reseat(ONE, BEN, after(4)) == ANNA
    assert await room.reseat(ONE, BEN, after(5)) == BEN
    assert await room.matched() == {ONE: Seat(BEN, after(4)), TWO: Seat(BEN, NOW)}
    loads = {one.account: one.load for one in await room.supporters(NOW)}
    assert loads == {ANNA: 0, BEN: 2}
    assert await room.reseat(THREE, BEN, NOW) is None


async def test_a_supervisor_who_never_took_offers_can_take_over(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await match(room, ONE, ANNA)
    assert await room.reseat(ONE, BEN, NOW) == ANNA
    assert await room.release(ONE, NOW) == Released(BEN)
    assert [one.account for one in await room.supporters(NOW)] == [ANNA]


# Presence


async def test_availability_is_what_the_room_believes(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    assert await room.set_availability(a_supporter(ANNA), NOW) == a_supporter(ANNA)
    await match(room, ONE, ANNA)
    claimed = replace(a_supporter(ANNA, capacity=3), load=9, idle_since=after(99), asked=True)
    believed = await room.set_availability(claimed, after(50))
    assert believed == replace(a_supporter(ANNA, capacity=3), load=1)
    assert await room.supporters(NOW) == [believed]


async def test_idle_time_begins_when_offers_become_welcome(room: WaitingRoom) -> None:
    await attend(room, ANNA)
    resting = replace(a_supporter(ANNA), state=Availability.BREAK)
    assert (await room.set_availability(resting, after(5))).idle_since == NOW
    assert (await room.set_availability(a_supporter(ANNA), after(9))).idle_since == after(9)


async def test_who_stops_being_available_declines_the_open_offer(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    resting = replace(a_supporter(ANNA), state=Availability.BREAK)
    assert await room.set_availability(resting, NOW) == resting
    assert await waiting(room) == [ONE]


async def test_a_supporter_is_there_while_the_lease_is_renewed(room: WaitingRoom) -> None:
    await attend(room, ANNA, BEN)
    assert await room.heartbeat([ANNA], [], after(LEASE_MS - 1)) == frozenset()
    assert [one.account for one in await room.supporters(after(LEASE_MS))] == [ANNA]
    assert (await room.lapsed(after(LEASE_MS))).supporters == (BEN,)


async def test_a_late_heartbeat_never_shortens_a_lease(room: WaitingRoom) -> None:
    await attend(room, ANNA)
    await room.heartbeat([ANNA], [], Millis(NOW - 30_000))
    assert (await room.lapsed(after(LEASE_MS - 1))).supporters == ()


async def test_a_heartbeat_tells_of_supporters_that_the_room_has_forgotten(
    room: WaitingRoom,
) -> None:
    await attend(room, ANNA, BEN)
    assert await room.sign_off(BEN, after(LEASE_MS))
    assert await room.heartbeat([ANNA, BEN], [], after(LEASE_MS)) == {BEN}
    assert await room.heartbeat([], [], after(LEASE_MS)) == frozenset()


async def test_nobody_is_signed_off_while_present_or_while_somebody_sits_with_them(
    room: WaitingRoom,
) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await match(room, ONE, ANNA)
    assert not await room.sign_off(ANNA, after(LEASE_MS))
    await room.requeue(ONE, ANNA, after(LEASE_MS))
    await room.heartbeat([ANNA], [], after(LEASE_MS))
    assert not await room.sign_off(ANNA, after(LEASE_MS))
    assert await room.sign_off(ANNA, after(2 * LEASE_MS))
    assert await room.sign_off(ANNA, after(2 * LEASE_MS))
    assert await room.lapsed(after(2 * LEASE_MS)) == await room.lapsed(after(2 * LEASE_MS))
    assert (await room.lapsed(after(2 * LEASE_MS))).supporters == ()


async def test_a_waiting_seeker_keeps_the_place_for_the_grace(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO)
    await room.heartbeat([], [TWO, THREE], after(50_000))
    assert (await room.lapsed(after(GRACE_MS - 1))).seekers == ()
    assert (await room.lapsed(after(GRACE_MS))).seekers == (ONE,)
    assert (await room.lapsed(after(GRACE_MS + 50_000))).seekers == (ONE, TWO)


async def test_a_matched_seeker_who_falls_silent_is_named_too(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await match(room, ONE, ANNA)
    await room.heartbeat([], [ONE], after(1))
    assert (await room.lapsed(after(GRACE_MS))).seekers == ()
    assert (await room.lapsed(after(GRACE_MS + 1))).seekers == (ONE,)
    assert (await room.lapsed(after(GRACE_MS + 2))).seekers == (ONE,)


async def test_a_seeker_back_in_the_queue_has_the_whole_grace(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await match(room, ONE, ANNA)
    await room.requeue(ONE, ANNA, after(10 * GRACE_MS))
    assert (await room.lapsed(after(11 * GRACE_MS - 1))).seekers == ()
    assert (await room.lapsed(after(11 * GRACE_MS))).seekers == (ONE,)


# Return codes


async def test_a_return_code_works_once(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    assert await room.keep_code(ONE, CODE, NOW)
    taken = await asyncio.gather(*(room.take_code(CODE, after(1)) for _ in range(3)))
    assert sorted(taken, key=str) == [None, None, ONE]


async def test_a_return_code_is_no_good_after_its_time(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await room.keep_code(ONE, CODE, NOW)
    assert await room.take_code(CODE, after(CODE_MS)) is None


async def test_a_new_code_takes_the_place_of_the_old(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    await room.keep_code(ONE, CODE, NOW)
    await room.keep_code(ONE, TokenHash("new"), NOW)
    assert await room.take_code(CODE, NOW) is None
    assert await room.take_code(TokenHash("new"), NOW) == ONE
    assert not await room.keep_code(TWO, CODE, NOW)


async def test_a_live_code_keeps_the_place_and_a_used_one_the_usual_grace(
    room: WaitingRoom,
) -> None:
    await arrive(room, ONE)
    await room.keep_code(ONE, CODE, NOW)
    assert (await room.lapsed(after(CODE_MS - 1))).seekers == ()
    await room.take_code(CODE, after(5))
    assert (await room.lapsed(after(5 + GRACE_MS))).seekers == (ONE,)


async def test_a_code_kept_in_a_conversation_keeps_the_place_after_a_loss(
    room: WaitingRoom,
) -> None:
    await arrive(room, ONE)
    await attend(room, ANNA)
    await match(room, ONE, ANNA)
    await room.keep_code(ONE, CODE, NOW)
    await room.requeue(ONE, ANNA, after(1))
    assert (await room.lapsed(after(CODE_MS - 1))).seekers == ()
    assert (await room.lapsed(after(CODE_MS))).seekers == (ONE,)


# Overview


async def test_pickups_are_remembered_newest_first_and_only_out_of_the_queue(
    room: WaitingRoom,
) -> None:
    await arrive(room, ONE, TWO)
    await attend(room, ANNA, capacity=3)
    await match(room, ONE, ANNA, after(5000))
    await match(room, TWO, ANNA, after(6000))
    await room.requeue(TWO, ANNA, after(7000))
    again = an_offer(TWO, ANNA, OfferId("again"), after(8000))
    await room.offer(again, Risk.NONE, after(8000))
    await room.accept(again.id, ANNA, after(8000))
    assert await room.pickups() == [Pickup(after(6000), 5000), Pickup(after(5000), 5000)]


async def test_only_the_last_pickups_are_kept(room: WaitingRoom) -> None:
    many = [ConversationId(f"c{n}") for n in range(PICKUPS_KEPT + 2)]
    await arrive(room, *many)
    await attend(room, ANNA, capacity=len(many))
    for conversation in many:
        await match(room, conversation, ANNA)
    assert len(await room.pickups()) == PICKUPS_KEPT


async def test_totals_count_each_ticket_once(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO, THREE)
    await attend(room, ANNA, BEN)
    await match(room, ONE, ANNA)
    await room.offer(an_offer(TWO, BEN), Risk.NONE, NOW)
    totals = await room.totals(NOW)
    assert (totals.waiting, totals.offered, totals.matched) == (1, 1, 1)


async def test_what_makes_a_pairing_possible_wakes_the_others(room: WaitingRoom) -> None:
    heard: asyncio.Queue[Wake] = asyncio.Queue()
    await room.listen(heard.put_nowait)

    async def hears(wake: Wake) -> None:
        async with asyncio.timeout(5):
            while await heard.get() != wake:
                pass

    await arrive(room, ONE)
    await hears(Wake("pair"))
    await attend(room, ANNA)
    await hears(Wake("pair"))
    await room.offer(an_offer(ONE, ANNA), Risk.NONE, NOW)
    await hears(Wake("offered", ANNA, OFFER))
    await room.expire(after(OFFER_MS))
    await hears(Wake("withdrawn", ANNA, OFFER))
    await hears(Wake("pair"))


# Pairing passes


def numbers() -> Iterator[str]:
    return (f"offer{n}" for n in count())


async def test_a_pass_offers_the_first_in_the_queue(room: WaitingRoom) -> None:
    await arrive(room, ONE, TWO, THREE)
    await room.raise_risk(THREE, Risk.HIGH)
    await attend(room, ANNA, BEN)
    made = await PairingPass(room, numbers().__next__).run(lambda: NOW)
    assert [one.offer.conversation for one in made] == [THREE, ONE]
    assert made == [
        one for found in made for one in await room.open_offers([found.offer.supporter])
    ]
    assert await waiting(room) == [TWO]


async def test_a_pass_reads_on_while_somebody_is_free(room: WaitingRoom) -> None:
    many = [ConversationId(f"c{n:04}") for n in range(2 * PAGE_TICKETS)]
    await arrive(room, *many)
    shona = replace(a_ticket(ONE, after(10_000_000)), languages=("sn",))
    await room.register(ONE, NOW)
    await room.enqueue(shona)
    speaker = replace(a_supporter(BEN), languages=("sn",))
    await room.set_availability(speaker, NOW)
    await attend(room, ANNA)
    made = await PairingPass(room, numbers().__next__).run(lambda: NOW)
    assert [one.offer.conversation for one in made] == [many[0], ONE]


async def test_passes_at_the_same_time_pair_nobody_twice(room: WaitingRoom) -> None:
    many = [ConversationId(f"c{n}") for n in range(20)]
    accounts = [AccountId(f"s{n}") for n in range(10)]
    await arrive(room, *many)
    await attend(room, *accounts)
    passes = [PairingPass(room, lambda: f"offer-{new_id()}") for _ in range(4)]
    made = [
        one for some in await asyncio.gather(*(p.run(lambda: NOW) for p in passes)) for one in some
    ]
    assert sorted(one.offer.conversation for one in made) == sorted(many[:10])
    assert sorted(one.offer.supporter for one in made) == sorted(accounts)


async def test_a_pass_without_anybody_free_reads_no_queue(room: WaitingRoom) -> None:
    await arrive(room, ONE)
    assert await PairingPass(room, numbers().__next__).run(lambda: NOW) == []


async def test_one_process_at_a_time_takes_the_turn_to_sweep(room: WaitingRoom) -> None:
    assert await room.take_turn(NOW, 60_000)
    assert not await room.take_turn(NOW, 60_000)
