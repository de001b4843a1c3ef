"""What the screen promises of every line, and the frames that change what words mean."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.risk import Risk
from safety.finding import Finder, Found
from safety.lexicon import LexiconError, read_lexicon, read_lexicons
from safety.likeness import load_likeness
from safety.model import Model, Opinion, load_model
from safety.phrases import Compiler
from safety.screening import Screen, load_screen
from safety.verdict import CATEGORIES, Author, ContextLine, Reading, Said

SCREEN = load_screen()
TOLD = [phrase for one in read_lexicons() for phrase in one.classes.values() if phrase.isalpha()]
_CLASSES = {name: words for one in read_lexicons() for name, words in one.classes.items()}


def risk(text: str, by: Author = "seeker", *context: ContextLine) -> Risk:
    return SCREEN.screen(text, by=by, context=context).verdict.risk


@given(st.text(alphabet=st.characters(), max_size=300), st.sampled_from(["seeker", "supporter"]))
@settings(max_examples=300, deadline=None)
def test_any_text_is_screened_without_a_fault(text: str, by: Author) -> None:
    screened = SCREEN.screen(text, by=by, context=[ContextLine("supporter", text)])
    assert screened.verdict.tier == "inline"
    assert SCREEN.faults == 0
    for span in screened.verdict.spans:
        assert 0 <= span.start <= span.end <= len(text)
        assert span.category in CATEGORIES


@given(st.sampled_from([case for one in read_lexicons() for case in one.classes.values()]))
@settings(deadline=None)
def test_what_a_line_leaves_for_those_after_it_is_what_they_would_read(text: str) -> None:
    said = SCREEN.screen(text, by="seeker", lang="en")
    line = ContextLine("seeker", said.masked)
    SCREEN.screen("ok", by="supporter", lang="en", context=[line])
    assert said.contacts or said.reading == line.reading


@pytest.mark.parametrize("text", ["", "\ud800" * 10, "\x00\x01", "\u200b" * 50, "💊" * 4000])
def test_odd_texts_are_screened(text: str) -> None:
    assert SCREEN.screen(text, by="seeker").verdict.tier == "inline"


def test_a_fault_gives_an_unscreened_verdict_and_is_counted() -> None:
    broken = Screen(())
    del broken._finder  # pyright: ignore[reportPrivateUsage]
    screened = broken.screen("call me on 07700 900123", by="seeker")
    assert screened.verdict.tier == "unscreened"
    assert broken.faults == 1
    assert "900123" not in screened.masked


TEXTS = st.text(max_size=80) | st.sampled_from(
    [*TOLD, "", "yes", "call me on 07700 900123", "\ud800", "好"]
)
AUTHORS = st.sampled_from(["seeker", "supporter"])
SAID = st.builds(
    Said,
    TEXTS,
    AUTHORS,
    st.none() | st.sampled_from(["en", "es"]),
    st.lists(st.builds(ContextLine, AUTHORS, TEXTS, reading=st.none()), max_size=3),
)


@given(st.lists(SAID, max_size=10))
@settings(deadline=None)
def test_what_a_line_comes_to_does_not_hang_on_the_lines_beside_it(lines: list[Said]) -> None:
    together = SCREEN.screen_all(lines)
    for line, screened in zip(lines, together, strict=True):
        alone = SCREEN.screen(line.text, by=line.by, lang=line.lang, context=line.context)
        assert screened == alone


class Choking(Finder):
    """A finder that fails at one word."""

    def find(self, words: str, by: Author, lang: str | None = None) -> Found:
        if "chokeword" in words:
            raise ArithmeticError
        return super().find(words, by, lang)


def test_a_fault_in_one_line_leaves_the_others_as_they_are() -> None:
    screen = Screen(read_lexicons())
    screen._finder = Choking(read_lexicons())  # pyright: ignore[reportPrivateUsage]
    good, bad = Said("i want to kill myself", "seeker"), Said("chokeword, 07700 900123", "seeker")
    first, failed, last = screen.screen_all([good, bad, good])
    assert first == last == screen.screen("i want to kill myself", by="seeker")
    assert first.verdict.risk >= Risk.ELEVATED
    assert failed.verdict.tier == "unscreened"
    assert "900123" not in failed.masked
    assert screen.faults == 1


class ChokingModel(Model):
    """A model that can't read a certain line, alone or beside others."""

    def __init__(self, whole: Model) -> None:
        self._whole = whole

    def read_all(self, lines: Sequence[str], readings: Sequence[Reading]) -> list[Opinion]:
        if any("chokeword" in line for line in lines):
            raise ArithmeticError
        return self._whole.read_all(lines, readings)


