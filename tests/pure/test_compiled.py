"""Phrases that were compiled at an earlier start: the same ones, or none."""

from pathlib import Path

import pytest

from safety.compiled import Shelf
from safety.finding import Finder
from safety.lexicon import Lexicon, read_lexicons
from safety.phrases import Compiler


@pytest.fixture(scope="module")
def lexicons() -> tuple[Lexicon, ...]:
    """Those that ship with the server, of two languages: one with spaces, one without."""
    return tuple(one for one in read_lexicons() if one.lang in ("es", "zh"))


def test_what_was_kept_is_what_is_compiled(lexicons: tuple[Lexicon, ...], tmp_path: Path) -> None:
    path = tmp_path / "phrases"
    for lang in ("es", "zh"):
        files = [one for one in lexicons if one.lang == lang]
        classes = {name: phrase for one in files for name, phrase in one.classes.items()}
        phrases = [phrase for one in files for entry in one.entries for phrase in entry.phrases]
        fresh = Compiler(classes, str, spaced=files[0].spaced)
        compiled = {phrase: fresh.compile(phrase) for phrase in phrases}
        shelf = Shelf(path, lang)
        shelf.take(lang, fresh)
        shelf.save()
        lent = _compiler()
        Shelf(path, lang).lend(lang, lent)
        assert lent.compiled == compiled
        assert lent.vocabulary == fresh.vocabulary


def test_a_finder_finds_the_same_with_what_was_kept(
    lexicons: tuple[Lexicon, ...], tmp_path: Path
) -> None:
    path = tmp_path / "phrases"
    first = Finder(lexicons, Shelf(path, "key"))
    again = Finder(lexicons, Shelf(path, "key"))
    for text in ("me quiero morir", "ya no quiero vivir, tengo pastillas", "我想死", "hola"):
        words = first.normaliser.read(text).words
        assert again.normaliser.read(text).words == words
        assert again.find(words, "seeker") == first.find(words, "seeker")


@pytest.mark.parametrize("damage", ["another key", "cut off", "changed", "nothing there"])
def test_what_is_not_known_to_be_right_is_not_used(
    lexicons: tuple[Lexicon, ...], tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "phrases"
    Finder(lexicons, Shelf(path, "key"))
    body = path.read_bytes()
    match damage:
        case "cut off":
            path.write_bytes(body[:-9])
        case "changed":
            path.write_bytes(body.replace(b"morir", b"vivir"))
        case "nothing there":
            path.unlink()
        case _:
            pass
    compiler = _compiler()
    Shelf(path, "another" if damage == "another key" else "key").lend("es", compiler)
    assert not compiler.compiled


def test_a_folder_that_can_not_be_written_costs_time_and_nothing_more(
    lexicons: tuple[Lexicon, ...], tmp_path: Path
) -> None:
    path = tmp_path / "a file" / "phrases"
    path.parent.write_text("no folder")
    finder = Finder(lexicons, Shelf(path, "key"))
    assert finder.find(" me quiero morir ", "seeker").findings


def _compiler() -> Compiler:
    return Compiler({}, str, spaced=True)
