"""Second factors at the door, on the fakes and on real stores."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from pyotp.hotp import HOTP

from config.clock import Millis
from config.ids import AccountId, Token
from config.limits import CONFIRMED_SECONDS, RECOVERY_CODES
from staff.accounts import Account
from staff.factors import NO_FACTORS, UseStep
from staff.key_file import NAME, staff_key
from staff.login import FactorAsked, LoggedIn, Refused
from staff.passkeys import Party, shown_id
from staff.roles import Act, Role
from staff.roster import NotAllowed
from staff.second_factor import (
    Assertion,
    Code,
    Enrolled,
    NotEnrolled,
    Proof,
    Proposal,
    RecoveryCode,
)
from staff.sessions import confirmed
from staff.totp import step_of
from store.client import Store
from store.errors import StoreError
from tests.support.adapters import KINDS, store_for
from tests.support.authenticator import Authenticator
from tests.support.door import CHOSEN, HOME, NOW, House, house_on

PARTY = Party("localhost", "http://localhost:8000", "Bench")
STEP = 30.0


@pytest.fixture(params=KINDS)
async def house(request: pytest.FixtureRequest) -> AsyncGenerator[House]:
    async with store_for(request) as store:
        with house_on(store) as house:
            await house.administrator()
            yield house


def later(seconds: float) -> Millis:
    return Millis(NOW + round(seconds * 1000))


def code(secret: str, now: Millis) -> str:
    return HOTP(secret).at(step_of(now))


async def admin(house: House) -> Account:
    found = await house.accounts.named("admin")
    assert found is not None
    return found


async def generator(house: House, now: Millis = NOW) -> tuple[str, tuple[str, ...]]:
    """Set a code generator up; return its secret and the recovery codes."""
    proposal = await house.factor.propose_totp(await admin(house), "Bench", now)
    assert isinstance(proposal, Proposal)
    first = code(proposal.secret, now)
    enrolled = await house.factor.confirm_totp(await admin(house), first, HOME, now)
    assert isinstance(enrolled, Enrolled)
    return proposal.secret, enrolled.codes


async def passkey(house: House) -> Authenticator:
    device = Authenticator(PARTY.origin, PARTY.id)
    options = await house.factor.passkey_options(await admin(house), PARTY, "here")
    made = await house.factor.add_passkey(
        await admin(house), device.makes(options), "my phone", PARTY, "here", NOW
    )
    assert isinstance(made, Enrolled)
    return device


async def asked(house: House, now: Millis = NOW) -> Token:
    """Give the passphrase; return the token of the log-in that waits for the factor."""
    answer = await house.login.log_in("admin", CHOSEN, HOME, now)
    assert isinstance(answer, FactorAsked)
    return answer.token


async def finish(house: House, pending: str, proof: Proof, now: Millis = NOW) -> LoggedIn | Refused:
    return await house.login.finish(pending, proof, HOME, now)


async def test_the_passphrase_alone_brings_no_session_where_there_is_a_factor(
    house: House,
) -> None:
    secret, _ = await generator(house)
    pending = await asked(house)
    account = await admin(house)
    assert await house.sessions.of(account.id, NOW) == ()
    assert await house.login.who(pending, NOW) is None
    inside = await finish(house, pending, Code(code(secret, later(STEP))), later(STEP))
    assert isinstance(inside, LoggedIn)
    assert (await house.acts())[-2:] == [Act.ADD_FACTOR, Act.LOG_IN]


async def test_each_code_lets_in_once_though_many_try_at_once(house: House) -> None:
    secret, _ = await generator(house)
    now = later(STEP)
    attempts = [asked(house, now) for _ in range(4)]
    tokens = await asyncio.gather(*attempts)
    answers = await asyncio.gather(
        *(finish(house, one, Code(code(secret, now)), now) for one in tokens)
    )
    assert sum(isinstance(one, LoggedIn) for one in answers) == 1
    again = await finish(house, await asked(house, now), Code(code(secret, now)), now)
    assert again == Refused("wrong")


async def test_the_code_that_confirmed_the_generator_is_used_up(house: House) -> None:
    secret, _ = await generator(house)
    assert await finish(house, await asked(house), Code(code(secret, NOW))) == Refused("wrong")


async def test_a_finished_log_in_can_not_be_finished_again(house: House) -> None:
    secret, codes = await generator(house)
    pending = await asked(house)
    assert isinstance(await finish(house, pending, RecoveryCode(codes[0])), LoggedIn)
    again = await finish(house, pending, Code(code(secret, later(STEP))), later(STEP))
    assert again == Refused("expired")


async def test_a_recovery_code_works_once_and_is_on_record(house: House) -> None:
    _, codes = await generator(house)
    assert len(set(codes)) == RECOVERY_CODES
    inside = await finish(house, await asked(house), RecoveryCode(codes[3].upper()))
    assert isinstance(inside, LoggedIn)
    assert len(inside.account.factors.recovery) == RECOVERY_CODES - 1
    assert Act.USE_CODE in await house.acts()
    assert await finish(house, await asked(house), RecoveryCode(codes[3])) == Refused("wrong")


async def test_new_recovery_codes_make_the_old_ones_worthless(house: House) -> None:
    _, old = await generator(house)
    new = await house.factor.new_codes(await admin(house), NOW)
    assert await finish(house, await asked(house), RecoveryCode(old[0])) == Refused("wrong")
    assert isinstance(await finish(house, await asked(house), RecoveryCode(new[0])), LoggedIn)


async def test_a_passkey_lets_in_and_each_challenge_is_answered_once(house: House) -> None:
    device = await passkey(house)
    pending = await asked(house)
    options = await house.login.challenge(pending, PARTY, NOW)
    assert options is not None
    answer = device.answers(options)
    other = await asked(house)
    assert await finish(house, other, Assertion(answer, PARTY)) == Refused("wrong")
    assert isinstance(await finish(house, pending, Assertion(answer, PARTY)), LoggedIn)
    assert await finish(house, await asked(house), Assertion(answer, PARTY)) == Refused("wrong")


async def test_a_passkey_whose_count_fell_behind_was_copied_and_lets_nobody_in(
    house: House,
) -> None:
    device = await passkey(house)
    for count, welcome in ((5, True), (2, False), (8, True)):
        pending = await asked(house)
        options = await house.login.challenge(pending, PARTY, NOW)
        assert options is not None
        device.count = count
        answer = await finish(house, pending, Assertion(device.answers(options), PARTY))
        assert isinstance(answer, LoggedIn) is welcome


async def test_a_wrong_factor_is_slowed_down_like_a_wrong_passphrase(house: House) -> None:
    secret, _ = await generator(house)
    pending = await asked(house)
    for _ in range(5):
        assert await finish(house, pending, Code("000000")) == Refused("wrong")
    right = Code(code(secret, later(STEP)))
    assert await finish(house, pending, right, NOW) == Refused("too_many", 2)
    assert isinstance(await finish(house, pending, right, later(STEP)), LoggedIn)


async def test_a_pending_log_in_ends_with_the_passphrase_it_knew(house: House) -> None:
    secret, _ = await generator(house)
    pending = await asked(house)
    account = await admin(house)
    await house.roster.reset(account, account.id, NOW)
    answer = await finish(house, pending, Code(code(secret, later(STEP))), later(STEP))
    assert answer == Refused("expired")


async def test_nobody_finishes_what_nobody_began(house: House) -> None:
    secret, _ = await generator(house)
    for pending in ("", "nonsense"):
        answer = await finish(house, pending, Code(code(secret, later(STEP))), later(STEP))
        assert answer == Refused("expired")
        assert await house.login.challenge(pending, PARTY, NOW) is None


async def test_a_factor_reset_takes_all_away_and_ends_the_sessions(house: House) -> None:
    _, codes = await generator(house)
    inside = await finish(house, await asked(house), RecoveryCode(codes[0]))
    assert isinstance(inside, LoggedIn)
    account = await admin(house)
    sue = await house.person(account, "sue", Role.SUPERVISOR)
    ana = await house.person(account, "ana")
    assert await house.roster.reset_factors(sue, ana.id, NOW) == NotAllowed()
    reset = await house.roster.reset_factors(account, account.id, NOW)
    assert isinstance(reset, Account)
    assert reset.factors == NO_FACTORS
    assert await house.login.who(inside.token, NOW) is None
    assert (await house.acts())[-1] is Act.RESET_FACTORS
    await house.inside("admin")


async def test_of_two_who_remove_the_last_two_at_once_one_is_refused(house: House) -> None:
    await generator(house)
    await passkey(house)
    account = await admin(house)
    which = ("totp", shown_id(account.factors.passkeys[0]))
    answers = await asyncio.gather(
        *(house.factor.remove(account, one, NOW, keep_one=True) for one in which)
    )
    assert answers.count(NotEnrolled("last_factor")) == 1
    assert (await admin(house)).factors.enrolled


async def test_signing_out_everywhere_ends_every_session_and_is_on_record(house: House) -> None:
    here, there = await house.inside("admin"), await house.inside("admin")
    account = await admin(house)
    before = await house.sessions.count_revoked()
    await house.roster.sign_out(account, account.id, NOW)
    assert await house.login.who(here.token, NOW) is None
    assert await house.login.who(there.token, NOW) is None
    assert await house.sessions.count_revoked() == before + 2
    assert (await house.acts())[-1] is Act.SIGN_OUT


async def test_only_who_manages_somebody_signs_them_out(house: House) -> None:
    account = await admin(house)
    sue = await house.person(account, "sue", Role.SUPERVISOR)
    ana = await house.person(account, "ana")
    assert await house.roster.sign_out(sue, account.id, NOW) == NotAllowed()
    assert isinstance(await house.roster.sign_out(sue, ana.id, NOW), Account)
    assert isinstance(await house.roster.sign_out(ana, ana.id, NOW), Account)
    assert await house.roster.sign_out(ana, sue.id, NOW) == NotAllowed()


# To prove it again


async def test_a_log_in_counts_as_a_proof_for_a_while_and_then_is_asked_for_again(
    house: House,
) -> None:
    inside = await house.inside("admin")
    late = later(CONFIRMED_SECONDS)
    assert confirmed((await house.who(inside.token)).session, later(CONFIRMED_SECONDS - 1))
    who = await house.who(inside.token, late)
    assert not confirmed(who.session, late)
    assert await house.login.confirm(who, "not it at all", HOME, late) == Refused("wrong")
    assert await house.login.confirm(who, CHOSEN, HOME, late) is None
    assert confirmed((await house.who(inside.token, late)).session, late)


async def test_where_there_is_a_factor_the_passphrase_proves_nothing_more(house: House) -> None:
    secret, codes = await generator(house)
    inside = await finish(house, await asked(house), RecoveryCode(codes[0]))
    assert isinstance(inside, LoggedIn)
    late = later(CONFIRMED_SECONDS)
    who = await house.who(inside.token, late)
    assert await house.login.confirm(who, CHOSEN, HOME, late) == Refused("wrong")
    right = Code(code(secret, late))
    assert await house.login.confirm(who, right, HOME, late) is None
    assert await house.login.confirm(who, right, HOME, late) == Refused("wrong")


async def test_a_session_that_is_over_can_not_be_confirmed(house: House) -> None:
    inside = await house.inside("admin")
    who = await house.who(inside.token)
    await house.login.log_out(inside.token, NOW)
    assert await house.login.confirm(who, CHOSEN, HOME, NOW) == Refused("expired")
    assert not await house.sessions.confirm(who.session.id, NOW)


# What is kept


async def test_nobody_without_an_account_changes_factors(house: House) -> None:
    assert await house.accounts.change_factors(AccountId("nobody"), UseStep(1)) is None


async def test_neither_secret_nor_recovery_code_is_in_the_store(store: Store) -> None:
    with house_on(store) as house:
        await house.administrator()
        secret, codes = await generator(house)
        account = await admin(house)
        kept = await store.call("GET", f"{{staff}}:account:{account.id}")
        assert isinstance(kept, bytes)
        for word in (secret, *codes, *(one.replace("-", "") for one in codes)):
            assert word.encode() not in kept


def test_the_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    key = staff_key(tmp_path)
    assert staff_key(tmp_path) == key
    assert len(key) == 32
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_a_key_that_is_none_is_not_used(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"short")
    with pytest.raises(StoreError, match="is not a key"):
        staff_key(tmp_path)
    with pytest.raises(StoreError, match="can't be used"):
        staff_key(tmp_path / "nowhere")
