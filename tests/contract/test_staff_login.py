"""The door and the roster, on the fakes and on real stores."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from config.clock import Millis
from config.ids import AccountId
from config.limits import PASSPHRASE_SECONDS
from config.risk import Risk
from staff.accounts import (
    SYSTEM,
    Account,
    LastAdministrator,
    NameTaken,
    SetDisabled,
    SetPassphrase,
    Training,
    UnknownAccount,
)
from staff.audit_memory import AuditMemory
from staff.login import LoggedIn, PassphraseChanged, PassphraseRefused, Refused
from staff.passwords import Cost, Passwords
from staff.roles import Act, Role
from staff.roster import FIRST_NAME, Added, Invalid, NotAllowed, Profile, Roster
from tests.support.adapters import KINDS, store_for
from tests.support.door import CHOSEN, HOME, NOW, House, house_on


@pytest.fixture(params=KINDS)
async def house(request: pytest.FixtureRequest) -> AsyncGenerator[House]:
    async with store_for(request) as store:
        with house_on(store) as house:
            yield house


def later(seconds: float) -> Millis:
    return Millis(NOW + round(seconds * 1000))


# The door


async def test_whoever_knows_name_and_passphrase_comes_in(house: House) -> None:
    admin = await house.administrator()
    inside = await house.inside(" Admin ")
    who = await house.login.who(inside.token, NOW)
    assert who is not None
    assert (who.account.id, who.session.account, inside.must_change) == (admin.id, admin.id, False)
    assert who.account.last_seen == NOW
    assert (await house.acts())[-1] is Act.LOG_IN


async def test_unknown_disabled_expired_and_wrong_get_one_answer(house: House) -> None:
    admin = await house.administrator()
    closed = await house.person(admin, "closed")
    await house.accounts.change(closed.id, SetDisabled(True))
    added = await house.roster.add(admin, Profile("late", "Late", Role.SUPPORTER), NOW)
    assert isinstance(added, Added)
    answers = [
        await house.login.log_in("nobody", CHOSEN, "p1", NOW),
        await house.login.log_in("closed", CHOSEN, "p2", NOW),
        await house.login.log_in("admin", "not the passphrase", "p3", NOW),
        await house.login.log_in("late", added.passphrase, "p4", later(PASSPHRASE_SECONDS)),
    ]
    assert answers == [Refused("wrong")] * 4


async def test_after_five_wrong_ones_even_the_right_one_waits_and_then_comes_in(
    house: House,
) -> None:
    await house.administrator()
    for place in range(5):
        await house.login.log_in("admin", "wrong wrong wrong", f"far-{place}", NOW)
    assert await house.login.log_in("admin", CHOSEN, HOME, NOW) == Refused("too_many", 2)
    await house.inside("admin", now=later(2))
    await house.inside("admin", now=later(2))


async def test_an_unknown_name_is_slowed_down_like_any_other(house: House) -> None:
    for place in range(5):
        await house.login.log_in("nobody", "x", f"far-{place}", NOW)
    assert await house.login.log_in("nobody", "x", HOME, NOW) == Refused("too_many", 2)


async def test_a_hash_made_at_another_cost_is_made_again_at_log_in(house: House) -> None:
    admin = await house.administrator()
    dear = await Passwords(Cost(memory_kib=64, passes=2)).hash(CHOSEN)
    await house.accounts.change(admin.id, SetPassphrase(dear, must_change=False))
    inside = await house.inside("admin")
    assert not house.passwords.outdated(inside.account.password_hash)
    await house.inside("admin")


async def test_who_logs_out_is_out(house: House) -> None:
    await house.administrator()
    inside, other = await house.inside("admin"), await house.inside("admin")
    await house.login.log_out(inside.token, NOW)
    assert await house.login.who(inside.token, NOW) is None
    assert await house.login.who(other.token, NOW)


async def test_a_token_never_stands_in_a_traceback(house: House) -> None:
    await house.administrator()
    inside = await house.inside("admin")
    assert inside.token not in repr(inside)


async def test_an_account_closed_during_log_in_does_not_come_in(house: House) -> None:
    admin = await house.administrator()
    ana = await house.person(admin, "ana")
    answer, _ = await asyncio.gather(
        house.login.log_in("ana", CHOSEN, HOME, NOW), house.roster.disable(admin, ana.id, NOW)
    )
    if isinstance(answer, LoggedIn):
        assert await house.login.who(answer.token, NOW) is None
    assert await house.sessions.of(ana.id, NOW) == ()


async def test_a_one_time_passphrase_lets_in_and_asks_to_be_changed(house: House) -> None:
    first = await house.roster.ensure_first(NOW)
    assert first is not None
    inside = await house.inside(*first)
    assert inside.must_change
    who = await house.login.who(inside.token, NOW)
    assert who is not None
    answer = await house.login.change_passphrase(who, first[1], CHOSEN, HOME, NOW)
    assert answer == PassphraseChanged()
    assert not (await house.inside("admin")).must_change
    assert await house.login.log_in(*first, HOME, NOW) == Refused("wrong")


async def test_a_new_passphrase_ends_the_other_sessions(house: House) -> None:
    await house.administrator()
    here, there = await house.inside("admin"), await house.inside("admin")
    who = await house.login.who(here.token, NOW)
    assert who is not None
    await house.login.change_passphrase(who, CHOSEN, "another bench somewhere", HOME, NOW)
    assert await house.login.who(here.token, NOW)
    assert await house.login.who(there.token, NOW) is None


async def test_a_bad_new_passphrase_or_a_wrong_old_one_changes_nothing(house: House) -> None:
    await house.administrator()
    inside = await house.inside("admin")
    who = await house.login.who(inside.token, NOW)
    assert who is not None
    change = house.login.change_passphrase
    long = "another bench somewhere"
    assert await change(who, CHOSEN, "short", HOME, NOW) == PassphraseRefused("too_short")
    assert await change(who, CHOSEN, "Administrator", HOME, NOW) == PassphraseRefused("is_name")
    assert await change(who, CHOSEN, CHOSEN, HOME, NOW) == PassphraseRefused("not_new")
    for _ in range(5):
        assert await change(who, "guess", long, HOME, NOW) == PassphraseRefused("wrong")
    assert await change(who, CHOSEN, long, HOME, NOW) == PassphraseRefused("too_many", 2)


async def test_the_demo_comes_in_without_a_passphrase_but_not_to_a_closed_account(
    house: House,
) -> None:
    admin = await house.administrator()
    ana = await house.person(admin, "ana")
    assert isinstance(await house.login.enter_as(ana.id, NOW), LoggedIn)
    await house.roster.disable(admin, ana.id, NOW)
    assert await house.login.enter_as(ana.id, NOW) == Refused("wrong")


# The roster


async def test_the_first_administrator_is_made_once_though_many_processes_start(
    house: House,
) -> None:
    made = await asyncio.gather(*(house.roster.ensure_first(NOW) for _ in range(4)))
    (first,) = [one for one in made if one is not None]
    assert first[0] == FIRST_NAME
    (account,) = await house.accounts.all()
    assert (account.role, account.must_change) == (Role.ADMINISTRATOR, True)
    assert await house.roster.ensure_first(NOW) is None
    (entry,) = await house.audit.read(10)
    assert (entry.who, entry.subject) == (SYSTEM, account.id)
    assert (await house.inside(*first, now=later(10**7))).must_change


async def test_accounts_that_cannot_administer_do_not_stand_in_for_the_first_administrator(
    house: House,
) -> None:
    at_the_terminal = Account(SYSTEM, "terminal", "Terminal", Role.ADMINISTRATOR, "")
    for name in (FIRST_NAME, "admin-2"):
        await house.person(at_the_terminal, name)
    made = await asyncio.gather(*(house.roster.ensure_first(NOW) for _ in range(4)))
    (first,) = [one for one in made if one is not None]
    assert first[0] == "admin-3"
    assert (await house.inside(*first)).must_change
    assert await house.roster.ensure_first(NOW) is None
    assert [one.name for one in await house.accounts.all()] == ["admin", "admin-2", "admin-3"]


async def test_an_account_that_is_not_added_leaves_nothing_on_record(house: House) -> None:
    admin = await house.administrator()
    profile = Profile("ana", "Ana", Role.SUPPORTER)
    answers = await asyncio.gather(*(house.roster.add(admin, profile, NOW) for _ in range(4)))
    (added,) = [one for one in answers if isinstance(one, Added)]
    entries = await house.audit.read(10)
    assert [one.subject for one in entries] == [added.account.id, admin.id]


async def test_a_new_account_has_a_one_time_passphrase_and_its_name_in_lower_case(
    house: House,
) -> None:
    admin = await house.administrator()
    profile = Profile(" Ana.M ", " Ana ", Role.SUPPORTER, ("en",), ("grief",))
    added = await house.roster.add(admin, profile, NOW)
    assert isinstance(added, Added)
    assert (added.account.name, added.account.display) == ("ana.m", "Ana")
    assert added.passphrase not in repr(added)
    assert (await house.inside("ana.m", added.passphrase)).must_change
    assert await house.roster.add(admin, profile, NOW) == NameTaken()


@pytest.mark.parametrize(
    ("name", "display", "field"),
    [
        ("a", "A", "name"),
        ("ana maria", "A", "name"),
        ("ana", " ", "display"),
        ("ana", "A\u202eB", "display"),
        ("ana", "x" * 41, "display"),
    ],
)
async def test_a_profile_that_will_not_do_is_refused_by_field(
    house: House, name: str, display: str, field: str
) -> None:
    admin = await house.administrator()
    profile = Profile(name, display, Role.SUPPORTER)
    assert await house.roster.add(admin, profile, NOW) == Invalid(field)


async def test_a_name_in_any_script_may_be_displayed(house: House) -> None:
    admin = await house.administrator()
    profile = Profile("ali", "علی\u200cرضا", Role.SUPPORTER)
    assert isinstance(await house.roster.add(admin, profile, NOW), Added)


async def test_a_supervisor_looks_after_supporters_and_nobody_else(house: House) -> None:
    admin = await house.administrator()
    sue = await house.person(admin, "sue", Role.SUPERVISOR)
    ana = await house.person(sue, "ana")
    roster = house.roster
    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        assert await roster.add(sue, Profile("x1", "X", role), NOW) == NotAllowed()
    for above in (admin, sue):
        assert await roster.reset(sue, above.id, NOW) == NotAllowed()
        assert await roster.disable(sue, above.id, NOW) == NotAllowed()
        assert await roster.train(sue, above.id, Risk.HIGH, later(9), NOW) == NotAllowed()
    assert await roster.change_role(sue, ana.id, Role.SUPERVISOR, NOW) == NotAllowed()
    assert await roster.disable(ana, sue.id, NOW) == NotAllowed()


async def test_training_is_recorded_with_who_says_so_and_taken_away_again(house: House) -> None:
    admin = await house.administrator()
    ana = await house.person(admin, "ana")
    trained = await house.roster.train(admin, ana.id, Risk.HIGH, later(9), NOW)
    assert isinstance(trained, Account)
    assert trained.training == Training(Risk.HIGH, later(9), admin.id)
    untrained = await house.roster.train(admin, ana.id, None, later(9), NOW)
    assert isinstance(untrained, Account)
    assert untrained.training is None


@pytest.mark.parametrize("act", [Act.DISABLE, Act.RESET, Act.CHANGE_ROLE])
async def test_who_is_disabled_reset_or_given_a_role_is_put_out_at_once(
    house: House, act: Act
) -> None:
    admin = await house.administrator()
    ana = await house.person(admin, "ana")
    inside = await house.inside("ana")
    if act is Act.DISABLE:
        await house.roster.disable(admin, ana.id, NOW)
    elif act is Act.RESET:
        await house.roster.reset(admin, ana.id, NOW)
    else:
        await house.roster.change_role(admin, ana.id, Role.SUPERVISOR, NOW)
    assert await house.login.who(inside.token, NOW) is None
    assert (await house.acts())[-1] is act


async def test_a_reset_gives_a_one_time_passphrase_and_the_old_one_is_over(house: House) -> None:
    admin = await house.administrator()
    ana = await house.person(admin, "ana")
    reset = await house.roster.reset(admin, ana.id, NOW)
    assert isinstance(reset, Added)
    assert await house.login.log_in("ana", CHOSEN, HOME, NOW) == Refused("wrong")
    assert (await house.inside("ana", reset.passphrase)).must_change


async def test_who_was_disabled_comes_in_again_once_enabled(house: House) -> None:
    admin = await house.administrator()
    ana = await house.person(admin, "ana")
    await house.roster.disable(admin, ana.id, NOW)
    await house.roster.enable(admin, ana.id, NOW)
    await house.inside("ana")


async def test_nobody_can_take_the_last_administrator_away(house: House) -> None:
    admin = await house.administrator()
    assert await house.roster.disable(admin, admin.id, NOW) == LastAdministrator()
    demoted = await house.roster.change_role(admin, admin.id, Role.SUPPORTER, NOW)
    assert demoted == LastAdministrator()


async def test_an_unknown_account_is_said_to_be_unknown(house: House) -> None:
    admin = await house.administrator()
    ana = await house.person(admin, "ana")
    gone = type(ana.id)("gone")
    assert await house.roster.disable(admin, gone, NOW) == UnknownAccount()
    assert await house.roster.reset(admin, gone, NOW) == UnknownAccount()


async def test_a_refused_act_is_not_on_record(house: House) -> None:
    admin = await house.administrator()
    sue = await house.person(admin, "sue", Role.SUPERVISOR)
    before = await house.acts()
    await house.roster.disable(sue, admin.id, NOW)
    assert await house.acts() == before


class BrokenAudit(AuditMemory):
    """A trail that can't be written."""

    async def write(self, who: AccountId, act: Act, subject: str, at: Millis) -> None:
        raise ConnectionError


async def test_what_cannot_be_put_on_record_is_not_done(house: House) -> None:
    admin = await house.administrator()
    ana = await house.person(admin, "ana")
    roster = Roster(house.accounts, house.sessions, BrokenAudit(), house.passwords)
    with pytest.raises(ConnectionError):
        await roster.disable(admin, ana.id, NOW)
    assert await house.accounts.get(ana.id) == ana
