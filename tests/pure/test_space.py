"""A disk that is nearly full refuses newcomers in time, and nobody else."""

from pathlib import Path

import pytest

from config import limits
from config.settings import Settings, Store
from web.gate import Gate
from web.space import Space, free_bytes, store_folder
from web.visitors import Visitor

FOLDER = Path("/somewhere")
MIB = 1024 * 1024


class Disk:
    """A disk with so many free bytes, or one that can't be read."""

    def __init__(self) -> None:
        self.free = 100 * limits.SPACE_BYTES
        self.gate = Gate(is_open=True)
        self.space = Space(FOLDER, self.gate, self.look)

    def look(self, folder: Path) -> int:
        """Return what is free."""
        assert folder == FOLDER
        if self.free < 0:
            raise OSError("broken")
        return self.free

    def has(self, free: int) -> str | None:
        """Let so much be free; return why a newcomer is refused."""
        self.free = free
        self.space.look()
        return self.gate.refusal(Visitor(shared=False))


def test_newcomers_are_refused_before_the_disk_is_full_and_those_inside_are_not() -> None:
    disk = Disk()
    assert disk.has(limits.SPACE_BYTES) is None
    assert disk.has(limits.SPACE_BYTES - 1) == "full"
    assert not disk.gate.crammed


def test_newcomers_are_let_in_again_when_there_is_clearly_room() -> None:
    disk = Disk()
    disk.has(0)
    assert disk.has(limits.SPACE_BYTES + 1) == "full"
    assert disk.has(2 * limits.SPACE_BYTES) is None


def test_the_operator_is_told_once_and_what_to_do(caplog: pytest.LogCaptureFixture) -> None:
    disk = Disk()
    for _ in range(3):
        disk.has(10 * MIB)
    (told,) = caplog.messages
    assert told.startswith("only 10 MiB are free") and "Make room in /somewhere" in told


def test_a_disk_that_cannot_be_read_changes_nothing() -> None:
    disk = Disk()
    disk.has(0)
    assert disk.has(-1) == "full"


def test_the_free_bytes_of_a_real_folder_are_read(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0


@pytest.mark.parametrize(
    ("url", "watched"),
    [
        ("", True),
        ("unix:///data/here/store.sock", True),
        ("redis://elsewhere", False),
        ("unix:///other/store.sock", False),
    ],
)
def test_only_a_store_of_our_own_is_watched(url: str, watched: bool) -> None:
    settings = Settings(store=Store(url=url, folder="/data/here"))
    assert store_folder(settings) == (Path("/data/here") if watched else None)
