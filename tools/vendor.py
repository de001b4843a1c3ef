"""Fetch the libraries that the pages use, verify them, and build the one file they are served as.

`vendor.lock.json` names each package with its version, licence and the sha256 of its archive;
an archive that differs is refused. The pages need the built file only, so that a checkout works
without Node; this tool needs Node and `npm`, and only someone who changes a version runs it.

    python tools/vendor.py           fetch, verify, build
    python tools/vendor.py --check   compare what is built with the lock; no network
    python tools/vendor.py --pin     as the first, but record the hashes of what was fetched
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

FOLDER = Path(__file__).resolve().parent.parent / "web" / "static" / "vendor"
LOCK = FOLDER / "vendor.lock.json"
BUILT = ("vendor.js", "LICENCES.txt")
ENTRY = """\
export { h, render } from "preact";
export { useEffect, useRef, useState } from "preact/hooks";
export { batch, computed, effect, signal } from "@preact/signals";
export { default as htm } from "htm";
export { FluentBundle, FluentResource } from "@fluent/bundle";
export { decode, encode } from "@msgpack/msgpack";
"""
"""What the pages import; whatever else the packages hold is left out of the built file."""


class Package(TypedDict):
    """One package of the lock."""

    name: str
    version: str
    licence: str
    sha256: str


class Lock(TypedDict):
    """The whole lock: what is served, what builds it, and what came out."""

    packages: list[Package]
    builder: Package
    built: dict[str, str]


def sha256(path: Path) -> str:
    """Return the hexadecimal digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch(package: Package, folder: Path, *, pin: bool) -> None:
    """Unpack one package under `folder`, or exit if its archive is not the locked one."""
    wanted = f"{package['name']}@{package['version']}"
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), wanted]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    archive = folder / done.stdout.split()[-1]
    found = sha256(archive)
    if pin:
        package["sha256"] = found
    elif found != package["sha256"]:
        sys.exit(f"{wanted}: the archive has sha256 {found}, the lock says {package['sha256']}")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    target = folder / "node_modules" / package["name"]
    target.parent.mkdir(parents=True, exist_ok=True)
    (folder / "package").rename(target)


def notice(packages: list[Package], folder: Path) -> str:
    """Return the licence texts of all that is served; a package may bring only the name of one."""
    parts: list[str] = []
    for package in packages:
        path = folder / "node_modules" / package["name"] / "LICENSE"
        text = path.read_text("utf-8") if path.exists() else "The text stands with another package."
        parts.append(f"{package['name']} {package['version']} ({package['licence']})\n\n{text}")
    return "\n\n----\n\n".join(part.strip() for part in parts) + "\n"


def build(lock: Lock, folder: Path) -> None:
    """Bundle what `ENTRY` names into `vendor.js`, with a first line that says what it holds."""
    (folder / "entry.js").write_text(ENTRY, "utf-8")
    tool = folder / "node_modules" / lock["builder"]["name"] / "bin" / "esbuild"
    options = ["--bundle", "--format=esm", "--minify", "--target=es2022", "--legal-comments=none"]
    done = subprocess.run(
        ["node", str(tool), "entry.js", *options],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    names = ", ".join(f"{one['name']} {one['version']}" for one in lock["packages"])
    first = f"/* {names}. Built by tools/vendor.py; licences in LICENCES.txt. */\n"
    (FOLDER / "vendor.js").write_text(first + done.stdout, "utf-8")
    (FOLDER / "LICENCES.txt").write_text(notice(lock["packages"], folder), "utf-8")


def stale(lock: Lock) -> list[str]:
    """Return the built files that are not as the lock says."""
    return [name for name in BUILT if sha256(FOLDER / name) != lock["built"].get(name)]


def main() -> None:
    """Run as the module's docstring says; exit 1 on any difference from the lock."""
    parser = argparse.ArgumentParser(description="Fetch, verify and build the vendored libraries.")
    parser.add_argument("--check", action="store_true", help="compare with the lock, no network")
    parser.add_argument("--pin", action="store_true", help="record the hashes of what is fetched")
    options = parser.parse_args()
    lock: Lock = json.loads(LOCK.read_text("utf-8"))
    if not options.check:
        with tempfile.TemporaryDirectory() as name:
            for package in [*lock["packages"], lock["builder"]]:
                fetch(package, Path(name), pin=options.pin)
            build(lock, Path(name))
        if options.pin:
            lock["built"] = {name: sha256(FOLDER / name) for name in BUILT}
            LOCK.write_text(json.dumps(lock, indent=2) + "\n", "utf-8")
    if different := stale(lock):
        sys.exit(f"not as locked: {', '.join(different)}")


if __name__ == "__main__":
    main()
