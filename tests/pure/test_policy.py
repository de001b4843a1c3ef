"""The rules of pairing, proved on rooms that nobody would think of."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from config.clock import Millis
from config.ids import AccountId, ConversationId
from config.risk import Risk
from matching.limits import (
    DECLINE_MEMORY_MS,
    DECLINE_PAUSE_MS,
    HEAD_START_MS,
    TOP_HEAD_START_MS,
    TRAINING_PATIENCE_MS,
)
from matching.policy import Pairing, needed_training, pair
from matching.ticket import Availability, Supporter, Ticket, score

NOW = Millis(1_750_000_000_000)
LANGUAGES = st.lists(st.sampled_from(["en", "fr", "sn"]), min_size=1, unique=True).map(tuple)
TOPICS = st.lists(st.sampled_from(["grief", "work", "exams"]), unique=True).map(tuple)
Declined = Mapping[tuple[ConversationId, AccountId], Millis]


def a_ticket(
    name: str, risk: Risk = Risk.NONE, waited_ms: int = 1000, languages: tuple[str, ...] = ("en",)
) -> Ticket:
    return Ticket(ConversationId(name), name, languages, (), risk, Millis(NOW - waited_ms))


def a_supporter(name: str, trained_to: Risk | None = Risk.IMMINENT, idle_ms: int = 0) -> Supporter:
    return Supporter(
        account=AccountId(name),
        name=name,
        state=Availability.AVAILABLE,
        capacity=2,
        load=0,
        languages=("en",),
        topics=(),
        trained_to=trained_to,
        idle_since=Millis(NOW - idle_ms),
    )


def names(pairs: list[Pairing]) -> list[tuple[str, str]]:
    return [(ticket.name, supporter.name) for ticket, supporter in pairs]


@st.composite
def queues(draw: st.DrawFn) -> list[Ticket]:
    tickets = [
        Ticket(
            conversation=ConversationId(f"t{n}"),
            name=f"t{n}",
            languages=draw(LANGUAGES),
            topics=draw(TOPICS),
            risk=draw(st.sampled_from(Risk)),
            arrived_at=Millis(NOW - draw(st.integers(0, 2 * TRAINING_PATIENCE_MS))),
            boosted=Millis(draw(st.sampled_from([0, NOW - 1000]))),
        )
        for n in range(draw(st.integers(0, 8)))
    ]
    return sorted(tickets, key=lambda ticket: (ticket.score, ticket.conversation))


@st.composite
def floors(draw: st.DrawFn) -> list[Supporter]:
    return [
        Supporter(
            account=AccountId(f"s{n}"),
            name=f"s{n}",
            state=draw(st.sampled_from(Availability)),
            capacity=draw(st.integers(1, 3)),
            load=draw(st.integers(0, 3)),
            languages=draw(LANGUAGES),
            topics=draw(TOPICS),
            trained_to=draw(st.none() | st.sampled_from(Risk)),
            idle_since=Millis(NOW - draw(st.integers(0, 5))),
            asked=draw(st.booleans()),
        )
        for n in range(draw(st.integers(0, 6)))
    ]


@st.composite
def declines(draw: st.DrawFn) -> Declined:
    tickets = st.integers(0, 7).map(lambda n: ConversationId(f"t{n}"))
    supporters = st.integers(0, 5).map(lambda n: AccountId(f"s{n}"))
    ago = st.integers(0, 2 * DECLINE_MEMORY_MS)
    times = ago.map(lambda ms: Millis(NOW - ms))
    return draw(st.dictionaries(st.tuples(tickets, supporters), times, max_size=6))


def speak(ticket: Ticket, supporter: Supporter) -> bool:
    return bool(set(ticket.languages) & set(supporter.languages))


def let_go(ticket: Ticket, supporter: Supporter, declined: Declined, within_ms: int) -> bool:
    at = declined.get((ticket.conversation, supporter.account))
    return at is not None and NOW - at < within_ms


def trained(ticket: Ticket, supporter: Supporter) -> bool:
    return supporter.trained_to is not None and supporter.trained_to >= needed_training(ticket.risk)


def kept_for_the_trained(ticket: Ticket, floor: list[Supporter]) -> bool:
    on_duty = (one for one in floor if one.state is Availability.AVAILABLE)
    return NOW - ticket.waiting_since < TRAINING_PATIENCE_MS and any(
        speak(ticket, one) and trained(ticket, one) for one in on_duty
    )


@given(queues(), floors(), declines())
@settings(max_examples=150, deadline=None)
def test_no_hard_rule_is_ever_broken(
    queue: list[Ticket], floor: list[Supporter], declined: Declined
) -> None:
    pairs = pair(queue, floor, NOW, declined)
    assert len({ticket.conversation for ticket, _ in pairs}) == len(pairs)
    assert len({supporter.account for _, supporter in pairs}) == len(pairs)
    for ticket, supporter in pairs:
        assert speak(ticket, supporter)
        assert supporter.state is Availability.AVAILABLE
        assert supporter.load < supporter.capacity
        assert not supporter.asked
        assert supporter.trained_to is not None
        assert not let_go(ticket, supporter, declined, DECLINE_PAUSE_MS)
        assert trained(ticket, supporter) or not kept_for_the_trained(ticket, floor)


@given(queues(), floors(), declines())
@settings(max_examples=150, deadline=None)
def test_who_stays_behind_stays_because_nobody_left_may_take_them(
    queue: list[Ticket], floor: list[Supporter], declined: Declined
) -> None:
    pairs = pair(queue, floor, NOW, declined)
    taken = {supporter.account for _, supporter in pairs}
    left = [one for one in floor if one.free and one.account not in taken]
    served = {ticket.conversation for ticket, _ in pairs}
    for ticket in queue:
        if ticket.conversation in served:
            continue
        for one in left:
            assert (
                not speak(ticket, one)
                or let_go(ticket, one, declined, DECLINE_PAUSE_MS)
                or (not trained(ticket, one) and kept_for_the_trained(ticket, floor))
            )


@given(queues(), floors())
@settings(max_examples=150, deadline=None)
def test_equals_are_served_first_come_first_served(
    queue: list[Ticket], floor: list[Supporter]
) -> None:
    alike = [replace(one, languages=("en",), topics=(), risk=Risk.NONE) for one in queue]
    served = [ticket.conversation for ticket, _ in pair(alike, floor, NOW, {})]
    assert served == [one.conversation for one in alike[: len(served)]]


@given(queues(), floors(), declines())
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_supporters_are_listed_changes_nothing(
    queue: list[Ticket], floor: list[Supporter], declined: Declined
) -> None:
    assert pair(queue, floor, NOW, declined) == pair(queue, floor[::-1], NOW, declined)


@given(st.lists(st.tuples(st.integers(0, 10**9), st.sampled_from(Risk), st.booleans()), min_size=2))
def test_nobody_is_overtaken_by_someone_later_than_the_bound(
    arrivals: list[tuple[int, Risk, bool]],
) -> None:
    early, late = min(arrivals), max(arrivals)
    first = score(Millis(early[0]), early[1], returned=early[2])
    second = score(Millis(late[0]), late[1], returned=late[2])
    if late[0] - early[0] > TOP_HEAD_START_MS:
        assert first < second


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(Risk), st.booleans())
def test_equal_need_is_served_in_order_of_arrival(
    one: int, other: int, risk: Risk, returned: bool
) -> None:
    first = score(Millis(one), risk, returned=returned)
    second = score(Millis(other), risk, returned=returned)
    assert (first < second) == (one < other)


def test_head_starts_grow_with_risk() -> None:
    starts = [HEAD_START_MS[risk] for risk in Risk]
    assert starts == sorted(set(starts))


def test_one_without_a_training_record_gets_nothing() -> None:
    assert pair([a_ticket("t")], [a_supporter("s", trained_to=None)], NOW, {}) == []


def test_an_imminent_seeker_is_offered_to_one_trained_to_high() -> None:
    ticket = a_ticket("t", Risk.IMMINENT)
    pairs = pair([ticket], [a_supporter("low", Risk.NONE), a_supporter("s", Risk.HIGH)], NOW, {})
    assert names(pairs) == [("t", "s")]


def test_where_nobody_on_duty_is_trained_enough_the_best_trained_is_asked_at_once() -> None:
    floor = [a_supporter("less", Risk.NONE, idle_ms=99), a_supporter("best", Risk.ELEVATED)]
    assert names(pair([a_ticket("t", Risk.HIGH)], floor, NOW, {})) == [("t", "best")]


def test_a_seeker_at_risk_is_kept_a_while_for_one_who_is_trained_but_busy() -> None:
    floor = [replace(a_supporter("busy", Risk.HIGH), load=2), a_supporter("free", Risk.NONE)]
    early, late = 1000, TRAINING_PATIENCE_MS
    assert pair([a_ticket("t", Risk.HIGH, early)], floor, NOW, {}) == []
    assert names(pair([a_ticket("t", Risk.HIGH, late)], floor, NOW, {})) == [("t", "free")]


def test_shared_topics_come_before_idle_time() -> None:
    ticket = replace(a_ticket("t"), topics=("grief", "work"))
    rested = a_supporter("rested", idle_ms=9999)
    knowing = replace(a_supporter("knowing"), topics=("grief",))
    knowing_more = replace(a_supporter("knowing more"), topics=("grief", "work"))
    assert names(pair([ticket], [rested, knowing], NOW, {})) == [("t", "knowing")]
    assert names(pair([ticket], [rested, knowing, knowing_more], NOW, {})) == [
        ("t", "knowing more")
    ]


def test_who_has_been_idle_the_longest_is_asked_first() -> None:
    floor = [a_supporter("fresh", idle_ms=1), a_supporter("rested", idle_ms=2)]
    assert names(pair([a_ticket("t")], floor, NOW, {})) == [("t", "rested")]


def test_who_declined_is_asked_again_only_as_a_last_resort_and_after_a_pause() -> None:
    ticket, other = a_ticket("t", waited_ms=9000), a_ticket("other")
    decliner, fresh = a_supporter("decliner", idle_ms=99), a_supporter("fresh")

    def after(ms: int) -> Declined:
        return {(ticket.conversation, decliner.account): Millis(NOW - ms)}

    just, paused, old = after(1), after(DECLINE_PAUSE_MS), after(DECLINE_MEMORY_MS)
    assert names(pair([ticket], [decliner, fresh], NOW, paused)) == [("t", "fresh")]
    assert names(pair([ticket, other], [decliner], NOW, paused)) == [("other", "decliner")]
    assert names(pair([ticket], [decliner], NOW, paused)) == [("t", "decliner")]
    assert pair([ticket], [decliner], NOW, just) == []
    assert names(pair([ticket], [decliner, fresh], NOW, old)) == [("t", "decliner")]
