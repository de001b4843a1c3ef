"""What a waiting seeker is told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.clock import Millis
from config.ids import AccountId
from config.risk import Risk
from matching.estimate import Pace, Range, estimate, fit, languages_on_duty, pace_of
from matching.limits import PICKUP_AGE_MS
from matching.ticket import Availability, Pickup, Supporter

NOW = Millis(1_750_000_000_000)


def every(gap_ms: int, wait_ms: int, times: int) -> list[Pickup]:
    return [Pickup(Millis(NOW - n * gap_ms), wait_ms) for n in range(times)]


def a_supporter(language: str) -> Supporter:
    return Supporter(
        account=AccountId(language),
        name=language,
        state=Availability.AVAILABLE,
        capacity=1,
        load=0,
        languages=(language,),
        topics=(),
        trained_to=Risk.NONE,
        idle_since=NOW,
    )


def test_too_few_pickups_give_no_estimate() -> None:
    assert estimate(0, pace_of(every(1000, 1000, 3), NOW)) is None


def test_old_pickups_say_nothing_about_now() -> None:
    assert pace_of(every(1000, 1000, 9), Millis(NOW + PICKUP_AGE_MS)) is None


def test_the_pace_of_a_full_queue_is_the_time_between_pickups() -> None:
    assert pace_of(every(60_000, 600_000, 10), NOW) == Pace(60_000, 9)


def test_an_empty_queue_is_not_a_slow_one() -> None:
    pace = pace_of(every(600_000, 8_000, 5), NOW)
    assert pace == Pace(8_000, 4)
    assert estimate(0, pace) == Range(0, 30)


@given(st.integers(0, 500), st.floats(1, 600_000), st.integers(3, 50))
def test_a_range_is_a_range_and_holds_the_middle(place: int, gap_ms: float, seen: int) -> None:
    found = estimate(place, Pace(gap_ms, seen))
    assert found is not None
    assert 0 <= found.low <= (place + 1) * gap_ms / 1000 <= found.high


@given(st.integers(0, 500), st.floats(1, 600_000), st.integers(3, 49))
def test_more_before_and_less_known_never_promise_more(
    place: int, gap_ms: float, seen: int
) -> None:
    here, behind = estimate(place, Pace(gap_ms, seen)), estimate(place + 1, Pace(gap_ms, seen))
    better = estimate(place, Pace(gap_ms, seen + 1))
    assert here is not None and behind is not None and better is not None
    assert behind.high >= here.high
    assert better.high <= here.high


@pytest.mark.parametrize(
    ("languages", "spoken", "is_open", "told"),
    [
        (["en"], ["en", "fr"], True, "ok"),
        (["sn", "fr"], ["en", "fr"], True, "ok"),
        (["sn"], ["en", "fr"], True, "no_language"),
        (["en"], [], True, "nobody"),
        (["en"], ["en"], False, "closed"),
    ],
)
def test_a_seeker_is_told_whether_anybody_fits(
    languages: list[str], spoken: list[str], is_open: bool, told: str
) -> None:
    assert fit(languages, [a_supporter(one) for one in spoken], is_open=is_open) == told


def test_only_who_takes_conversations_counts_as_on_duty() -> None:
    busy = replace(a_supporter("en"), load=1)
    untrained = replace(a_supporter("fr"), trained_to=None)
    away = [
        replace(a_supporter("sn"), state=state) for state in Availability if state != "available"
    ]
    assert languages_on_duty([busy, untrained, *away]) == ("en",)
