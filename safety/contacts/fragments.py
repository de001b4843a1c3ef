"""Contacts that are cut up over several lines: the part of them that stands in the last one.

Earlier lines of the same writer have been delivered. What only together with them is a
contact is masked in the new line: the rest of a number, of an address on the net, or the
name that the line before has announced.
"""

import re
from collections.abc import Sequence
from typing import Final

from safety.contacts.handles import is_odd, plain_name
from safety.contacts.harmless import counts, shielded
from safety.contacts.helplines import helps
from safety.contacts.phones import Run, is_phone, spoken
from safety.contacts.places import places
from safety.contacts.reading import Line, Place, read
from safety.contacts.signs import Finder, Sign, apart
from safety.contacts.words import read_names

LINES: Final = 3
"""How many earlier lines are read, at most."""
_LONGEST: Final = 80  # characters of a line that can be a part of a contact
_MOST_WORDS: Final = 6  # of a line without digits that can be a part of a contact
_FEWEST: Final = 4  # digits in all that are a number once one was announced

_PROVIDER: Final = "(?:" + "|".join(read_names().providers.split()) + ")"
_PURE: Final = re.compile(r"[\s\d().\-–+/*_|~,;'·…xX]*\d[\s\d().\-–+/*_|~,;'·…]*")
_LEAD: Final = re.compile(
    r"\s*(?:(?:and|then|und|y|et|e|и|dann|the\srest\sis|rest|last|next)\s)*"
    r"(?P<part>[+(²³]{0,2}\s?\d[\d\s().\-/²³]*\d|\d)(?=\s*(?:$|[^\w\s%:.,$€£]))"
)
_TAILING: Final = re.compile(r"(?:\+|\b0)[\d\s().\-/]*$|\d[\d\s().\-/]{2,}$")
_TELLS_NUMBER: Final = re.compile(
    r"\b(?:my|me|mine|mein\w*|mi|mon|meu|minha|mera|мой|saya|numaram|nomorku|its|it's"
    r"|here)\b.{0,40}$|[:=]\s*$|号\s*(?:是|码)?\s*$|رقمي|नंबर|номер"
)
_MAIL_END: Final = re.compile(
    rf"\s*(?P<part>(?:@|at\s|\(at\)|arroba\s|[(\[]at[)\]])?\s?{_PROVIDER}(?:\s?(?:\.|dot"
    rf"|punkt|punto|point|ponto)\s?\w{{2,4}}){{0,2}}|@\s?[\w-]{{2,40}}"
    rf"(?:\.\w{{2,10}})+)\s*[.!]?\s*"
)
_TOP_END: Final = re.compile(
    r"\s*(?P<part>(?:\.|dot|punkt|punto|point|ponto)\s?(?:com|net|org|de|fr|es|ru|br|uk|io"
    r"|gg))\b\s*"
)
_OPEN_MAIL: Final = re.compile(
    rf"(?:@|\sat|\(at\)|arroba)\s*(?:{_PROVIDER}|[\w-]{{2,30}})?\s*$|\w\s*@$"
)
_OPEN_LINK: Final = re.compile(
    r"(?:https?:|www\.?|\w\.(?:com|me|gg|ly|be)/?|://)\S{0,60}$|\b(?:discord|t|wa|bit)\s?"
    r"(?:\.|dot)\s?(?:gg|me|ly)/?\s*$"
)
_ONE_NAME: Final = re.compile(
    r"\s*(?:(?:it's|its|it\sis|is|c'est|es|ist|это|thats|that's|:|@|->)\s{0,2}){0,2}@?"
    r"(?P<part>[^\W_][\w.\-]{1,40}|_[\w.]{2,40})\s*[.!)]{0,2}\s*"
)
_OWN: Final = re.compile(
    r"\b(?:my|mein|meine|mi|mon|ma|meu|minha|mera|meri|benim|мой|моя)\s\S{1,20}\s*$"
)
_LINKING: Final = 4  # characters such as "is" between the words that announce and the line's end
_PLACES: Final = frozenset({"address", "place_at", "place_in", "full_name"})
_PROMISES: Final = re.compile(
    r"(?:(?:\bis|\bit's|\bits|:|=|@|->|as|c'est|\bes|\bist|hai|это|是|under)\s*|\b(?:add"
    r"|find|follow|dm|msg|message|hmu|text|write|ajoute|agrega|agrégame|ekle"
    r"|добавь)\b.{0,24})$"
)


