"""Rules of the house about what is generated or locked: fresh, hashed, free of addresses."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_the_descriptions_of_the_wire_are_fresh() -> None:
    done = _run(sys.executable, "tools/write_protocol.py", "--check")
    assert done.returncode == 0, done.stderr


def test_the_vendored_scripts_are_as_locked() -> None:
    done = _run(sys.executable, "tools/vendor.py", "--check")
    assert done.returncode == 0, done.stderr


def test_the_rooms_are_imported_one_way() -> None:
    done = _run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "name",
    [
        *("requirements.lock", "requirements-dev.lock"),
        *("bench/requirements.lock", "tools/requirements.lock"),
    ],
)
def test_each_locked_package_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())
    assert len(packages) > 10
    for package in packages:
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", package), package[:60]
        assert "--hash=sha256:" in package, package[:60]
    assert not re.search(r"://|^--|\bfile:", text, re.M)


def test_the_lock_covers_what_the_project_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = (ROOT / "requirements-dev.lock").read_text("utf-8").lower()
    for wanted in (*project["dependencies"], *project["optional-dependencies"]["dev"]):
        name = re.split(r"[\[<>=;~ ]", wanted)[0].lower().replace(".", "-").replace("_", "-")
        assert re.search(rf"^{re.escape(name)}==", locked, re.M), f"{name}: run make lock"


@pytest.mark.parametrize("name", ["package-lock.json", "bench/peers/package-lock.json"])
def test_the_locks_of_node_packages_name_no_registry(name: str) -> None:
    lock = json.loads((ROOT / name).read_text("utf-8"))
    for path, package in lock["packages"].items():
        assert "resolved" not in package, path
        assert not path or package["integrity"].startswith("sha512-"), path


def test_running_needs_no_node() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    assert "dependencies" not in package
