"""What the peers need beside the product, put under `build/`: nothing of it touches the product.

Python packages from `bench/requirements.lock`, Node packages from `bench/peers/package-lock.json`,
nginx from Debian. What can't be had is said, with the reason, by whoever asks.
"""

import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "bench" / "requirements.lock"
PEERS = ROOT / "bench" / "peers"
BUILD = ROOT / "build"
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
INSTALL_SECONDS = 300.0


class Missing(Exception):
    """Something can't be had here; the text says what and why."""


@cache
def bench_python() -> str:
    """Return a Python that has the peers' packages. Raises: Missing."""
    folder = BUILD / "bench-venv"
    python, stamp = folder / "bin" / "python", folder / "installed"
    if not stamp.exists() or stamp.stat().st_mtime < LOCK.stat().st_mtime:
        _run(sys.executable, "-m", "venv", str(folder))
        pip = (str(python), "-m", "pip", "--disable-pip-version-check", "--quiet")
        _run(*pip, "install", "--require-hashes", "--requirement", str(LOCK))
        stamp.touch()
    return str(python)


@cache
def node_folder() -> Path:
    """Return a folder with Socket.IO and our server for it. Raises: Missing."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Missing("there is no Node with npm")
    folder = BUILD / "bench-node"
    lock, stamp = PEERS / "package-lock.json", folder / "installed"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "socket_io.mjs"):
        shutil.copy(PEERS / name, folder / name)
    if not stamp.exists() or stamp.stat().st_mtime < lock.stat().st_mtime:
        _run(
            *("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),
            folder=folder,
        )
        stamp.touch()
    return folder


@cache
def nginx_with_nchan() -> str:
    """Return nginx, installed with nchan where we may. Raises: Missing."""
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if nginx is None or not NCHAN.exists():
        if os.getuid() != 0 or shutil.which("apt-get") is None:
            raise Missing(
                "nginx with nchan is not here; as root: apt-get install nginx-light "
                "libnginx-mod-nchan"
            )
        _run("apt-get", "update", "-q")
        _run("apt-get", "install", "-q", "-y", "nginx", "libnginx-mod-nchan")
        nginx = shutil.which("nginx", path="/usr/sbin")
    if nginx is None or not NCHAN.exists():
        raise Missing("Debian's package has brought no nginx with nchan")
    return nginx


def _run(*command: str, folder: Path = ROOT) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise Missing(f"{command[0]} failed: {type(problem).__name__}") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(f"{Path(command[0]).name} failed: {said[-1] if said else 'silently'}")
