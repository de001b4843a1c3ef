"""A moment of what `make fuzz` does for long: no bytes break the filter or its readers."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safety.screening import load_screen
from tools.fuzz import TARGETS

SCREEN = load_screen()
_LATIN = ("k i l l", "ki.ll", "s**cide", "d!e ", "k1ll ", "don t ", "killmyself", "want to die ")
_SCRIPTS = ("💊", "🇰🇮", "ʇɐɥ", "кі", "我想死", "مرنا", "मरना ", "’")
_SIGNS = ("e\u0301", "\u202e", "\u200b", "\ud800", "\x00", "\n", "'", "...", "<", "[", ")")
_PIECES = st.sampled_from((*_LATIN, *_SCRIPTS, *_SIGNS, "+44 7700 ", "a@b.c "))
_TEXTS = st.lists(_PIECES, max_size=40).map("".join)
_ENTRY = '[[entry]]\nid = "x"\ncategory = "suicide"\nphrases = ["'


@given(st.binary(max_size=120))
@example(b"\xff\xff")
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("target", TARGETS)
def test_no_bytes_break_it(target: str, data: bytes) -> None:
    TARGETS[target](data)


@given(_TEXTS)
@settings(max_examples=150, deadline=None)
@pytest.mark.parametrize("target", ["screen", "normalise", "redact"])
def test_no_pieces_of_hostile_text_break_it(target: str, text: str) -> None:
    TARGETS[target](text.encode("utf-8", "surrogatepass"))


@given(st.text("ab<>()[]|.*#? ,", max_size=60))
@example("(" * 199)
@example("... " * 40 + "a")
@settings(max_examples=200, deadline=None)
def test_no_phrase_breaks_a_lexicon(phrase: str) -> None:
    source = f'lang = "xx"\nclasses.a = "b|c"\nclasses.b = "<b>"\n{_ENTRY}{phrase}"]\n'
    TARGETS["lexicon"](source.encode())
    TARGETS["phrases"](b" " + phrase.encode())


@pytest.mark.parametrize(
    "source",
    [
        b'lang = "\xff"\n',
        b'lang = "xx"\nentry = [{id = "x", category = "suicide", phrases = ["a b"]}]\n',
        b'lang = "xx"\nspellings.a = ""\nguarded = ["", "\\u0000"]\ndisguised = ["", "a"]\n',
        b"\xef\xbb\xbflang = 1",
        b"",
    ],
)
def test_an_odd_lexicon_is_read_or_refused_by_name(source: bytes) -> None:
    TARGETS["lexicon"](source)


HOSTILE = {
    "one letter": "k" * 4000,
    "one word": "suicid" * 666,
    "emoji": "💊" * 1000,
    "different emoji": "".join(map(chr, range(0x1F300, 0x1F300 + 1000))),
    "marks": "k" + "\u0301" * 2000,
    "digits": "0123456789" * 400,
    "letters apart": "k i l l " * 500,
    "letters apart that spell nothing": "i i j " * 666,
    "signs": "k-i-l-l-m-e-" * 333,
    "scripts in turn": "kк" * 2000,
    "leet": "w4nt t0 d13 " * 333,
    "all signs": "".join(chr(33 + n * 7 % 94) for n in range(4000)),
    "all letters": "".join(chr(33 + n * 131 % 55000) for n in range(4000)),
    "right to left": "\u202ei want to die\u202c " * 250,
    "surrogates": "\udc80\ud800" * 2000,
    "control": "\x00\x1f\x7f" * 1333,
    "upside down": "ǝᴉp oʇ ʇuɐʍ ı " * 250,
    "crisis": "i want to kill myself tonight with pills " * 97,
    "questions": "he hits me. " * 333,
    "nearly": "want need wish to i my me the die not never no " * 85,
    "chinese": "我想死" * 1333,
    "lines where an address may begin": "1 a" + "_" * 83 + "20 1@b 4 at (1#4 0)" * 20,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_4000_hostile_characters_are_read_in_time(kind: str) -> None:
    """Far above what is measured (`tools/measure_screening.py`), so that a busy machine passes."""
    best = 1.0
    for _ in range(4):
        before = time.thread_time()
        screened = SCREEN.screen(HOSTILE[kind][:4000], by="seeker")
        best = min(best, time.thread_time() - before)
        assert screened.verdict.tier != "unscreened"
    assert best < 0.025


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_plain_crisis_phrase_behind_hostile_text_is_seen(kind: str) -> None:
    text = HOSTILE[kind][:3900] + ". i want to kill myself tonight"
    assert SCREEN.screen(text, by="seeker").verdict.risk >= 2
