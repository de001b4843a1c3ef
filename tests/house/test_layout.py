"""Rules of the house about files: size, names, docstrings, and nothing of one machine only."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "store", "safety", "matching", "staff", "chat", "web", "client")
MODULES = sorted(
    path
    for room in (*ROOMS, "tests", "tools", "bench")
    for path in (ROOT / room).rglob("*.py")
    if "node_modules" not in path.parts
)
VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "handler", "base"}


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_says_what_it_is_for_and_is_short(path: Path) -> None:
    text = path.read_text("utf-8")
    doc = ast.get_docstring(ast.parse(text))
    assert doc, f"{_name(path)} has no docstring"
    lines = text.count("\n")
    assert lines <= 400 or "tests" in path.parts, f"{_name(path)} is longer than 400 lines"


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [_name(path) for path in MODULES if path.stem in VAGUE] == []


@pytest.mark.parametrize("room", ROOMS)
def test_an_init_is_a_docstring_only(room: str) -> None:
    for path in (ROOT / room).rglob("__init__.py"):
        body = ast.parse(path.read_text("utf-8")).body
        assert len(body) == 1, f"{_name(path)} holds more than a docstring"


def test_functions_are_short() -> None:
    long = [
        f"{_name(path)}:{node.lineno} {node.name}"
        for path in MODULES
        if path.relative_to(ROOT).parts[0] in ROOMS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > 50
    ]
    assert long == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without the docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_the_inside_knows_no_untyped_values() -> None:
    """`Any` and `cast` hide what crosses a border; msgspec and Protocols say it.

    Only at the border with asyncio's transports and with hiredis, whose annotations are not
    strict, can't they be avoided.
    """
    border = {ROOT / "store" / "link.py", ROOT / "store" / "resp.py"}
    found = [
        f"{_name(path)}: {node.id}"
        for path in MODULES
        if path.relative_to(ROOT).parts[0] in ROOMS and path not in border
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Name) and node.id in {"Any", "cast"}
    ]
    assert found == []


def test_nothing_is_tied_to_one_machine() -> None:
    """No tracked text names somebody's folders; others could not use it."""
    home = re.compile(r"(?<![\w./])/(?:home|root|Users|work|opt|srv|mnt)/[\w.-]+")
    binary = {".png", ".webp", ".ico", ".gz", ".bin", ".onnx", ".npz"}
    found = [
        f"{_name(path)}: {match[0]}"
        for path in _tracked()
        if path.suffix not in binary and path.name not in {"vendor.js", "LICENCES.txt"}
        for match in home.finditer(path.read_text("utf-8", "replace"))
    ]
    assert found == []


def test_no_task_is_born_outside_a_group() -> None:
    """A bare `create_task` can vanish with its error; a TaskGroup can't."""
    bare = re.compile(r"asyncio\.(create_task|ensure_future)\(|get_event_loop\(")
    found = [
        _name(path)
        for path in MODULES
        if path.relative_to(ROOT).parts[0] in ROOMS and bare.search(path.read_text("utf-8"))
    ]
    assert found == []
