"""Personal contacts in a line, and the line without them.

A phone in digits or words, an e-mail, a link, a handle, an address: masked before the
other person sees the line, for the safety of both. Numbers that help (helplines) or do
no harm (ages, times, dates, money) stay. Nothing else of a line is ever changed.

What each kind of contact looks like is the business of `safety.contacts`; here it is
decided which of them a line is read for, and the parts are put together.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from safety.contacts.fragments import fragments
from safety.contacts.handles import handles
from safety.contacts.links import emails, hidden_links, links
from safety.contacts.phones import NUMBER_WORDS, phones
from safety.contacts.places import full_names, places, postcodes
from safety.contacts.reading import Line, Place, merged, original, read
from safety.contacts.signs import Finder, Sign, apart
from safety.contacts.streets import streets

MASK: Final = "•••"
"""What stands for a contact: the same in every language."""

_ROUNDS: Final = 16  # a masked line is read again until nothing more is found in it
_MOST: Final = 64  # signs of a kind; a line with more is no talk, and masked from the first on
_FEW_WORDS: Final = 3  # number words below which a line without digits holds no phone
_PLACES: Final = ("address", "place_at", "place_in", "full_name", "name", "belongs")
_SIGNS: Final = Finder(("network", "username", "dot", "at", "site", *_PLACES))
_NUMBERS: Final = Finder(("phone", "number", "thing"))
_DIGIT: Final = re.compile(r"\d")
_MIXED: Final = re.compile(
    r"\d(?:then|and|dann|und|\s(?:then|and|dann|und|luego|y|puis|et|depois|e|потом|и)\s|[a-z]{3,5})\d"
)
_CHINESE: Final = re.compile(
    r"[零〇一二三四五六七八九幺](?:[\s,，.、-]{0,3}[零〇一二三四五六七八九幺]){4}"
)


class Redacted(msgspec.Struct, frozen=True):
    """A line without its contacts."""

    text: str
    spans: tuple[tuple[int, int], ...]
    """Where the contacts stood in the original, in order, not overlapping."""

    def __repr__(self) -> str:
        """Without the text."""
        return f"Redacted(spans={self.spans!r})"


def redact(text: str, before: Sequence[str] = ()) -> Redacted:
    """The line with every personal contact replaced by `MASK`.

    `before` are the same writer's last lines as they were sent, the newest last; three are
    read. What is a contact only together with them is masked in this line.
    """
    spans = _contacts(text, before)
    masked = _masked(text, spans)
    for _ in range(_ROUNDS):
        if not spans:
            break
        more = _contacts(masked, before)
        if not more:
            break
        spans = merged([*spans, *(_unmasked(place, spans) for place in more)])
        masked = _masked(text, spans)
    return Redacted(masked, tuple(spans))


def _masked(text: str, spans: Sequence[Place]) -> str:
    pieces: list[str] = []
    place = 0
    for start, end in spans:
        pieces += (text[place:start], MASK)
        place = end
    return "".join((*pieces, text[place:]))


def _unmasked(place: Place, spans: Sequence[Place]) -> Place:
    """Where a place of the masked line stands in the original."""
    start, end = place
    shift = 0
    first, last = -1, -1
    for begun, ended in spans:
        shown = begun + shift
        if first < 0 and start < shown:
            first = start - shift
        if last < 0 and end <= shown:
            last = end - shift
        behind = shown + len(MASK)
        if first < 0 and start < behind:
            first = begun
        if last < 0 and end <= behind:
            last = ended
        shift += len(MASK) - (ended - begun)
    return (first if first >= 0 else start - shift, last if last >= 0 else end - shift)


def _contacts(text: str, before: Sequence[str]) -> list[Place]:
    """Each kind is looked for only where a sign of it is there: most lines have none."""
    line = read(text)
    spaced = apart(line.low)
    signs = _SIGNS.find(spaced)
    found = _named(line, signs) if signs or "@" in line.low or "#" in line.low else []
    digits = _DIGIT.search(line.low) is not None
    told = _number_words(spaced, digits=digits)
    if digits or told >= _FEW_WORDS:
        found += _numbered(line, spaced, digits=digits, words=told > 0)
    if before:
        found += fragments(line, before, _SIGNS, _NUMBERS, digits=digits or told > 0)
    if not found:
        return []
    return merged(original(line, place, len(text)) for place in found)


def _number_words(spaced: str, *, digits: bool) -> int:
    """How many words of numbers there are; enough of them, if digits are mixed with words."""
    plain = spaced.replace(".", " ").replace("-", " ").replace(":", " ")
    count = sum(map(NUMBER_WORDS.__contains__, plain.split()))
    if digits and not count and _MIXED.search(plain):
        return _FEW_WORDS
    if count < _FEW_WORDS and not plain.isascii() and _CHINESE.search(plain):
        return _FEW_WORDS
    return count


def _named(line: Line, signs: Sequence[Sign]) -> list[Place]:
    """Contacts that are names: on the net, of places, of people."""
    low = line.low
    if len(signs) > _MOST:
        return [(signs[0].start, len(low))]
    if low.count("@") + low.count("#") > _MOST:
        return [(min(low.find(tag) for tag in "@#" if tag in low), len(low))]
    kinds = {sign.kind for sign in signs}
    found: list[Place] = []
    if "@" in low or "at" in kinds:
        found += emails(low)
    if "site" in kinds:
        found += links(low)
    if "dot" in kinds or "site" in kinds:
        found += hidden_links(low)
    called = [sign for sign in signs if sign.kind in ("network", "username")]
    if called or "@" in low or "#" in low:
        found += handles(low, called)
    if "network" in kinds:
        found += full_names(line)
    told = [sign for sign in signs if sign.kind in _PLACES]
    return found + places(line, told) if told else found


def _numbered(line: Line, spaced: str, *, digits: bool, words: bool) -> list[Place]:
    """Contacts that are numbers, or have one."""
    signs = _NUMBERS.find(spaced)
    found = phones(line.low, signs, words=words)
    if digits:
        found += streets(line.low)
        found += postcodes(line)
    return found