def test_a_line_that_the_model_chokes_on_spoils_no_other() -> None:
    screen = Screen(read_lexicons(), load_likeness(), ChokingModel(load_model()))
    good, bad = Said("i want to kill myself", "seeker", "en"), Said("chokeword", "seeker", "en")
    first, failed, last = screen.screen_all([good, bad, good])
    assert first == last == SCREEN.screen("i want to kill myself", by="seeker", lang="en")
    assert failed.verdict.tier == "unscreened"
    assert screen.faults == 1


def test_a_negated_wish_is_not_raised() -> None:
    assert risk("i want to kill myself") >= Risk.ELEVATED
    assert risk("i really do not want to kill myself") <= Risk.CONCERN


def test_a_promise_that_cannot_be_made_is_no_negation() -> None:
    assert risk("i cant promise i wont hurt myself") >= Risk.HIGH


def test_a_plan_with_a_time_is_higher_than_the_wish() -> None:
    assert risk("im going to end my life tonight") == Risk.IMMINENT
    assert risk("sometimes i think about suicide") == Risk.ELEVATED


def test_what_is_long_past_is_not_an_emergency() -> None:
    assert risk("i tried to kill myself twenty years ago") <= Risk.CONCERN


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("i overdosed last week", Risk.HIGH, Risk.HIGH),
        ("last month i stood on the bridge, i still think of it", Risk.CONCERN, Risk.HIGH),
        ("i overdosed two days ago", Risk.IMMINENT, Risk.IMMINENT),
        ("i overdosed again just now, like last week", Risk.IMMINENT, Risk.IMMINENT),
        ("she left last month so i took all my pills", Risk.IMMINENT, Risk.IMMINENT),
        ("he died last month. im standing on the bridge and want to die", Risk.HIGH, Risk.IMMINENT),
    ],
)
def test_only_what_happened_weeks_ago_is_not_imminent(text: str, least: Risk, most: Risk) -> None:
    assert least <= risk(text) <= most


def test_hyperbole_is_not_raised() -> None:
    assert risk("my back is killing me lol") == Risk.NONE
    assert risk("i nearly died of laughter") == Risk.NONE


def test_a_supporters_question_counts_as_nothing() -> None:
    assert risk("are you having thoughts of ending your life?", "supporter") == Risk.NONE


def test_a_supporters_own_wish_counts() -> None:
    assert risk("i want to kill myself", "supporter") >= Risk.ELEVATED


def test_yes_means_what_was_asked() -> None:
    asked = ContextLine("supporter", "do you have a plan to end your life?")
    assert risk("yes", "seeker", asked) >= Risk.HIGH
    assert risk("yes", "seeker", ContextLine("supporter", "did you sleep well?")) == Risk.NONE


def test_disguised_letters_are_read() -> None:
    for text in (
        "i w4nt to k1ll mys3lf",
        "i want to k i l l  m y s e l f",
        "i want to k*ll myself",
    ):
        assert risk(text) >= Risk.ELEVATED, text


def test_spans_point_into_the_text_as_it_was_sent() -> None:
    text = "ok… so\u200b I WANT to 𝓴𝓲𝓵𝓵 myself"
    spans = SCREEN.screen(text, by="seeker").verdict.spans
    assert any(text[span.start : span.end].endswith("myself") for span in spans)


