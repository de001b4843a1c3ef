"""On what a figure was measured. A figure without its machine says nothing."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import msgspec


class Machine(msgspec.Struct, frozen=True):
    """The machine, and how busy it was with other things."""

    cores: int
    """Shared by the server, its store and the load."""
    model: str
    kernel: str
    python: str
    uvicorn: str
    load_average: float
    """Of the last minute, when the run ended; the run itself is in it."""


def machine() -> Machine:
    """Describe this machine now."""
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        model=_model(),
        kernel=platform.release().partition("-")[0],
        python=platform.python_version(),
        uvicorn=version("uvicorn"),
        load_average=round(os.getloadavg()[0], 2),
    )


def _model() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
