"""How long the safety filter takes for a line: a table by length and kind of line.

All text is made up: the functional suite's lines, alone and strung together, and hostile
strings. Each line counts with the best of a few readings, so that other work on the machine
shows less; compare only what was measured in one run.

    python tools/measure_screening.py            a table
    python tools/measure_screening.py --steps    where the time of a line goes, by step
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Final

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
_SUITE: Final = ROOT / "tests" / "pure" / "functional_dev.jsonl"
_READINGS: Final = 5
_LINES: Final = 300
_HOSTILE: Final = (
    "i want to |k i l l |1 |a@|k*|not |x_|a dot |kill myself tonight pills |k**l "
    "|k i l l m y s e l f |💊|我想死|want to die |i |die |k|kkk |ki.ll |i am going to |kill me "
    "|не хочу жить |quiero morir |اريد ان اموت |मरना चाहता |i took all my pills and |k\u0301"
    "|\u202e kill |a\u200bb |kіll |𝓴𝓲𝓵𝓵 |12:30 "
    "|he hits me and |no one would miss me. |should i |d!e |suiciiiide "
    "|cut cut, |w4nt t0 d13 |k-i-l-l-m-e-|wannadieendmylife|… |s*i**** |ǝᴉp oʇ "
)


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--steps", action="store_true", help="by step instead of by kind")
    steps = arguments.parse_args().steps
    kinds = _kinds()
    print(f"{'lines':34}{'p50':>8}{'p99':>8}{'worst':>8}  microseconds")
    for step, read in (_steps() if steps else {"": _screen()}).items():
        for kind, lines in kinds.items():
            _print(f"{step} {kind}".strip(), _times(read, lines))


def _screen() -> Callable[[str], object]:
    from safety.screening import load_screen

    screen = load_screen()
    return lambda line: screen.screen(line, by="seeker")


def _steps() -> dict[str, Callable[[str], object]]:
    from safety.finding import Finder
    from safety.lexicon import read_lexicons
    from safety.redaction import redact

    finder = Finder(read_lexicons())
    normaliser = finder.normaliser
    return {
        "mask": redact,
        "plain spelling": normaliser.read,
        "where it stands": normaliser.normalise,
        "spelling, find, weigh": lambda line: finder.find(normaliser.read(line).words, "seeker"),
    }


def _kinds() -> dict[str, list[str]]:
    cases = [json.loads(line) for line in _SUITE.read_text(encoding="utf-8").splitlines() if line]
    english = [case for case in cases if case["lang"] == "en"]
    harmless = [case["text"] for case in english if case["max"] <= 1]
    crisis = [case["text"] for case in english if case["min"] >= 3]
    others = [case["text"] for case in cases if case["lang"] != "en"]
    return {
        "harmless, as they are": harmless[:_LINES],
        "crisis, as they are": crisis[:_LINES],
        "other languages, as they are": others[:_LINES],
        "harmless, 60 characters": _strung(harmless, 60),
        "harmless, 300 characters": _strung(harmless, 300),
        "crisis, 300 characters": _strung(crisis, 300),
        "crisis, 4,000 characters": _strung(crisis, 4000),
        "hostile, 4,000 characters": [(one * 4000)[:4000] for one in _HOSTILE.split("|")],
    }


def _strung(texts: Iterable[str], size: int) -> list[str]:
    """The texts one behind the other, in lines of one size."""
    whole = " ".join(chain(texts, texts))
    return [whole[start : start + size] for start in range(0, len(whole) - size, size)][:_LINES]


def _times(read: Callable[[str], object], lines: Sequence[str]) -> list[float]:
    best = [1e9] * len(lines)
    for _ in range(_READINGS):
        for number, line in enumerate(lines):
            before = perf_counter()
            read(line)
            best[number] = min(best[number], perf_counter() - before)
    return sorted(best)


def _print(kind: str, times: Sequence[float]) -> None:
    shares = (0.5, 0.99, 1.0)
    shown = [times[min(len(times) - 1, int(len(times) * share))] * 1e6 for share in shares]
    print(f"{kind:46}"[:46].ljust(34) + "".join(f"{time:8.0f}" for time in shown))


if __name__ == "__main__":
    main()
