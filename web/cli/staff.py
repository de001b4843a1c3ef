"""`staff`: the accounts, for whoever runs the server; every change is on record.

Works while the server runs, and without it. Training is recorded on the roster page, by a
supervisor, because it is a person's judgement.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, assert_never

import click
import msgspec

from config.clock import Millis, now
from config.ids import AccountId
from config.keys import nearest
from config.settings import Settings
from staff.accounts import (
    SYSTEM,
    Account,
    LastAdministrator,
    NameTaken,
    UnknownAccount,
    valid_training,
)
from staff.accounts_redis import AccountsRedis
from staff.audit_redis import AuditRedis
from staff.passwords import Passwords
from staff.roles import Role
from staff.roster import Added, Invalid, NotAllowed, Profile, Refusal, Roster
from staff.sessions_redis import SessionsRedis
from web.cli.opening import open_store
from web.cli.options import config_option, json_option, print_json, read_settings
from web.keys import audit_key

Result = TypeVar("Result")
Outcome = Awaitable[Added | Account | Refusal]

TERMINAL = Account(SYSTEM, "terminal", "Terminal", Role.ADMINISTRATOR, password_hash="")
"""Who acts here: whoever can run commands on the server could do anything anyway."""


class Row(msgspec.Struct, frozen=True):
    """One account, as `staff list` shows it."""

    name: str
    display: str
    role: str
    disabled: bool
    second_factor: bool
    trained_to: int | None
    trained_until: int | None
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    last_seen: int | None


@click.group(epilog="Example: benchside staff add amina --display Amina --role supporter")
def staff_command() -> None:
    """Look after the accounts of supporters and supervisors."""


@staff_command.command(epilog="Example: benchside staff add amina --display Amina -l en -l sn")
@click.argument("name")
@click.option("--display", help="What seekers and colleagues see; else NAME.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default="supporter")
@click.option("-l", "--language", "languages", multiple=True, help="A language they speak.")
@click.option("-t", "--topic", "topics", multiple=True, help="A topic they know from within.")
@config_option
@json_option
def add(
    name: str,
    display: str | None,
    role: str,
    languages: tuple[str, ...],
    topics: tuple[str, ...],
    path: Path | None,
    as_json: bool,
) -> None:
    """Add an account and print its one-time passphrase, once."""
    _check(languages, topics)
    profile = Profile(name, display or name, Role(role), languages, topics)

    async def adding(roster: Roster, _: AccountsRedis) -> Added | NameTaken | Invalid | NotAllowed:
        return await roster.add(TERMINAL, profile, now())

    _tell(_with_roster(read_settings(path), adding), name, as_json)


@staff_command.command(name="list", epilog="Example: benchside staff list --json")
@config_option
@json_option
def list_accounts(path: Path | None, as_json: bool) -> None:
    """List all accounts, disabled ones too."""

    async def listing(_: Roster, accounts: AccountsRedis) -> tuple[Account, ...]:
        return await accounts.all()

    at = now()
    rows = [_row(account, at) for account in _with_roster(read_settings(path), listing)]
    if as_json:
        print_json(rows)
    else:
        _table(rows)


@staff_command.command(epilog="Example: benchside staff disable amina")
@click.argument("name")
@config_option
@json_option
def disable(name: str, path: Path | None, as_json: bool) -> None:
    """Close an account to log-in; whoever is logged in with it is out within 2 seconds."""

    def disabling(roster: Roster, account: AccountId) -> Outcome:
        return roster.disable(TERMINAL, account, now())

    _tell(_with_account(read_settings(path), name, disabling), name, as_json, "is disabled")


@staff_command.command(epilog="Example: benchside staff reset amina")
@click.argument("name")
@config_option
@json_option
def reset(name: str, path: Path | None, as_json: bool) -> None:
    """Give a new one-time passphrase, and print it once."""

    def resetting(roster: Roster, account: AccountId) -> Outcome:
        return roster.reset(TERMINAL, account, now())

    _tell(_with_account(read_settings(path), name, resetting), name, as_json)


@staff_command.command(name="reset-factors", epilog="Example: benchside staff reset-factors amina")
@click.argument("name")
@config_option
@json_option
def reset_factors(name: str, path: Path | None, as_json: bool) -> None:
    """Take away the second factors of somebody who has lost them; they are out within 2 seconds.

    Make sure that it is really this person who asks.
    """

    def resetting(roster: Roster, account: AccountId) -> Outcome:
        return roster.reset_factors(TERMINAL, account, now())

    _tell(
        _with_account(read_settings(path), name, resetting),
        name,
        as_json,
        "has no second factor any more",
    )


@staff_command.command(name="sign-out", epilog="Example: benchside staff sign-out amina")
@click.argument("name")
@config_option
@json_option
def sign_out(name: str, path: Path | None, as_json: bool) -> None:
    """End all sessions of somebody; they are out within 2 seconds and may log in again."""

    def signing_out(roster: Roster, account: AccountId) -> Outcome:
        return roster.sign_out(TERMINAL, account, now())

    _tell(_with_account(read_settings(path), name, signing_out), name, as_json, "is signed out")


def _with_account(
    settings: Settings, name: str, act: Callable[[Roster, AccountId], Outcome]
) -> Added | Account | Refusal:
    """Do one thing with the account of this name."""

    async def acting(roster: Roster, accounts: AccountsRedis) -> Added | Account | Refusal:
        account = await accounts.named(name.lower())
        return UnknownAccount() if account is None else await act(roster, account.id)

    return _with_roster(settings, acting)


def _with_roster(
    settings: Settings, act: Callable[[Roster, AccountsRedis], Awaitable[Result]]
) -> Result:
    """Do one thing with the roster of the store that the settings name."""

    async def acting() -> Result:
        passwords = Passwords()
        try:
            async with open_store(settings) as store:
                audit = AuditRedis(store, audit_key(settings))
                accounts = AccountsRedis(store, audit)
                roster = Roster(accounts, SessionsRedis(store), audit, passwords)
                return await act(roster, accounts)
        finally:
            passwords.close()

    return asyncio.run(acting())


def _check(languages: tuple[str, ...], topics: tuple[str, ...]) -> None:
    from config import catalogue

    known = {*catalogue.languages(), *(topic.id for topic in catalogue.topics())}
    for name in (*languages, *topics):
        if name not in known:
            near = nearest(name, known)
            hint = f"did you mean {near}?" if near else f"known are {', '.join(sorted(known))}."
            raise click.UsageError(f"There is no language or topic {name}; {hint}")


def _tell(
    outcome: Added | Account | Refusal | NameTaken | Invalid,
    name: str,
    as_json: bool,
    done: str = "",
) -> None:
    """Print what came of it; a refusal is a sentence and exit code 2."""
    match outcome:
        case Added(account, passphrase):
            _show(as_json, account.name, passphrase, done)
        case Account():
            _show(as_json, outcome.name, None, done)
        case NameTaken():
            raise click.UsageError(f"There is an account {name} already; choose another name.")
        case UnknownAccount():
            raise click.UsageError(f"There is no account {name}; see benchside staff list.")
        case LastAdministrator():
            raise click.UsageError(f"{name} is the last administrator; add another one first.")
        case Invalid("name"):
            raise click.UsageError(
                f"{name} won't do as a name: 2 to 40 of a-z, 0-9, dot, dash, underscore."
            )
        case Invalid(field):
            raise click.UsageError(f"The {field} won't do: 1 to 40 visible characters.")
        case NotAllowed():
            raise click.UsageError("That is not allowed.")
        case _:
            assert_never(outcome)


def _show(as_json: bool, name: str, passphrase: str | None, done: str) -> None:
    if as_json:
        print_json({"name": name} | ({"passphrase": passphrase} if passphrase else {}))
    elif passphrase:
        click.echo(f"{name}\nOne-time passphrase, shown only now: {passphrase}")
    else:
        click.echo(f"{name} {done}.")


def _row(account: Account, at: Millis) -> Row:
    trained = valid_training(account, at)
    training = account.training
    return Row(
        account.name,
        account.display,
        account.role.value,
        account.disabled,
        account.factors.enrolled,
        None if trained is None else int(trained),
        None if training is None else training.until,
        account.languages,
        account.topics,
        account.last_seen,
    )


def _table(rows: list[Row]) -> None:
    from rich.console import Console
    from rich.table import Table

    columns = ("Name", "Shown as", "Role", "2nd factor", "Trained to", "Languages", "Last seen")
    table = Table(*columns, box=None)
    for row in rows:
        trained = "not trained" if row.trained_to is None else f"{row.trained_to} "
        until = _day(row.trained_until) if row.trained_to is not None else ""
        state = " (disabled)" if row.disabled else ""
        last = _day(row.last_seen) or "never"
        languages = " ".join(row.languages)
        factor = "yes" if row.second_factor else "no"
        cells = (row.name + state, row.display, row.role, factor, trained + until, languages, last)
        table.add_row(*cells)
    Console().print(table)


def _day(at: int | None) -> str:
    return "" if at is None else f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d}"
