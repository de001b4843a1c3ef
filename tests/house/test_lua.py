"""Rules of the house about Lua: a header that is complete and true, declared keys, few lines."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted(ROOT.glob("*/lua/*.lua"))
LINES_MOST = 40
"""Lines of code; a script compares and commits, Python decides."""


def _header(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line)
    return "\n".join(lines)


def _code(text: str) -> list[str]:
    bare = (re.sub(r"--.*$", "", line).strip() for line in text.splitlines())
    return [line for line in bare if line]


def _named(header: str, kind: str) -> tuple[set[int], bool]:
    """Return the numbers that the header names, and whether it names "and so on"."""
    numbers = {int(n) for n in re.findall(rf"{kind}\[(\d+)\]", header)}
    for first, last in re.findall(rf"{kind}\[(\d+)\.\.(\d+)\]", header):
        numbers |= set(range(int(first), int(last) + 1))
    more = re.search(rf"{kind}\[(\d+|n)?\s*(\.\.|\+|n)", header) is not None
    return numbers, more


def test_there_are_scripts() -> None:
    assert SCRIPTS


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
class TestScript:
    def test_its_header_is_complete(self, path: Path) -> None:
        header = _header(path.read_text("utf-8"))
        first = header.partition("\n")[0].removeprefix("--").strip()
        assert first
        assert not first.startswith("KEYS"), "the purpose comes first"
        assert re.search(r"-- .*Returns ", header), "Returns"
        assert "Invariant: " in header, "Invariant"

    @pytest.mark.parametrize("kind", ["KEYS", "ARGV"])
    def test_it_uses_what_its_header_names(self, path: Path, kind: str) -> None:
        text = path.read_text("utf-8")
        numbers, more = _named(_header(text), kind)
        body = "\n".join(_code(text))
        used = {int(n) for n in re.findall(rf"{kind}\[(\d+)\]", body)}
        computed = re.search(rf"{kind}\[(?!\d+\])|#{kind}|ipairs\({kind}\)|unpack\({kind}", body)
        assert used <= numbers or more, f"not in the header: {sorted(used - numbers)}"
        if not computed:
            assert numbers <= used or more, f"never used: {sorted(numbers - used)}"

    def test_it_is_short(self, path: Path) -> None:
        assert len(_code(path.read_text("utf-8"))) <= LINES_MOST

    def test_it_is_safe_to_run_twice_and_on_any_node(self, path: Path) -> None:
        """No clock and no randomness of the server's own: both come in as arguments."""
        body = "\n".join(_code(path.read_text("utf-8")))
        assert not re.search(r"""['"](TIME|RANDOMKEY|KEYS)['"]|math\.random|os\.time""", body, re.I)
