"""Opening the folder of keys, before anything is sealed or opened."""

import logging
from pathlib import Path

from chat.case_keys_files import FolderCaseKeys
from chat.keyring import Keyring
from chat.keyring_agreed import AgreedKeyring
from chat.keyring_files import FolderKeyring, prepared_folder
from config import clock
from config.settings import Settings
from staff.chain import trail_key
from staff.key_file import staff_key
from staff.sealing import Sealer
from store.client import Store

log = logging.getLogger("benchside.keys")


def keys_folder(settings: Settings) -> Path:
    """Return the folder of the keys that these settings name."""
    named = settings.store.keys
    return Path(named) if named else Path(settings.store.folder).parent / "keys"


async def open_keyring(settings: Settings, store: Store) -> Keyring:
    """Open the folder of keys, and agree with all others who use this store.

    Raises:
        StoreError: the folder won't do, or holds other keys than the store knows.
    """
    folder = prepared_folder(keys_folder(settings), Path(settings.store.folder))
    keyring = AgreedKeyring(FolderKeyring(folder), store)
    for day in await keyring.missing():
        log.warning("the key of %s is missing: what was sealed under it can't be read", day)
    await keyring.at(clock.now())
    return keyring


def case_keys(settings: Settings) -> FolderCaseKeys:
    """Return the keys of held cases; ask once the keyring is open."""
    return FolderCaseKeys(keys_folder(settings).resolve())


def audit_key(settings: Settings) -> bytes:
    """Return the key that stamps the entries of the audit trail; for commands too.

    Raises:
        StoreError: it can't be read or made; the text says what to do.
    """
    folder = prepared_folder(keys_folder(settings), Path(settings.store.folder))
    return trail_key(staff_key(folder))


def staff_sealer(settings: Settings) -> Sealer:
    """Return what seals the staff's secrets; ask once the keyring is open.

    Raises:
        StoreError: its key can't be read or made; the text says what to do.
    """
    return Sealer(staff_key(keys_folder(settings)))
