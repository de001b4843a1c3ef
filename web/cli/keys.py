"""`keys`: which days have a key, and what to do when some are lost for good."""

import asyncio
from pathlib import Path

import click
import msgspec

from chat.keyring_agreed import AgreedKeyring
from chat.keyring_files import FolderKeyring, prepared_folder
from chat.log_redis import RedisLog
from config.settings import Settings
from matching.waiting_room_redis import RedisWaitingRoom
from store.client import Store
from store.errors import StoreDamaged
from web.cli.opening import open_store
from web.cli.options import config_option, json_option, print_json, read_settings
from web.keys import keys_folder


class KeysFound(msgspec.Struct, frozen=True):
    """The keys of the days, as they are in folder and store."""

    folder: str
    here: tuple[str, ...]
    lost: tuple[str, ...]
    """Days whose key the store knows of and the folder lacks."""


@click.command(epilog="Example: benchside keys")
@click.option(
    "--forget-lost",
    is_flag=True,
    help="Give up the days whose key is lost: what was said under them stays unreadable, "
    "and conversations that go on under them are erased.",
)
@config_option
@json_option
def keys_command(forget_lost: bool, path: Path | None, as_json: bool) -> None:
    """Show which keys are here and which are lost.

    A server does not start while today's key is lost. Put the folder back from a copy; only if
    there is none, use --forget-lost.
    """
    found = asyncio.run(_look(read_settings(path), forget_lost))
    if as_json:
        print_json(found)
        return
    click.echo(f"{found.folder}: {', '.join(found.here) or 'no keys yet'}")
    for day in found.lost:
        click.echo(f"{day}: {'given up' if forget_lost else 'lost'}")


async def _end_unreadable(settings: Settings, store: Store, keyring: AgreedKeyring) -> None:
    """Erase what goes on and can't be read any more: its people could not get past it."""
    log = RedisLog(store, keyring, origin="keys", retention=0)
    room = RedisWaitingRoom(store, settings.store.pool)
    for id_, _ in await room.live():
        try:
            await log.read(id_, 0, 1)
        except StoreDamaged:
            await log.erase(id_)


async def _look(settings: Settings, forget_lost: bool) -> KeysFound:
    folder = prepared_folder(keys_folder(settings), Path(settings.store.folder))
    async with open_store(settings) as store:
        keyring = AgreedKeyring(FolderKeyring(folder), store)
        lost = await keyring.missing()
        if forget_lost:
            for day in lost:
                await keyring.destroy(day)
            await _end_unreadable(settings, store, keyring)
        return KeysFound(str(folder), await FolderKeyring(folder).days(), lost)
