"""Proofs of work on a real store: asked for by one process, accepted once by any, and not late."""

from dataclasses import dataclass

import msgspec
import pytest

from client.work import prove
from config import clock, limits
from config.clock import Millis
from store.client import Store
from web.proofs import Challenge, Proof, Proofs

TRIES = 4


@dataclass
class Two:
    """Two processes of one house."""

    one: Proofs
    other: Proofs


@pytest.fixture
def two(store: Store) -> Two:
    return Two(Proofs(store), Proofs(store))


async def a_challenge(proofs: Proofs) -> Challenge:
    challenge = await proofs.challenge(TRIES, clock.now())
    assert challenge is not None
    return challenge


async def solved(challenge: Challenge) -> Proof:
    fields = await prove(msgspec.to_builtins(challenge))
    return msgspec.convert(fields, Proof)


async def test_a_proof_is_accepted_once_by_whichever_process(two: Two) -> None:
    proof = await solved(await a_challenge(two.one))
    assert proof.solution.counter <= TRIES
    assert await two.other.accepts(proof, clock.now())
    assert not await two.one.accepts(proof, clock.now())
    assert not await two.other.accepts(proof, clock.now())


async def test_a_proof_that_comes_late_is_not_accepted(two: Two) -> None:
    proof = await solved(await a_challenge(two.one))
    late = Millis(clock.now() + int(limits.CHALLENGE_SECONDS + 2) * 1000)
    assert not await two.one.accepts(proof, late)
    assert await two.one.accepts(proof, clock.now())


async def test_what_was_changed_or_guessed_is_not_accepted(two: Two) -> None:
    proof = await solved(await a_challenge(two.one))
    asked, answer = proof.challenge.parameters, proof.solution
    replace = msgspec.structs.replace
    easier = replace(asked, cost=1)
    longer = replace(asked, expires_at=asked.expires_at - 1)
    for bad in (
        replace(proof, challenge=replace(proof.challenge, parameters=easier)),
        replace(proof, challenge=replace(proof.challenge, parameters=longer)),
        replace(proof, challenge=replace(proof.challenge, signature="00" * 32)),
        replace(proof, solution=replace(answer, derived_key="00" * 32)),
        replace(proof, solution=replace(answer, derived_key=asked.key_prefix + "00" * 16)),
    ):
        assert not await two.one.accepts(bad, clock.now())
    assert await two.one.accepts(proof, clock.now())


async def test_the_proof_of_another_house_is_not_accepted(two: Two, store: Store) -> None:
    proof = await solved(await a_challenge(two.one))
    day = proof.challenge.parameters.expires_at // (24 * 3600)
    await store.call("SET", f"{{gate}}:key:{day}", b"another key")
    assert not await Proofs(store).accepts(proof, clock.now())
