"""The token bucket: bursts are allowed, the long run is bounded."""

from hypothesis import given
from hypothesis import strategies as st

from safety.throttle import full, take

rates = st.floats(min_value=0.01, max_value=100)
bursts = st.integers(min_value=1, max_value=50)
gaps = st.lists(st.floats(min_value=0, max_value=60), max_size=80)


@given(rates, bursts, gaps)
def test_no_more_passes_than_burst_and_rate_allow(
    rate: float, burst: int, gaps: list[float]
) -> None:
    now, bucket, passed = 0.0, full(burst, 0.0), 0
    for gap in gaps:
        now += gap
        bucket, allowed = take(bucket, rate, burst, now)
        passed += allowed
        assert 0 <= bucket.tokens <= burst
    assert passed <= burst + rate * now + 1e-6


@given(rates, bursts)
def test_a_full_burst_may_be_said_at_once(rate: float, burst: int) -> None:
    bucket = full(burst, 5.0)
    for _ in range(burst):
        bucket, allowed = take(bucket, rate, burst, 5.0)
        assert allowed
    assert not take(bucket, rate, burst, 5.0)[1]


@given(rates, bursts)
def test_who_waits_may_speak_again(rate: float, burst: int) -> None:
    bucket = full(burst, 0.0)
    for _ in range(burst):
        bucket, _ = take(bucket, rate, burst, 0.0)
    assert take(bucket, rate, burst, 1.01 / rate)[1]


def test_a_clock_that_steps_back_gives_nothing() -> None:
    bucket, _ = take(full(1, 10.0), 1.0, 1, 10.0)
    bucket, allowed = take(bucket, 1.0, 1, 3.0)
    assert not allowed
    assert bucket.at == 10.0
