"""Throw hostile input at the safety filter and at the wire until they break: `make fuzz`.

Each target takes bytes and fails on whatever the filter must never do: raise, point outside
the text, read one text in two ways, refuse a lexicon without naming the file and the line. What
the wire must never do is in `tools/fuzz_wire.py`.
atheris steers the bytes by the lines they reach; it is an extra (`pip install .[fuzz]`). The
same targets run for a moment with every test run, on bytes of Hypothesis.

What breaks a target is kept as bytes in build/fuzz/, to be run again with `--again FILE`.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from safety.normalise import Normaliser
    from safety.screening import Screen
    from safety.verdict import Author

ROOT: Final = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

BUILD: Final = ROOT / "build" / "fuzz"
_LONGEST: Final = 4096  # bytes; a line has at most 4,000 characters
_SLOWEST_SECONDS: Final = 5
_SEEDS: Final[dict[str, tuple[str | bytes, ...]]] = {
    "screen": (
        "i want to die",
        "k i l l  m y s e l f",
        "don\u2019t 🔪 ки́ll",
        "我想死",
        "ǝᴉp oʇ ʇuɐʍ ı",
    ),
    "normalise": (
        "k.i.l.l s**cide d!e 1st",
        "🇰🇮🇱🇱 ᴋɪʟʟ su icide",
        "a b c d\n\nnooo",
        "ǝᴉp oʇ ʇuɐʍ",
    ),
    "redact": ("call +44 7700 900123", "me@example.org t.me/abc", "one two three four five six"),
    "lexicon": (
        'lang = "xx"\n[classes]\na = "b|c"\n[[entry]]\nid = "x"\ncategory = "suicide"\n'
        'level = 3\nphrases = ["(one|two) .. <a> cut*"]\n',
        'lang = "xx"\nspaced = false\noff = ["x"]\n[frames]\nnegators = ["not"]\n',
    ),
    "message": (
        b"\x83\xa1t\xa3say\xa3ref\xa1r\xa4text\xa5hello",
        b"\x83\xa1t\xa5enter\xa9admission\xb4xxxxxxxxxxxxxxxxxxxx\xa8language\xa2en",
        b"\x82\xa1t\xa4read\xa3seq\xcd\x01\x00",
        b"\x84\xa1t\xa7whisper\xacconversation\xa1c\xa3ref\xa1r\xa4text\xa1x",
    ),
    "stream": (
        b"\x01\x82\x81\x00\x00\x00\x00x",
        b"\x05\x02\x80\x00\x00\x00\x00\x00\x80\x00\x00\x00\x00\x80\x80\x00\x00\x00\x00",
        b"\x03\x89\x80\x00\x00\x00\x00\x88\x82\x00\x00\x00\x00\x03\xe8",
        b"\x00\x82\xfe\x40\x01\x00\x00\x00\x00",
    ),
    "phrases": ("want to (die|sleep) [now] ... <a> *cut* # .", "((a|b)? c)", "[maybe] .. * , ?"),
}
_INSTRUMENTED: Final = ("safety", "chat.protocol", "web.guarded", "websockets", "uvicorn")
_LOADED: Final = {
    "filter": tuple(
        f"safety.{module}"
        for module in ("automaton", "frames", "lexicon", "phrases", "redaction", "screening")
    ),
    "wire": ("tools.fuzz_wire",),
}


def screen(data: bytes) -> None:
    """A verdict for any text, by anybody, after any text."""
    from safety.verdict import ContextLine

    filter_, text = _screen(), _text(data[1:])
    by: Author = "supporter" if data[:1] > b"\x7f" else "seeker"
    context = [ContextLine("supporter", text[::-1])] if len(data) % 2 else []
    screened = filter_.screen(text, by=by, context=context)
    _expect(filter_.faults == 0, "a fault was counted")
    for span in screened.verdict.spans:
        _expect(0 <= span.start <= span.end <= len(text), "a span outside the text")


def normalise(data: bytes) -> None:
    """The same words with and without the way back, which leads into the text."""
    text = _text(data)
    normaliser = _normaliser()
    normal = normaliser.normalise(text)
    _expect(normaliser.read(text) == (normal.words, len(normal.starts)), "read in two ways")
    for start, end in normal.origins:
        _expect(0 <= start < end <= len(text), "a word from outside the text")


def redact(data: bytes) -> None:
    """Contacts in order, inside the text; nothing else is changed."""
    from safety.redaction import MASK
    from safety.redaction import redact as mask

    text = _text(data)
    redacted = mask(text)
    kept: list[str] = []
    last = 0
    for start, end in redacted.spans:
        _expect(last <= start < end <= len(text), "contacts out of order or outside")
        kept += [text[last:start], MASK]
        last = end
    _expect("".join([*kept, text[last:]]) == redacted.text, "other text was changed")


def lexicon(data: bytes) -> None:
    """A lexicon is read, or refused with the file and the line."""
    from safety.lexicon import LexiconError, read_lexicon
    from safety.screening import Screen

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "xx.toml"
        path.write_bytes(data)
        try:
            Screen([read_lexicon(path)]).screen("one two three not cut", by="seeker")
        except LexiconError as error:
            _expect(error.file == "xx.toml" and error.line >= 1, "no file or no line named")


def phrases(data: bytes) -> None:
    """A phrase is compiled to an expression that can be run, or refused."""
    from safety.phrases import Compiler, PhraseError

    compiler = Compiler({"a": "b|c d", "b": "<a>|<b>"}, str.lower, spaced=data[:1] < b"\x80")
    try:
        phrase = compiler.compile(_text(data[1:200]))
    except PhraseError:
        return
    phrase.expression.pattern.search(" a" * 200 + " b c d cut one two ")


def message(data: bytes) -> None:
    """A command that reads the same again, or an error that the sockets know."""
    from tools.fuzz_wire import message as check

    check(data)


def stream(data: bytes) -> None:
    """A connection within its bounds, whatever comes in, and however it is cut."""
    from tools.fuzz_wire import stream as check

    check(data)


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    check.__name__: check
    for check in (
        *(screen, normalise, redact, lexicon, phrases),
        *(message, stream),
    )
}


def main() -> int:
    """Fuzz each target for so long; 1 if one was broken."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=60, help="for each target")
    arguments.add_argument("--target", choices=[*TARGETS], action="append")
    arguments.add_argument("--one", choices=[*TARGETS], help=argparse.SUPPRESS)
    arguments.add_argument("--again", type=Path, help="run one target once, with this file")
    chosen = arguments.parse_args()
    if chosen.again is not None:
        for name in chosen.target or [*TARGETS]:
            TARGETS[name](chosen.again.read_bytes())
        return 0
    if chosen.one is not None:
        return _fuzz(chosen.one, chosen.seconds)
    broken = [name for name in chosen.target or [*TARGETS] if _run(name, chosen.seconds)]
    print(f"broken: {', '.join(broken)}; see {BUILD}" if broken else "nothing was broken")
    return 1 if broken else 0