def fragments(
    line: Line, before: Sequence[str], networks: Finder, phones: Finder, *, digits: bool
) -> list[Place]:
    """Return the parts of this line that finish a contact begun in the lines `before`."""
    if len(line.low) > _LONGEST or (len(line.low.split()) > _MOST_WORDS and not digits):
        return []
    earlier = [read(text[-_LONGEST:]).low for text in before[-LINES:]]
    found = _number(line.low, earlier, phones) if digits else []
    if found or not earlier:
        return found
    last = earlier[-1]
    if len(earlier) > 1 and len(last.split()) <= 2:
        last = f"{earlier[-2]} {last}"
    return _mail(line.low, earlier[-1]) or _announced(line, last, networks)


def _digits_of(low: str) -> str:
    """The line with its number words as digits, and an x for each other word."""
    return shielded(spoken(low).text)


def _number(low: str, earlier: Sequence[str], phones: Finder) -> list[Place]:
    stream = spoken(low)
    lead = _LEAD.match(shielded(stream.text))
    if lead is None or not earlier:
        return []
    parts, told = _chain(earlier, phones)
    own = re.findall(r"\d+", lead.group("part"))
    if not parts and not told:
        return []
    if told:
        whole = "".join([*parts, *own])
        meant = len(whole) >= _FEWEST and not counts((*parts, *own)) and not helps(whole)
    else:
        meant = _makes_phone(parts, own)
    return [stream.place(*lead.span("part"))] if meant else []


def _chain(earlier: Sequence[str], phones: Finder) -> tuple[list[str], bool]:
    """The digits of the lines before, back to where the number began, and if it was announced."""
    parts: list[str] = []
    for low in reversed(earlier):
        digits = _digits_of(low)
        if _PURE.fullmatch(digits) and "x" not in digits:
            group = _groups(digits)
            if len("".join(group)) >= 9:
                return parts, False
            parts = [*group, *parts]
            continue
        tail = _TAILING.search(digits)
        told = bool(phones.find(apart(low))) and bool(_TELLS_NUMBER.search(low))
        if tail:
            group = _groups(tail.group())
            if len("".join(group)) < 9 and (told or group[0][0] == "0" or "+" in tail.group()):
                parts = [*group, *parts]
            return parts, told and len("".join(group)) < 9
        return parts, told and re.search(r"\d", digits) is None
    return parts, False


def _groups(digits: str) -> list[str]:
    """The groups of digits; a plus in front of them counts as two zeros, as it does on a phone."""
    return re.findall(r"\d+", digits.replace("+", "00", 1))


def _makes_phone(parts: Sequence[str], own: Sequence[str]) -> bool:
    """Whether digits that nobody announced are a number when put together."""
    every = (*parts, *own)
    whole = "".join(every)
    if len(whole) < 9 or len(whole) > 15 or counts(every):
        return False
    if any(len(part) == 4 and part[:2] in ("19", "20") for part in every) and whole[0] != "0":
        return False
    if all(part.endswith("0") and part[0] != "0" for part in every):
        return False
    led = whole[0] == "0" or (min(map(len, every)) >= 3 and len(whole) >= 10)
    return led and is_phone(Run(whole, (whole,), 0, announced=True, of_a_thing=False))


def _mail(low: str, last: str) -> list[Place]:
    end = _MAIL_END.fullmatch(low)
    if end and (low.strip()[:1] in "@(" or len(last.split()) == 1 or _OPEN_MAIL.search(last)):
        return [end.span("part")]
    top = _TOP_END.match(low)
    if top and (_OPEN_MAIL.search(last) or len(last.split()) <= 2):
        return [top.span("part")]
    name = _ONE_NAME.fullmatch(low)
    if name and _OPEN_LINK.search(last):
        return [name.span("part")]
    return []


def _announced(line: Line, last: str, networks: Finder) -> list[Place]:
    """What the line before has just said would come: a name, or a place."""
    signs = networks.find(apart(last))
    size = len(last.rstrip(" :"))
    told = [Sign(sign.kind, 0, 0) for sign in signs if size - sign.end <= _LINKING]
    found = places(line, [sign for sign in told if sign.kind in _PLACES])
    name = _ONE_NAME.fullmatch(line.low)
    if found or name is None:
        return found
    if not any(sign.kind in ("network", "username") for sign in signs):
        return []
    word = name.group("part")
    sure = _PROMISES.search(last) is not None
    meant = sure and plain_name(word)
    if sure or _OWN.search(last):
        meant = meant or is_odd(word, lenient=sure)
    return [name.span("part")] if meant else []
