"""Rules of the house about prose: promises name tests that are there; words mean one thing."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INVARIANTS = ROOT / "docs" / "invariants.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
PROMISES = 11
WORDS = frozenset(
    """
    seeker supporter supervisor ticket offer match conversation line note whisper verdict flag
    risk escalation handover helpline session connection relay log outbox seq ref acknowledge
    resume
    """.split()  # noqa: SIM905 - a list of words reads best as words
)


@cache
def _tests() -> frozenset[str]:
    """Return every test function and class, bare and with its file."""
    names: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names |= {node.name, f"{path.relative_to(ROOT)}::{node.name}"}
    return frozenset(names)


def test_each_promise_names_tests_that_exist() -> None:
    if not INVARIANTS.exists():
        pytest.fail("docs/invariants.md is missing")
    sections = re.split(r"^(?=#+ \d+\.|\d+\. )", INVARIANTS.read_text("utf-8"), flags=re.M)[1:]
    assert len(sections) >= PROMISES
    for section in sections:
        named = re.findall(r"`((?:tests/[\w/]+\.py::)?[Tt]est_?\w+)`", section)
        assert named, f"no test is named for: {section[:60]}"
        missing = [name for name in named if name not in _tests()]
        assert not missing, f"no such test: {missing}"


def test_each_word_of_the_house_is_explained() -> None:
    text = GLOSSARY.read_text("utf-8").lower()
    missing = [word for word in sorted(WORDS) if not re.search(rf"\*\*[^*]*\b{word}\b", text)]
    assert missing == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.name)
def test_links_between_the_pages_of_the_docs_work(path: Path) -> None:
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text):
        assert (path.parent / target).exists(), f"{path.name} -> {target}"


def test_files_named_in_the_docs_exist() -> None:
    named = re.compile(r"`((?:\w+/)+[\w.-]+\.(?:py|lua|toml|md|js))`")
    for path in sorted((ROOT / "docs").glob("*.md")):
        for name in named.findall(path.read_text("utf-8")):
            assert (ROOT / name).exists(), f"{path.name} names {name}"
