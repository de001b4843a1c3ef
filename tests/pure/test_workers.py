"""How long a parent waits before it starts again what has died."""

from web.workers import LONGEST_PAUSE, STEADY_SECONDS, next_pause


def test_what_dies_at_once_again_and_again_is_waited_for_longer_and_longer() -> None:
    pause, pauses = 0.0, list[float]()
    for _ in range(20):
        pauses.append(pause)
        pause = next_pause(pause, lived=0.1)
    assert pauses[0] == 0.0
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_what_has_lived_long_is_started_again_at_once() -> None:
    assert next_pause(LONGEST_PAUSE, lived=STEADY_SECONDS + 1) == 0.0
