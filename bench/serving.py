"""`benchside serve`, with the limits on one person's pace lifted: `python -m bench.serving serve`.

A closed loop says its next line as soon as the last one has arrived, which is many times what the
server lets a person say. Those limits, and nothing else, are raised here before the command line
starts. All the rest is the product as it is.
"""

import os

from config import limits
from web.cli.main import main

LIFTED = {"LINES": 1e9, "FRAMES": 1e9}
"""Limits of `config/limits.py` that a closed loop would run into."""
FLAG = "BENCH_LIMITS"
"""The variable that says so where nothing is to be lifted."""
AS_THEY_ARE = "as they are"


def lift() -> None:
    """Raise the limits in this process, and in those that it starts by forking."""
    for name, value in LIFTED.items():
        if not hasattr(limits, name):
            raise SystemExit(f"config/limits.py has no {name} any more; see bench/serving.py")
        setattr(limits, name, value)


if __name__ == "__main__":
    if os.environ.get(FLAG) != AS_THEY_ARE:
        lift()
    main()
