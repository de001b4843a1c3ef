"""What can go wrong with the store, said to the person who can act.

The texts name an address without its password, and never what was stored.
"""


class StoreError(Exception):
    """The root of all errors of the store."""


class StoreUnreachable(StoreError):
    """Nobody answers at the address, or no longer."""


class StoreTooOld(StoreError):
    """The server answers, but is older than the feature floor."""


class StoreDamaged(StoreError):
    """The embedded store's append-only file is damaged in the middle."""


class FolderInUse(StoreError):
    """Another Benchside uses this data folder."""


class WrongKeys(StoreError):
    """The keys at hand are not those of the store, or can't be used."""


class NoStoreBinary(StoreError):
    """There is no Valkey or Redis binary for this platform."""
