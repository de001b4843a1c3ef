"""Contacts are masked; numbers that help or do no harm stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.catalogue import countries
from safety.redaction import MASK, redact


@pytest.mark.parametrize(
    "text",
    [
        "ring me: +44 7700 900123",
        "zero seven seven double oh nine one two three four",
        "write to jo.bloggs@example.org",
        "jo dot bloggs at example dot org",
        "i am @quiet_fox on there",
        "look at https://example.org/me",
        "insta: quiet_fox9",
        "my discord is fox#1234",
        "im at 12 Oak Street",
    ],
)
def test_a_contact_is_masked(text: str) -> None:
    assert MASK in redact(text).text


@pytest.mark.parametrize(
    "text",
    [
        "you can call 988 or 116 123",
        "text 741741 or ring 0800 543 354",
        "i was born on 12/04/1988 at 14:30",
        "it cost $12,500.00 in 2019-2020",
        "breathe in 4, hold 7, out 8, then 5-4-3-2-1",
        "one two three four five, i count when i panic",
        "i walked 10000 steps and slept 8 hours",
    ],
)
def test_a_number_that_does_no_harm_stays(text: str) -> None:
    assert redact(text).text == text


EMERGENCY = {country.emergency for country in countries().values()}
LINES = {line for country in countries().values() for line in country.helplines}
NUMBERS = sorted(
    {*EMERGENCY, *(line.phone for line in LINES), *(line.sms for line in LINES)} - {""}
)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_helpline_of_the_catalogue_stays(number: str) -> None:
    joined = "".join(filter(str.isdigit, number))
    for text in (f"please ring {number} now", f"please ring {joined}"):
        assert redact(text).text == text


def test_a_helpline_stays_with_the_prefix_of_its_country() -> None:
    assert redact("from abroad: +47 116 123, or +64 9 2525 0111").spans == ()
    assert redact("but ring me on +64 9 2525 0112").text == "but ring me on •••"


@given(st.text(alphabet=st.characters(), max_size=200))
def test_all_outside_the_contacts_is_untouched(text: str) -> None:
    redacted = redact(text)
    rest: list[str] = []
    place = 0
    for start, end in redacted.spans:
        rest.append(text[place:start])
        place = end
    rest.append(text[place:])
    assert redacted.text == MASK.join(rest)
