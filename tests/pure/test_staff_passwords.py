"""Passphrases: what may be chosen, what is given, and that hashing is what it should be."""

import asyncio

import pytest
from argon2 import extract_parameters

from config.catalogue import PASSPHRASE_WORDS, words
from staff.passwords import COST, CROWD, Cost, Passwords, fault_of, one_time

CHEAP = Cost(memory_kib=8, passes=1)


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(CHEAP)


@pytest.mark.parametrize(
    ("passphrase", "fault"),
    [
        ("eleven char", "too_short"),
        ("twelve chars", None),
        ("x" * 257, "too_long"),
        ("Maria.Gonzales", "is_name"),
        ("maria gonzales!", "is_name"),
        ("................", None),
        ("pain au chocolat à midi", None),
    ],
)
def test_a_passphrase_is_long_enough_and_not_the_name(passphrase: str, fault: str | None) -> None:
    assert fault_of(passphrase, "maria.gonzales", "Maria") == fault


def test_every_word_adds_ten_bits_to_a_one_time_passphrase() -> None:
    assert len(set(words())) == len(words()) == 1024
    given = one_time()
    assert set(given.split("-")) <= set(words())
    assert len(given.split("-")) == PASSPHRASE_WORDS
    assert fault_of(given, "admin", "Administrator") is None
    assert one_time() != given


async def test_the_right_passphrase_is_told_from_a_wrong_one(passwords: Passwords) -> None:
    kept = await passwords.hash("a bench in the shade")
    assert await passwords.verify(kept, "a bench in the shade")
    assert not await passwords.verify(kept, "a bench in the shadE")
    assert not await passwords.verify("damaged", "a bench in the shade")


async def test_two_keyboards_write_the_same_passphrase(passwords: Passwords) -> None:
    kept = await passwords.hash("une cafe\u0301tie\u0300re")
    assert await passwords.verify(kept, "une caf\u00e9ti\u00e8re")


async def test_an_unknown_name_is_never_right(passwords: Passwords) -> None:
    assert not await passwords.verify(None, "a bench in the shade")


async def test_a_hash_made_at_another_cost_is_outdated(passwords: Passwords) -> None:
    kept = await passwords.hash("a bench in the shade")
    assert not passwords.outdated(kept)
    assert Passwords(Cost(memory_kib=16, passes=1)).outdated(kept)


async def test_the_real_cost_is_what_the_design_says() -> None:
    kept = await Passwords().hash("a bench in the shade")
    found = extract_parameters(kept)
    assert kept.startswith("$argon2id$")
    assert (found.memory_cost, found.time_cost, found.parallelism) == (65536, 3, 1)
    assert Cost() == COST


async def test_a_crowd_at_the_door_is_noticed_and_passes(passwords: Passwords) -> None:
    waiting = [asyncio.ensure_future(passwords.hash("x" * 20)) for _ in range(CROWD)]
    before = passwords.crowded
    await asyncio.sleep(0)
    during = passwords.crowded
    await asyncio.gather(*waiting)
    assert (before, during, passwords.crowded) == (False, True, False)
