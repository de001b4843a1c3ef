"""Blocks and raid mode: each ends, none is longer than a person decided, and a crowd is no raid."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from config.clock import Millis
from config.ids import AccountId, ConversationId
from safety.blocks import HOUR_MS, HOURS_MOST, REVIEW_MS, Block, Grade, extended, lay, standing
from safety.escalation import Person
from safety.raid import MINUTES_MOST, proposes, raid

GRACE = Person(AccountId("grace"), "Grace")
HENRY = Person(AccountId("henry"), "Henry")
ONE = ConversationId("one")
hours = st.integers(1, 5_000)
grades = st.sampled_from(Grade)


class Life(RuleBasedStateMachine):
    """A block's life: supervisors decide, and time goes by."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Millis(1_750_000_000_000)
        self.decided = self.now
        self.block: Block | None = None

    @rule(grade=grades, hours=hours)
    def laid(self, grade: Grade, hours: int) -> None:
        self.block = lay(ONE, grade, "abuse", hours, GRACE, self.now)
        self.decided = self.now
        assert standing(self.block, self.now) == "laid"

    @precondition(lambda self: self.block and standing(self.block, self.now) != "over")
    @rule(hours=hours)
    def extended(self, hours: int) -> None:
        assert self.block
        before, self.block = self.block, extended(self.block, hours, HENRY, self.now)
        self.decided = self.now
        assert self.block.until >= before.until
        assert (self.block.by, self.block.at) == (HENRY, before.at)
        assert standing(self.block, self.now) == "laid"

    @rule(passed=st.integers(0, 60 * 24))
    def time_goes_by(self, passed: int) -> None:
        self.now = Millis(self.now + passed * HOUR_MS)

    @invariant()
    def it_ends_by_itself(self) -> None:
        if self.block is None:
            return
        longest = HOURS_MOST[self.block.grade] * HOUR_MS
        assert self.block.until <= self.decided + longest
        review = REVIEW_MS if self.block.grade is Grade.CLOSED else 0
        assert standing(self.block, Millis(self.decided + longest + review)) == "over"

    @invariant()
    def only_what_is_closed_waits_for_a_review(self) -> None:
        if self.block and standing(self.block, self.now) == "review":
            assert self.block.grade is Grade.CLOSED


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=40, deadline=None)


@given(grades, hours)
def test_a_block_holds_for_as_long_as_was_said(grade: Grade, hours: int) -> None:
    now = Millis(1_750_000_000_000)
    block = lay(ONE, grade, "spam", hours, GRACE, now)
    said = min(hours, HOURS_MOST[grade]) * HOUR_MS
    assert standing(block, Millis(now + said - 1)) == "laid"
    assert standing(block, Millis(now + said)) != "laid"


def test_a_block_does_not_show_who_laid_it_where_it_is_logged() -> None:
    assert "Grace" not in repr(lay(ONE, Grade.PAUSED, "abuse", 1, GRACE, Millis(0)))
    assert "Grace" not in repr(raid(5, GRACE, Millis(0)))


@given(st.integers(1, 10_000))
def test_raid_mode_ends_by_itself(minutes: int) -> None:
    first = raid(minutes, GRACE, Millis(0))
    assert 0 < first.until <= MINUTES_MOST * 60_000
    later = Millis(60_000)
    longer = raid(minutes, HENRY, later, first)
    assert longer.since == first.since
    assert longer.until <= later + MINUTES_MOST * 60_000


@pytest.mark.parametrize(
    ("arrivals", "usual", "blocks", "proposed"),
    [
        (5.0, 0.1, 3, True),
        (5.0, 0.1, 2, False),  # a crowd in need is no raid
        (0.4, 0.0, 9, False),  # three who are blocked in a quiet night are none
        (5.0, 2.0, 9, False),  # a busy evening is none
    ],
)
def test_raid_mode_is_proposed_when_a_sudden_crowd_is_blocked_again_and_again(
    arrivals: float, usual: float, blocks: int, proposed: bool
) -> None:
    assert proposes(arrivals=arrivals, usual=usual, blocks_lately=blocks) is proposed