def _run(name: str, seconds: int) -> bool:
    """Fuzz one target in a process of its own, which libFuzzer ends. True if it was broken."""
    print(f"{name}: {seconds} s", flush=True)
    command = [sys.executable, __file__, "--one", name, "--seconds", str(seconds)]
    return subprocess.run(command, check=False).returncode != 0


def _fuzz(name: str, seconds: int) -> int:
    corpus = BUILD / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(_SEEDS[name]):
        content = seed if isinstance(seed, bytes) else b" " + seed.encode()
        (corpus / f"seed{number}").write_bytes(content)
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=[*_INSTRUMENTED]):
        for module in _LOADED["wire" if name in ("message", "stream") else "filter"]:
            import_module(module)
    options = [
        f"-max_total_time={seconds}",
        f"-max_len={_LONGEST}",
        f"-timeout={_SLOWEST_SECONDS}",
        f"-artifact_prefix={BUILD}/{name}-",
        "-verbosity=0",
        "-rss_limit_mb=2048",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[name])
    atheris.Fuzz()
    return 0


@cache
def _screen() -> "Screen":
    from safety.screening import load_screen

    return load_screen()


@cache
def _normaliser() -> "Normaliser":
    from safety.finding import Finder
    from safety.lexicon import read_lexicons

    return Finder(read_lexicons()).normaliser


def _text(data: bytes) -> str:
    """Any text at all, lone surrogates too."""
    return data.decode("utf-8", "surrogateescape")[:4000]


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise AssertionError(what)


if __name__ == "__main__":
    sys.exit(main())
