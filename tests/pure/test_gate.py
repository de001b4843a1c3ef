"""The gate and what it remembers: blocks and raids end by the clock, and bind nobody else."""

from config import clock, limits
from config.clock import Millis
from config.ids import AccountId, ConversationId
from safety.blocks import HOUR_MS, Block, Grade, lay
from safety.escalation import Person
from safety.pressure import MOST_TRIES
from safety.raid import Raid
from web.addresses import Tags
from web.gate import Gate
from web.visitors import ADMISSIONS, Visitor, Visitors

GRACE = Person(AccountId("grace"), "Grace")
DAY = 20_000
ONE, TWO = ConversationId("one"), ConversationId("two")


def visitor_of(visitors: Visitors, tag: str, *, shared: bool = False) -> Visitor:
    return visitors.of(Tags(today=tag, before="", day=DAY, shared=shared))


def laid(conversation: ConversationId, grade: Grade, *, hours_ago: int = 0) -> Block:
    at = Millis(clock.now() - hours_ago * HOUR_MS)
    return lay(conversation, grade, "abuse", 2, GRACE, at)


def gate_with(*blocks: Block) -> Gate:
    gate = Gate(is_open=True)
    gate.blocks = {one.conversation: one for one in blocks}
    return gate


def test_a_block_binds_the_visitor_that_the_conversation_came_from() -> None:
    visitors = Visitors()
    abuser, other = visitor_of(visitors, "a"), visitor_of(visitors, "b")
    visitors.came(abuser, ONE)
    visitors.came(other, TWO)
    visitors.went(abuser, ONE)
    visitors.block(ONE)
    gate = gate_with(laid(ONE, Grade.PAUSED))
    assert gate.refusal(abuser) == "paused"
    assert gate.refusal(other) is None
    assert gate.refusal(visitor_of(visitors, "c")) is None


def test_what_one_worker_knows_of_a_block_binds_at_its_siblings() -> None:
    here, there = Visitors(), Visitors()
    early = visitor_of(there, "a")
    here.came(visitor_of(here, "a"), ONE)
    here.block(ONE)
    gate = gate_with(laid(ONE, Grade.PAUSED))
    assert gate.refusal(early) is None
    for one in here.blocked:
        there.blocked.lay(one)
    assert gate.refusal(early) == gate.refusal(visitor_of(there, "a")) == "paused"
    assert gate.refusal(visitor_of(there, "b")) is None
    assert list(there.blocked) == list(here.blocked) == [(ONE, "a", DAY)]
    there.blocked.keep((), DAY)
    assert list(there.blocked) == []
    assert gate.refusal(early) is None


def test_what_siblings_tell_again_and_again_over_midnight_grows_no_further() -> None:
    here, there = Visitors(), Visitors()
    here.came(visitor_of(here, "evening"), ONE)
    here.block(ONE)
    gate = gate_with(laid(ONE, Grade.PAUSED))
    today = Tags(today="morning", before="evening", day=DAY + 1, shared=False)
    used = there.of(today)
    used.sockets = 12
    for _ in range(3):
        for one in here.blocked:
            there.blocked.lay(one)
        assert gate.refusal(there.of(today)) == "paused"
        there.blocked.keep((ONE,), DAY + 1)
        assert set(there.blocked) == {(ONE, "evening", DAY), (ONE, "morning", DAY + 1)}
    assert there.of(today) is used, "what counts for an address goes on counting"
    there.blocked.keep((ONE,), DAY + 2)
    assert set(there.blocked) == {(ONE, "morning", DAY + 1)}


def test_a_block_that_is_over_binds_nobody_though_nothing_more_is_heard() -> None:
    visitors = Visitors()
    abuser = visitor_of(visitors, "a")
    visitors.came(abuser, ONE)
    visitors.block(ONE)
    assert gate_with(laid(ONE, Grade.PAUSED, hours_ago=1)).refusal(abuser) == "paused"
    assert gate_with(laid(ONE, Grade.PAUSED, hours_ago=2)).refusal(abuser) is None
    assert gate_with(laid(ONE, Grade.CLOSED, hours_ago=2)).refusal(abuser) == "blocked"
    assert gate_with().refusal(abuser) is None


def test_the_gravest_of_several_blocks_counts() -> None:
    visitors = Visitors()
    abuser = visitor_of(visitors, "a")
    for conversation in (ONE, TWO):
        visitors.came(abuser, conversation)
        visitors.block(conversation)
    gate = gate_with(laid(ONE, Grade.SLOWED), laid(TWO, Grade.CLOSED))
    assert gate.refusal(abuser) == "blocked"
    slowed = gate_with(laid(ONE, Grade.SLOWED))
    assert slowed.refusal(abuser) is None
    assert 0 < slowed.tries(abuser) <= MOST_TRIES
    assert [slowed.admits(abuser) for _ in range(3)] == [True, True, False]


def test_an_address_that_stands_for_many_is_never_blocked() -> None:
    visitors = Visitors()
    everybody = visitor_of(visitors, "a", shared=True)
    everybody.sockets = 10 * limits.SOCKETS_OF_ADDRESS
    visitors.came(everybody, ONE)
    visitors.block(ONE)
    assert gate_with(laid(ONE, Grade.CLOSED)).refusal(everybody) is None


def test_a_conversation_that_moves_to_another_network_is_blocked_there() -> None:
    visitors = Visitors()
    home, phone = visitor_of(visitors, "home"), visitor_of(visitors, "phone")
    visitors.came(home, ONE)
    visitors.came(phone, ONE)
    visitors.went(home, ONE)
    visitors.block(ONE)
    gate = gate_with(laid(ONE, Grade.PAUSED))
    assert (gate.refusal(home), gate.refusal(phone)) == (None, "paused")


def test_raid_mode_ends_by_the_clock_though_nothing_more_is_heard() -> None:
    gate, now = Gate(is_open=True), clock.now()
    newcomer = Visitor(shared=False)
    assert gate.tries(newcomer) == 0
    gate.raid = Raid(by=GRACE, since=now, until=Millis(now + HOUR_MS))
    assert gate.tries(newcomer) > 0
    newcomer.sockets = 1
    assert gate.refusal(newcomer) == "too_many"
    assert gate.refusal(newcomer, own=1) is None
    while gate.takes_turn():
        pass
    assert not gate.has_turn()
    gate.raid = Raid(by=GRACE, since=now, until=now)
    assert gate.tries(newcomer) == 0
    assert gate.refusal(newcomer) is None
    assert gate.has_turn()


def test_a_crowd_from_one_address_puts_no_pressure_on_others() -> None:
    gate, flood = Gate(is_open=True), Visitor(shared=False)
    for _ in range(1_000):
        gate.admits(flood)
    assert gate.load().arrivals <= ADMISSIONS.burst
    assert gate.tries(Visitor(shared=False)) == 0
    for _ in range(1_000):
        gate.admits(Visitor(shared=False))
    assert gate.tries(Visitor(shared=False)) == MOST_TRIES
    assert Gate(is_open=True, asks_work=False).tries(flood) == 0
