"""Mending a damaged append-only file: what can be kept is kept, and a copy stays."""

from pathlib import Path

import pytest

from store.client import connect
from store.embedded import embedded
from store.errors import FolderInUse, StoreDamaged
from store.repair import repair


async def _write(folder: Path, count: int) -> None:
    async with embedded(folder) as url, connect(url) as store:
        for number in range(count):
            await store.call("SET", f"key-{number}", "x" * 40)


async def _count(folder: Path) -> object:
    async with embedded(folder) as url, connect(url) as store:
        return await store.call("DBSIZE")


def _log(folder: Path) -> Path:
    return max((folder / "appendonlydir").glob("*.incr.aof"))


async def test_damage_in_the_middle_is_cut_and_what_came_before_is_kept(tmp_path: Path) -> None:
    await _write(tmp_path, 100)
    whole = _log(tmp_path).read_bytes()
    middle = len(whole) // 2
    _log(tmp_path).write_bytes(whole[:middle] + b"\x00\xffdamage\x00" + whole[middle + 9 :])
    with pytest.raises(StoreDamaged, match="doctor --repair"):
        await _count(tmp_path)

    said = await repair(tmp_path)

    assert said.startswith("Kept ")
    kept = await _count(tmp_path)
    assert isinstance(kept, int)
    assert 40 <= kept <= 60
    copy = next(tmp_path.glob("appendonlydir.before-repair-*"))
    assert b"damage" in (copy / _log(tmp_path).name).read_bytes()


async def test_a_whole_file_is_left_alone(tmp_path: Path) -> None:
    await _write(tmp_path, 5)
    before = _log(tmp_path).read_bytes()
    assert "nothing was changed" in await repair(tmp_path)
    assert _log(tmp_path).read_bytes() == before
    assert not list(tmp_path.glob("*.before-repair-*"))


async def test_a_folder_in_use_is_not_touched(tmp_path: Path) -> None:
    async with embedded(tmp_path):
        with pytest.raises(FolderInUse):
            await repair(tmp_path)


async def test_a_folder_without_a_store_has_nothing_to_mend(tmp_path: Path) -> None:
    with pytest.raises(StoreDamaged, match="no append-only file"):
        await repair(tmp_path)
