"""One plain spelling for many, and the way back to the text as it was sent."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safety.disguise import slips
from safety.normalise import Normaliser
from safety.screening import load_screen

PLAIN = Normaliser(
    known=("kill", "killing", "myself", "die", "pills", "want", "to", "cut", "dont", "i", "now"),
    spellings={"wanna": "want to", "wannadie": "want to die", "killmyself": "kill myself"},
    guarded=("myself",),
    words_of_their_own=("ill",),
    disguised=("kill", "die", "suicide", "knife"),
)
WHOLE = load_screen()._normaliser  # pyright: ignore[reportPrivateUsage]

_ODD = st.sampled_from("kil my.!?,'*@$-éß 1\n;_<|кі💊’")
_TEXTS = st.text(alphabet=st.one_of(st.characters(), _ODD, _ODD), max_size=80)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("I WANT to", "i want to"),
        ("wanna", "want to"),
        ("k1ll mys3lf", "kill myself"),
        ("k i l l i n g  m y s e l f", "killing myself"),
        ("c-u-t", "cut"),
        ("dieeeee", "die"),
        ("kkiillll", "kill"),
        ("d!e", "die"),
        ("k*ll", "kill"),
        ("s**cide", "suicide"),
        ("ki.ll", "kill"),
        ("su/icide", "suicide"),
        ("sui cide", "suicide"),
        ("k.i.l.l", "kill"),
        ("k_i_l_l", "kill"),
        ("k*i*l*l", "kill"),
        ("|<ill", "kill"),
        ("edicius", "suicide"),
        ("myslef", "myself"),
        ("iwannadienow", "i want to die now"),
        ("don t", "dont"),
        ("do nt", "dont"),
        ("don’t", "dont"),
        ("kіll", "kill"),
        ("ΚΙLL", "kill"),
        ("ԁіе", "die"),
        ("ᴋɪʟʟ", "kill"),
        ("🅺🅸🅻🅻", "kill"),
        ("Ⓚⓘⓛⓛ", "kill"),
        ("🇰🇮🇱🇱", "kill"),
        ("🇰🇮 yes", "yes"),
        ("ǝᴉp oʇ ʇuɐʍ ı", "i want to die"),
        ("pi\u200blls", "pills"),
        ("k\u0336i\u0336l\u0336l\u0336", "kill"),
        ("𝓭𝓲𝓮", "die"),
        ("so. what?", "so . what ?"),
        ("so...\n\nwhat?!", "so . what ?"),
        ("🔪 👶 💔", "knife baby heartbroken"),
    ],
)
def test_a_word_is_read_however_it_is_written(written: str, read: str) -> None:
    assert PLAIN.normalise(written).words.strip() == read
    assert PLAIN.read(written).words.strip() == read


@pytest.mark.parametrize(
    "harmless",
    [
        "the skill of a kiln grape",
        "my therapist",
        "12th of 2024",
        "1l 1 2",
        "a b c d",
        "hang on",
        "100000",
        "die katze",
        "не хочу",
        "kilt and diet",
        "ok ill do it",
        "mp3 h2o 10mg",
    ],
)
def test_an_ordinary_word_stays_what_it_is(harmless: str) -> None:
    assert PLAIN.normalise(harmless).words.strip() == harmless
    assert WHOLE.normalise(harmless).words.strip().replace("i will", "ill") == harmless


def test_signs_between_ordinary_words_keep_them_apart() -> None:
    assert PLAIN.normalise("pain.t and/or self-made").words == " pain . t and or self made "


@given(st.text(alphabet=st.characters(), max_size=200))
@example("\ud800k\udfffi")
@example("k" + "\u0301" * 2000)
@example("ʇɐɥʍ\u202eʇ💊")
def test_every_word_comes_from_inside_the_text(text: str) -> None:
    normal = WHOLE.normalise(text)
    assert len(normal.starts) == len(normal.origins)
    assert list(normal.starts) == sorted(normal.starts)
    for start, end in normal.origins:
        assert 0 <= start < end <= len(text)
    start, end = normal.origin(0, len(normal.words))
    assert 0 <= start <= end <= len(text)


@given(st.lists(st.text("abdegjoqvwxyz", min_size=4, max_size=9), min_size=1, max_size=9))
def test_a_plain_word_comes_from_where_it_stands(words: list[str]) -> None:
    text = "  ".join(words)
    normal = PLAIN.normalise(text)
    for start, (first, last) in zip(normal.starts, normal.origins, strict=True):
        word = normal.words[start:].split(" ", 1)[0]
        if word in words:
            assert text[first:last] == word
            assert normal.origin(start, start + len(word)) == (first, last)


@given(_TEXTS)
@settings(max_examples=800, deadline=None)
def test_the_words_are_the_same_without_the_way_back(text: str) -> None:
    normal = WHOLE.normalise(text)
    assert WHOLE.read(text) == (normal.words, len(normal.starts))


@given(_TEXTS)
@settings(max_examples=200, deadline=None)
def test_words_are_single_and_have_single_spaces(text: str) -> None:
    words = WHOLE.read(text).words
    assert words.startswith(" ")
    assert words.endswith(" ")
    assert "  " not in words


def test_a_slip_is_one_letter_away() -> None:
    assert {"klil", "killl"} <= slips("kill")
    assert "kill" not in slips("kill")


def test_what_was_said_is_kept_nowhere() -> None:
    before = {name: len(table) for name, table in _tables()}
    WHOLE.read("qzqzqz w1thh x*y*z qq.qq ɐɥǝ zzzzz")
    for name, table in _tables():
        assert len(table) == before[name]


def _tables() -> list[tuple[str, dict[str, str]]]:
    disguises = WHOLE._disguises  # pyright: ignore[reportPrivateUsage]
    return [("disguises", disguises.table), ("normaliser", WHOLE._table)]  # pyright: ignore[reportPrivateUsage]