def test_a_crisis_line_is_delivered_with_only_its_contact_masked() -> None:
    screened = SCREEN.screen("i want to die, call 07700 900123", by="seeker")
    assert screened.masked == "i want to die, call •••"
    assert screened.contacts == 1


def test_no_representation_carries_the_text() -> None:
    screened = SCREEN.screen("secretword i want to die", by="seeker")
    line = ContextLine("seeker", "secretword")
    assert "secretword" not in f"{screened!r} {line!r}"


def test_hostile_lines_take_no_time_that_is_felt() -> None:
    hostile = ["i want to " * 400, "k i l l " * 500, "1 " * 2000, "a@" * 2000, "k*" * 2000]
    hostile += ["not " * 1000, "x_" * 2000, "a dot " * 666, "kill myself tonight pills " * 150]
    hostile += ["k**l " * 800, "k i l l m y s e l f " * 200, "💊" * 4000, "我想死" * 1333]
    for text in hostile:
        best = 1.0
        for _ in range(3):
            before = time.perf_counter()
            SCREEN.screen(text[:4000], by="seeker")
            best = min(best, time.perf_counter() - before)
        assert best < 0.04, text[:12]


def test_threads_may_share_a_screen() -> None:
    seen: list[Risk] = []

    def read() -> None:
        seen.extend(risk("i want to kill myself") for _ in range(50))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 200
    assert len(set(seen)) == 1


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ('lang = "xx"\n[[entry]]\nid = "a"\ncategory = "nonsense"\nphrases = ["a b"]\n', 2),
        ('lang = "xx"\n\n[[entry]]\nid = "a"\nlevel = "high"\nphrases = ["a b"]\n', 3),
        ('lang = "xx"\nlang = \n', 2),
    ],
)
def test_a_broken_lexicon_names_its_line(tmp_path: Path, source: str, line: int) -> None:
    path = tmp_path / "xx.toml"
    path.write_text(source)
    with pytest.raises(LexiconError) as caught:
        read_lexicon(path)
    assert (caught.value.file, caught.value.line) == ("xx.toml", line)


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [
        ("(open", "a bracket is not closed"),
        ("closed)", "a bracket is closed that was not opened"),
        ("[maybe] ..", "could match an empty line"),
        ("<nothing> here", "no such class: nothing"),
        ("<round> here", "the class round speaks of itself"),
    ],
)
def test_a_broken_phrase_names_its_line(tmp_path: Path, phrase: str, reason: str) -> None:
    entry = f'[[entry]]\nid = "xx.a"\ncategory = "suicide"\nphrases = ["fine", "{phrase}"]\n'
    (tmp_path / "xx.toml").write_text(f'lang = "xx"\nclasses.round = "a|<round>"\n{entry}')
    with pytest.raises(LexiconError) as caught:
        load_screen(tmp_path)
    assert (caught.value.file, caught.value.line) == ("xx.toml", 3)
    assert reason in caught.value.reason


def test_a_broken_frame_stops_the_start(tmp_path: Path) -> None:
    entry = '[[entry]]\nid = "xx.a"\ncategory = "suicide"\nphrases = ["fine"]\n'
    (tmp_path / "xx.toml").write_text(f'lang = "xx"\nframes.negators = ["(not"]\n{entry}')
    with pytest.raises(LexiconError, match="frames: a bracket is not closed"):
        load_screen(tmp_path)


def test_every_phrase_that_was_read_can_be_compiled_when_it_is_needed() -> None:
    for lexicon in read_lexicons():
        compiler = Compiler({**lexicon.classes, **_CLASSES}, str, spaced=lexicon.spaced)
        for entry in lexicon.entries:
            for phrase in entry.phrases:
                assert compiler.compile(phrase).expression.pattern.groups == 0, phrase
