"""Whatever is written: no exception, spans that fit, nothing left to mask, and in time."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from safety.redaction import MASK, redact

PIECES = st.sampled_from(
    [
        *("07700", "900123", "12", "3", "zero", "seven", "double", "988", "116 123", "+44", "24/7"),
        *("insta", "snap:", "my", "is", "add me on", "discord", "fox_7", "lonelyfox", "@", "#1234"),
        *("jo", "at", "gmail", "dot", "com", ".com", "https://", "example.org", "(at)", "[dot]"),
        *("Oak", "street", "road", "my address is", "i live at", "Anna Schmidt", "my name is"),
        *("order number", "call", "SW1A 2AA", "\n", ",", ".", "-", "(", ")", MASK),
        *("и", "微信", "三"),
        *("٣", "０", "7️⃣", "\u200b", "\u202e", "\ud800", "İ", "\x00", "calle", "rue de", "u/"),
    ]
)
LINES = st.one_of(
    st.text(alphabet=st.characters(), max_size=200),
    st.lists(PIECES, max_size=14).map(" ".join),
    st.lists(PIECES, max_size=14).map("".join),
)


@settings(max_examples=600)
@given(LINES, st.lists(LINES, max_size=4))
@example("İİ my insta is lonelyfox", [])
@example("0️⃣7️⃣7️⃣0️⃣0️⃣9️⃣0️⃣0️⃣1️⃣", [])
def test_spans_fit_and_all_outside_them_is_untouched(text: str, before: list[str]) -> None:
    redacted = redact(text, before)
    rest: list[str] = []
    place = 0
    for start, end in redacted.spans:
        assert place <= start < end <= len(text)
        rest.append(text[place:start])
        place = end
    rest.append(text[place:])
    assert redacted.text == MASK.join(rest)


@settings(max_examples=600)
@given(LINES, st.lists(LINES, max_size=3))
def test_a_masked_line_has_nothing_left_to_mask(text: str, before: list[str]) -> None:
    masked = redact(text, before).text
    assert redact(masked, before).text == masked


HOSTILE = [
    *("1 ", "a@", "(((((", "one ", "o ", "12345 x ", "insta: a_b ", "a.com ", "http://", "@a "),
    *("a dot ", "1, ", "0-", "12 oak street ", "my address is A1 ", "fox#1234 ", "\u200b", "三 "),
    *("🙂", "\ud800", "٣", "at gmail ", "1.1.1.", "a a a @", "12/04/1988 ", "$1", "İ", "\n1", "a_"),
    *("double ", "rue ", "calle a ", "名 路", "aaaa1", "Ab ", "x@x.", "a-", "my name is Ab Cd "),
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_line_costs_little(piece: str) -> None:
    text = (piece * 4000)[:4000]
    costs: list[float] = []
    for _ in range(5):
        begun = time.perf_counter()
        redact(text, [text[:200]] * 3)
        costs.append(time.perf_counter() - begun)
    assert min(costs) < 0.02  # ten times what it takes: only the runaway is meant
