"""The work that is asked of newcomers: none in quiet times, more under pressure, never too much."""

from hypothesis import given
from hypothesis import strategies as st

from safety.pressure import (
    FEWEST_TRIES,
    MOST_TRIES,
    NEVER,
    RAID_PRESSURE,
    SLOWED_PRESSURE,
    WINDOW_SECONDS,
    Load,
    faded,
    happened,
    pressure,
    tries,
)

loads = st.builds(
    Load,
    arrivals=st.floats(0, 10_000),
    sockets=st.floats(0, 1.2),
    waiting=st.integers(0, 100_000),
    supporters=st.integers(0, 1_000),
)
quiet = st.builds(
    Load,
    arrivals=st.floats(0, 15),
    sockets=st.floats(0, 0.7),
    waiting=st.integers(0, 99),
    supporters=st.integers(0, 1_000),
)


@given(quiet)
def test_who_comes_in_quiet_times_is_asked_for_nothing(load: Load) -> None:
    assert tries(load) == 0


@given(loads, st.sampled_from([0.0, RAID_PRESSURE, SLOWED_PRESSURE]))
def test_whatever_happens_a_phone_is_through_in_seconds(load: Load, least: float) -> None:
    asked = tries(load, least=least)
    assert asked == 0 or FEWEST_TRIES <= asked <= MOST_TRIES
    assert (asked > 0) or (least == 0.0)


@given(loads, st.floats(1, 1_000), st.floats(0, 0.3), st.integers(1, 1_000))
def test_more_pressure_never_asks_for_less(
    load: Load, arrivals: float, sockets: float, waiting: int
) -> None:
    more = Load(
        load.arrivals + arrivals, load.sockets + sockets, load.waiting + waiting, load.supporters
    )
    assert tries(more) >= tries(load)
    assert tries(load, least=RAID_PRESSURE) >= tries(load)


@given(st.integers(0, 100_000), st.integers(0, 1_000))
def test_a_long_line_alone_asks_for_half_at_most(waiting: int, supporters: int) -> None:
    assert pressure(Load(waiting=waiting, supporters=supporters)) <= 0.5


@given(st.lists(st.floats(0, 5), max_size=200))
def test_a_rate_is_never_more_than_what_happened(gaps: list[float]) -> None:
    now, rate = 0.0, NEVER
    for gap in gaps:
        now += gap
        rate = happened(rate, now)
    assert 0 <= faded(rate, now) <= len(gaps) / WINDOW_SECONDS + 1e-9
    assert faded(rate, now + 100 * WINDOW_SECONDS) < 1e-9


def test_a_steady_rate_is_told_as_it_is() -> None:
    rate = NEVER
    for number in range(2_000):
        rate = happened(rate, number / 20)
    assert 18 < faded(rate, 100) < 22


def test_a_clock_that_steps_back_makes_no_crowd() -> None:
    rate = happened(NEVER, 100.0)
    assert faded(happened(rate, 3.0), 3.0) <= 2 / WINDOW_SECONDS
