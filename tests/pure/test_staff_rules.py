"""Accounts, sessions and guesses as rules: time is an argument, nothing is kept anywhere."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from config.clock import Millis, Seconds
from config.ids import AccountId
from config.risk import Risk
from staff.accounts import (
    Account,
    SetDisabled,
    SetPassphrase,
    SetProfile,
    SetRole,
    SetTraining,
    Training,
    administers,
    can_log_in,
    changed,
    valid_training,
)
from staff.guesses import ADDRESS, NAME, Patience, Tally, counted, forgiven, waiting
from staff.roles import Role
from staff.sessions import Lifetimes, Session, SessionId, alive, stale

NOW = Millis(1_700_000_000_000)
ANA = Account(AccountId("a"), "ana", "Ana", Role.SUPPORTER, "hash-1")
PATIENCES = st.sampled_from([NAME, ADDRESS])


def later(seconds: float) -> Millis:
    return Millis(NOW + round(seconds * 1000))


def test_training_is_valid_until_its_day_and_not_on_it() -> None:
    trained = replace(ANA, training=Training(Risk.HIGH, NOW, AccountId("s")))
    assert valid_training(trained, Millis(NOW - 1)) is Risk.HIGH
    assert valid_training(trained, NOW) is None
    assert valid_training(ANA, NOW) is None


def test_a_change_changes_what_it_names_and_nothing_else() -> None:
    training = Training(Risk.ELEVATED, NOW, AccountId("s"))
    assert changed(ANA, SetRole(Role.SUPERVISOR)) == replace(ANA, role=Role.SUPERVISOR)
    assert changed(ANA, SetTraining(training)) == replace(ANA, training=training)
    assert changed(ANA, SetDisabled(True)) == replace(ANA, disabled=True)
    profile = changed(ANA, SetProfile("A.", ("en",), ("grief",)))
    assert profile == replace(ANA, display="A.", languages=("en",), topics=("grief",))


def test_who_checked_an_old_passphrase_cannot_undo_a_newer_one() -> None:
    reset = changed(ANA, SetPassphrase("hash-2", must_change=True, until=NOW))
    assert (reset.password_hash, reset.must_change, reset.passphrase_until) == ("hash-2", True, NOW)
    late = SetPassphrase("hash-3", must_change=False, instead_of="hash-1")
    assert changed(reset, late) == reset
    assert changed(ANA, late).password_hash == "hash-3"


def test_a_closed_account_or_an_expired_one_time_passphrase_lets_nobody_in() -> None:
    assert can_log_in(ANA, NOW)
    assert not can_log_in(replace(ANA, disabled=True), NOW)
    assert can_log_in(replace(ANA, passphrase_until=later(1)), NOW)
    assert not can_log_in(replace(ANA, passphrase_until=NOW), NOW)


def test_a_disabled_administrator_administers_nothing() -> None:
    admin = replace(ANA, role=Role.ADMINISTRATOR)
    assert administers(admin)
    assert not administers(replace(admin, disabled=True))
    assert not administers(ANA)


def test_a_traceback_never_shows_a_hash() -> None:
    shown = repr(ANA) + repr(SetPassphrase("hash-2", must_change=False, instead_of="hash-1"))
    assert "hash-" not in shown


SHIFT = Lifetimes(Seconds(100), Seconds(10), Seconds(2))


def test_a_session_lives_until_it_is_old_or_idle() -> None:
    session = Session(SessionId("s"), AccountId("a"), NOW, NOW)
    assert alive(session, SHIFT, Millis(later(10) - 1))
    assert not alive(session, SHIFT, later(10))
    busy = replace(session, seen=later(95))
    assert alive(busy, SHIFT, Millis(later(100) - 1))
    assert not alive(busy, SHIFT, later(100))


def test_a_sign_of_life_is_written_only_now_and_then() -> None:
    session = Session(SessionId("s"), AccountId("a"), NOW, NOW)
    assert not stale(session, SHIFT, later(1.9))
    assert stale(session, SHIFT, later(2))


def test_the_first_wrong_attempts_cost_nothing_and_each_next_one_more() -> None:
    waits: list[float] = []
    tally: Tally | None = None
    for _ in range(12):
        waits.append(waiting(tally, NAME, NOW))
        tally = counted(tally, NAME, NOW)
    assert waits == [0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60]


@given(PATIENCES, st.integers(0, 10**6), st.integers(0, 10**6))
def test_nobody_waits_longer_than_the_ceiling_and_a_quiet_while_forgets(
    patience: Patience, wrong: int, elapsed: int
) -> None:
    wait = waiting(Tally(wrong, NOW), patience, Millis(NOW + elapsed))
    assert 0 <= wait <= patience.longest
    assert waiting(Tally(wrong, NOW), patience, later(patience.memory)) == 0.0


@given(PATIENCES, st.integers(0, 40), st.integers(0, 10**6))
def test_whoever_waits_as_told_may_try(patience: Patience, wrong: int, elapsed: int) -> None:
    now = Millis(NOW + elapsed)
    wait = waiting(Tally(wrong, NOW), patience, now)
    assert waiting(Tally(wrong, NOW), patience, Millis(now + round(wait * 1000))) == 0.0


@given(PATIENCES, st.lists(st.integers(0, 10**5), max_size=50))
def test_guessing_without_pause_is_bounded(patience: Patience, pauses: list[int]) -> None:
    """However attempts are spread, those that go through in an hour are few."""
    now, tally, made = NOW, None, 0
    for pause in pauses:
        now = Millis(now + pause)
        if waiting(tally, patience, now) == 0.0:
            tally = counted(tally, patience, now)
            made += 1
    bound = patience.free + (now - NOW) / 1000 / patience.first + 1
    assert made <= bound


def test_a_right_attempt_takes_back_what_it_counted_and_no_more() -> None:
    before = Tally(3, NOW)
    assert forgiven(counted(before, ADDRESS, NOW)).wrong == 3
    assert forgiven(Tally(0, NOW)).wrong == 0


def test_a_clock_that_steps_back_makes_nobody_wait_longer_than_it_stepped() -> None:
    tally = Tally(NAME.free, NOW)
    assert waiting(tally, NAME, later(-5)) == NAME.first + 5
