"""The keys of the days: one suite for the fake and for a folder; and who agrees with a store."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chat.keyring import DayKey, Keyring, day_of
from chat.keyring_agreed import AgreedKeyring
from chat.keyring_files import FolderKeyring, prepared_folder
from chat.keyring_memory import MemoryKeyring
from chat.sealing import Day
from config.clock import Millis
from store.client import Store
from store.errors import WrongKeys

NOW = Millis(1_795_420_800_000)
DAY_MS = 24 * 3600 * 1000
TODAY, TOMORROW = Day("2026-11-23"), Day("2026-11-24")


@pytest.fixture(params=["memory", "folder"])
def keyring(request: pytest.FixtureRequest, tmp_path: Path) -> Keyring:
    return MemoryKeyring() if request.param == "memory" else _in(tmp_path / "keys")


def _in(folder: Path) -> FolderKeyring:
    return FolderKeyring(prepared_folder(folder, folder.parent / "data"))


async def test_each_day_has_one_key(keyring: Keyring) -> None:
    many = await asyncio.gather(*(keyring.at(Millis(NOW + n)) for n in range(12)))
    assert len({one.secret for one in many}) == 1
    assert (many[0].day, len(many[0].secret)) == (TODAY, 32)
    assert await keyring.of(TODAY) == many[0]
    tomorrow = await keyring.at(Millis(NOW + DAY_MS))
    assert tomorrow.secret != many[0].secret
    assert await keyring.days() == (TODAY, TOMORROW)


async def test_a_destroyed_key_is_gone(keyring: Keyring) -> None:
    await keyring.at(NOW)
    await keyring.destroy(TODAY)
    await keyring.destroy(TODAY)
    assert await keyring.of(TODAY) is None
    assert await keyring.days() == ()


async def test_many_who_share_a_folder_end_with_one_key(tmp_path: Path) -> None:
    rings = [_in(tmp_path / "keys") for _ in range(8)]
    made = await asyncio.gather(*(ring.at(NOW) for ring in rings))
    assert len({one.secret for one in made}) == 1
    (file,) = (tmp_path / "keys").iterdir()
    assert (file.name, file.stat().st_mode & 0o777) == (f"{TODAY}.key", 0o600)
    assert file.read_bytes() == made[0].secret


async def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    ring = _in(tmp_path / "keys")
    await ring.at(NOW)
    (tmp_path / "keys" / f"{TODAY}.key").write_bytes(b"short")
    with pytest.raises(WrongKeys, match=f"{TODAY}.key is not a key"):
        await ring.of(TODAY)


PLACES: list[tuple[str, str]] = [("data", "data"), ("data/keys", "data"), (".", "data")]


@pytest.mark.parametrize(("keys", "data"), PLACES)
def test_keys_may_not_lie_together_with_the_store(tmp_path: Path, keys: str, data: str) -> None:
    with pytest.raises(WrongKeys, match=r"store\.keys"):
        prepared_folder(tmp_path / keys, tmp_path / data)


def test_a_folder_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir(mode=0o750)
    with pytest.raises(WrongKeys, match="chmod 700"):
        _in(tmp_path / "keys")


# Agreeing with a store


async def test_who_holds_other_keys_is_told_so_and_nothing_changes(
    store: Store, tmp_path: Path
) -> None:
    ours, theirs = _in(tmp_path / "one" / "keys"), _in(tmp_path / "two" / "keys")
    first = await AgreedKeyring(ours, store).at(NOW)
    with pytest.raises(WrongKeys, match="missing"):
        await AgreedKeyring(theirs, store).at(NOW)
    assert await theirs.days() == (), "no key was made that nobody else has"
    await theirs.at(NOW)
    for ask in _ways_to_ask(AgreedKeyring(theirs, store)):
        with pytest.raises(WrongKeys, match="not the one"):
            await ask()
    assert await AgreedKeyring(ours, store).of(TODAY) == first


class Late(FolderKeyring):
    """A keyring that has looked for a key just before another process made it."""

    def __init__(self, folder: Path, another: AgreedKeyring) -> None:
        super().__init__(folder)
        self._another: AgreedKeyring | None = another

    async def of(self, day: Day) -> DayKey | None:
        """See `Keyring.of`."""
        found = await super().of(day)
        another, self._another = self._another, None
        if another is not None:
            await another.at(NOW)
        return found


async def test_processes_that_begin_a_day_together_agree(store: Store, tmp_path: Path) -> None:
    first = AgreedKeyring(_in(tmp_path / "keys"), store)
    late = AgreedKeyring(Late(tmp_path / "keys", first), store)
    assert await late.at(NOW) == await first.at(NOW)


def _ways_to_ask(ring: AgreedKeyring) -> list[Callable[[], Awaitable[object]]]:
    return [lambda: ring.at(NOW), lambda: ring.of(TODAY), ring.missing]


async def test_the_store_knows_no_key(store: Store, tmp_path: Path) -> None:
    key = await AgreedKeyring(_in(tmp_path / "keys"), store).at(NOW)
    kept = str(await store.call("HGETALL", "{keys}:days"))
    assert TODAY in kept
    assert key.secret.hex() not in kept
    assert str(key.secret) not in kept


async def test_a_key_that_is_missing_is_named_until_it_is_destroyed(
    store: Store, tmp_path: Path
) -> None:
    await AgreedKeyring(_in(tmp_path / "keys"), store).at(NOW)
    (tmp_path / "keys" / f"{TODAY}.key").unlink()
    again = AgreedKeyring(_in(tmp_path / "keys"), store)
    assert await again.missing() == (TODAY,)
    assert await again.of(TODAY) is None
    await again.destroy(TODAY)
    assert await again.missing() == ()
    assert (await again.at(NOW)).day == TODAY == day_of(NOW)
