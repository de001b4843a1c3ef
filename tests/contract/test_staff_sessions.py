"""Sessions and tallies of guesses: one suite for the fakes and for real stores."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from config.clock import Millis, Seconds
from config.ids import AccountId, hash_token
from staff.guesses import Guesses
from staff.guesses_memory import GuessesMemory
from staff.guesses_redis import GuessesRedis
from staff.sessions import Lifetimes, Session, Sessions
from staff.sessions_memory import SessionsMemory
from staff.sessions_redis import SessionsRedis
from store.client import Store
from tests.support.adapters import KINDS, store_for

ANA, BEN = AccountId("ana"), AccountId("ben")
SHIFT = Lifetimes(Seconds(100), Seconds(10), Seconds(2))
NOW = Millis(1_700_000_000_000)


def later(seconds: float) -> Millis:
    return Millis(NOW + round(seconds * 1000))


@pytest.fixture(params=KINDS)
async def sessions(request: pytest.FixtureRequest) -> AsyncGenerator[Sessions]:
    async with store_for(request) as store:
        yield SessionsRedis(store, SHIFT) if store else SessionsMemory(SHIFT)


@pytest.fixture(params=KINDS)
async def guesses(request: pytest.FixtureRequest) -> AsyncGenerator[Guesses]:
    async with store_for(request) as store:
        yield GuessesRedis(store) if store else GuessesMemory()


async def found(sessions: Sessions, token: str, now: Millis = NOW) -> Session:
    session = await sessions.find(token, now)
    assert session is not None
    return session


async def test_a_session_is_found_by_its_token_alone(sessions: Sessions) -> None:
    token = await sessions.begin(ANA, NOW)
    session = await found(sessions, token)
    assert (session.account, session.begun, session.seen) == (ANA, NOW, NOW)
    assert str(session.id) == str(hash_token(token))
    assert await sessions.find(session.id, NOW) is None
    assert await sessions.find("", NOW) is None


async def test_a_session_goes_on_while_there_are_signs_of_life(sessions: Sessions) -> None:
    token = await sessions.begin(ANA, NOW)
    for seconds in range(0, 100, 9):
        assert (await found(sessions, token, later(seconds))).account == ANA
    assert await sessions.find(token, later(100)) is None


async def test_an_idle_session_is_over(sessions: Sessions) -> None:
    token = await sessions.begin(ANA, NOW)
    assert await sessions.find(token, later(10)) is None
    assert await sessions.of(ANA, later(10)) == ()


async def test_the_sessions_of_an_account_are_listed_and_those_of_others_are_not(
    sessions: Sessions,
) -> None:
    first = await found(sessions, await sessions.begin(ANA, NOW))
    second = await found(sessions, await sessions.begin(ANA, later(1)), later(1))
    await sessions.begin(BEN, NOW)
    assert await sessions.of(ANA, later(1)) == (first, second)
    assert await sessions.of(AccountId("nobody"), NOW) == ()


async def test_one_session_is_revoked_and_the_others_go_on(sessions: Sessions) -> None:
    tokens = [await sessions.begin(ANA, NOW) for _ in range(3)]
    revoked = await found(sessions, tokens[0])
    await sessions.revoke(revoked)
    await sessions.revoke(revoked)
    assert await sessions.find(tokens[0], NOW) is None
    assert len(await sessions.of(ANA, NOW)) == 2


async def test_all_sessions_of_an_account_are_revoked_but_the_one_that_asks(
    sessions: Sessions,
) -> None:
    tokens = [await sessions.begin(ANA, NOW) for _ in range(3)]
    other = await sessions.begin(BEN, NOW)
    kept = await found(sessions, tokens[1])
    await sessions.revoke_all(ANA, but=kept.id)
    assert await sessions.of(ANA, NOW) == (kept,)
    await sessions.revoke_all(ANA)
    assert await sessions.of(ANA, NOW) == ()
    assert await sessions.find(other, NOW)


async def test_a_revoked_session_does_not_come_back_with_a_sign_of_life(
    sessions: Sessions,
) -> None:
    token = await sessions.begin(ANA, NOW)
    await asyncio.gather(sessions.find(token, later(5)), sessions.revoke_all(ANA))
    assert await sessions.find(token, later(5)) is None


async def test_the_sixth_guess_at_a_name_waits(guesses: Guesses) -> None:
    for place in range(5):
        assert await guesses.attempt("ana", f"place-{place}", NOW) == 0.0
    assert await guesses.attempt("ana", "place-6", NOW) == 2.0
    assert await guesses.attempt("ben", "place-6", NOW) == 0.0
    assert await guesses.attempt("ana", "place-6", later(2)) == 0.0
    assert await guesses.attempt("ana", "place-6", later(2)) == 4.0


async def test_the_sixth_guess_from_an_address_waits(guesses: Guesses) -> None:
    for who in range(5):
        assert await guesses.attempt(f"name-{who}", "here", NOW) == 0.0
    assert await guesses.attempt("ana", "here", NOW) == 2.0
    assert await guesses.attempt("ana", "there", NOW) == 0.0


async def test_guesses_made_at_once_are_not_free(guesses: Guesses) -> None:
    waits = await asyncio.gather(*(guesses.attempt("ana", f"p{n}", NOW) for n in range(30)))
    assert waits.count(Seconds(0.0)) == 5


async def test_what_was_right_is_forgiven(guesses: Guesses) -> None:
    for _ in range(40):
        assert await guesses.attempt("ana", "home", NOW) == 0.0
        await guesses.forgive("ana", "home", NOW)


async def test_ones_own_right_passphrase_does_not_free_an_address_for_guessing(
    guesses: Guesses,
) -> None:
    for _ in range(5):
        assert await guesses.attempt("ana", "here", NOW) == 0.0
        assert await guesses.attempt("mallory", "here", NOW) in (0.0, 2.0)
        await guesses.forgive("mallory", "here", NOW)
    assert await guesses.attempt("ana", "here", NOW) > 0.0


async def test_others_guesses_do_not_keep_the_owner_out_where_they_are_known(
    guesses: Guesses,
) -> None:
    await guesses.attempt("ana", "home", NOW)
    await guesses.forgive("ana", "home", NOW)
    for place in range(5):
        await guesses.attempt("ana", f"far-{place}", NOW)
    assert await guesses.attempt("ana", "far", NOW) > 0.0
    assert await guesses.attempt("ana", "home", NOW) == 0.0


async def test_a_quiet_while_forgets_all_guesses(guesses: Guesses) -> None:
    for _ in range(5):
        await guesses.attempt("ana", "here", NOW)
    assert await guesses.attempt("ana", "here", later(900)) == 0.0


# What only a real store can show


async def test_a_revocation_wakes_whoever_holds_the_sockets(store: Store) -> None:
    sessions = SessionsRedis(store, SHIFT)
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    await store.wakeups.listen(sessions.revocations, lambda _, what: heard.put_nowait(what))
    await asyncio.wait_for(heard.get(), 10)
    session = await found(sessions, await sessions.begin(ANA, NOW))
    await sessions.revoke_all(ANA)
    assert await asyncio.wait_for(heard.get(), 2) == session.id.encode()


async def test_the_store_never_holds_a_token_and_forgets_the_session(store: Store) -> None:
    sessions = SessionsRedis(store, SHIFT)
    token = await sessions.begin(ANA, NOW)
    session = await found(sessions, token)
    key = f"{{staff}}:session:{session.id}"
    record = await store.call("GET", key)
    assert isinstance(record, bytes)
    assert token.encode() not in record
    await found(sessions, token, later(5))
    for expiring in (key, f"{{staff}}:sessions:{ANA}"):
        assert 0 < int(str(await store.call("PTTL", expiring))) <= 100_000
