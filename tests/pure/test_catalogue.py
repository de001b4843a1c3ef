"""The lists: complete, fit for the wire, and fit for people in distress."""

import itertools
import re
from collections.abc import Sequence

import pytest

from config import catalogue
from config.sections import LANGUAGES


def _first(options: Sequence[str]) -> str:
    return options[0]


def test_the_words_are_1024_short_and_plain() -> None:
    assert len(set(catalogue.words())) == 1024
    assert all(re.fullmatch(r"[a-z]{3,10}", word) for word in catalogue.words())


def test_no_two_words_differ_in_a_single_letter() -> None:
    listed = set(catalogue.words())
    for word in listed:
        shorter = {word[:i] + word[i + 1 :] for i in range(len(word))}
        assert not shorter & listed, word
    patterns = [(i, w[:i] + w[i + 1 :], len(w)) for w in listed for i in range(len(w))]
    assert len(patterns) == len(set(patterns))


def test_a_return_code_fits_the_wire() -> None:
    longest = max(catalogue.words(), key=len)
    assert len("-".join(itertools.repeat(longest, catalogue.RETURN_CODE_WORDS))) <= 80
    assert catalogue.secret_words(_first, 4).count("-") == 3


def test_a_friendly_name_is_two_capitalised_words() -> None:
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", catalogue.friendly_name(_first))
    adjectives, nouns = catalogue.name_parts()
    assert len(adjectives) * len(nouns) > 3000
    assert not set(adjectives) & set(nouns)


def test_settings_and_catalogue_know_the_same_languages() -> None:
    assert tuple(catalogue.languages()) == LANGUAGES
    assert {i for i, language in catalogue.languages().items() if language.dir == "rtl"} == {
        "ar",
        "ur",
    }


def test_topics_fit_the_wire_and_are_unique() -> None:
    ids = [topic.id for topic in catalogue.topics()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z][a-z-]{1,39}", topic) for topic in ids)
    assert {"dark-thoughts", "other"} <= set(ids)


@pytest.mark.parametrize("code", sorted(catalogue.countries()))
def test_each_country_has_an_emergency_number_and_a_way_to_reach_somebody(code: str) -> None:
    place = catalogue.country(code)
    assert re.fullmatch(r"[A-Z]{2}", code)
    assert re.fullmatch(r"\d{3,5}", place.emergency)
    for line in place.helplines:
        assert line.phone or line.sms or line.url
        assert line.url == "" or line.url.startswith("https://")
        assert re.fullmatch(r"[\d *()-]*", line.phone + line.sms)
    assert place.helplines[-1].url


def test_an_unknown_country_gets_what_is_true_anywhere() -> None:
    assert catalogue.country("XX") == catalogue.country(None) == catalogue.country("ZZ")


def test_a_country_shows_its_own_lines_first() -> None:
    assert catalogue.country("US").helplines[0].phone == "988"
    assert catalogue.country("GB").helplines[0].phone == "116 123"
