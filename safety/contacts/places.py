"""Places and full names that people give to be found by.

A place without a street's number is masked only where someone says that it is theirs, and
only if it is written as a name: "I live in London with my mum" and "I was at school" stay.
"""

import re
from collections.abc import Sequence
from typing import Final

from safety.contacts.reading import Line, Place
from safety.contacts.signs import Sign
from safety.contacts.words import read_names

_NAMES: Final = read_names()
_ORDINARY: Final = frozenset(_NAMES.ordinary.split())
_NO_SCHOOL: Final = frozenset(_NAMES.no_school.split()) | _ORDINARY
_NO_STREET: Final = frozenset(_NAMES.no_street.split())

_POST: Final = (
    r"[a-pr-uwyz](?:\d{1,2}|[a-hk-y]\d{1,2}|\d[a-hjkstuw]|[a-hk-y]\d[abehmnprv-y])"
    r"\s?\d[abd-hjlnp-uw-z]{2}"
)
_POSTCODE: Final = re.compile(
    r"[A-PR-UWYZ](?<![\w-].)(?:\d{1,2}|[A-HK-Y]\d{1,2}|\d[A-HJKSTUW]|[A-HK-Y]\d[ABEHMNPRV-Y])"
    r"\s?\d[ABD-HJLNP-UW-Z]{2}(?!\w)"
)
_POSTCODE_NAMED: Final = re.compile(
    r"\b(?:post\s?code|postal\scode|zip(?:\s?code)?|plz|código\spostal|code\spostal|cep|индекс|邮编)"
    rf"(?:\s(?:is|es|ist|est|é))?\s?[:=]?\s?(?P<place>{_POST}|\d{{4,6}}(?:-\d{{3,4}})?)\b"
)
_STATE_POSTCODE: Final = re.compile(
    r"[A-Z](?<![A-Za-z].)(?:(?<=A)[KLRZ]|(?<=C)[AOT]|(?<=D)[CE]|(?<=F)L|(?<=G)A|(?<=H)I|"
    r"(?<=I)[ADLN]|(?<=K)[SY]"
    r"|(?<=L)A|(?<=M)[ADEINOST]|(?<=N)[CDEHJMVY]|(?<=O)[HKR]|(?<=P)A|(?<=R)I|(?<=S)[CD]|(?<=T)[NX]"
    r"|(?<=U)T|(?<=V)[AT]|(?<=W)[AIVY])\s\d{5}(?:-\d{4})?(?!\w)"
)
_TOWN: Final = re.compile(r"(?<!\w)(?:[A-Z][a-z]{1,20},?\s){1,2}$")
_TOWN_LENGTH: Final = 40
_SPLIT_POSTCODE: Final = re.compile(r"\d{5}-(?<!\d.{5}-)(?<!\d{6}-)\d{3}(?!\w)")
_POST_WORDS: Final = ("post", "zip", "plz", "cep", "индекс", "邮编")
_LINK: Final = (
    r"\s{0,2}(?:is|are|:|=|ist|es|est|c'est|é|это|是|叫|هو|ہے|है|hai|ndi|adalah|-)\s{0,2}:?\s{0,2}"
)
_TELLS: Final = re.compile(
    r"(?:\s{0,2}(?:is|:|=|ist|es|est|c'est|é|это|是|هو|ہے|है|hai|-|at|on|in|,)"
    r"(?![a-z])){0,2}[\s:]{0,3}"
)
_CLAUSE_ENDS: Final = re.compile(
    r"[!?;\n]|\s(?:and|but|so|if|come|because|und|y|et|e|и)\s|(?<=\w{3})\s?\.\s|$"
)
_LONGEST: Final = 90  # characters of an address
_HOUSE: Final = re.compile(
    r"\s{0,2}(?P<place>(?:(?:the|number|no\.?|nr\.?|flat|house|stand|room|apt|haus|numéro"
    r"|número)\s)*"
    r"\d{1,5}[a-z]?,?\s(?P<street>[^\W\d_][\w'’-]{1,24})(?:\s(?P<more>[^\W\d_][\w'’-]{1,24}))?)"
)
_TITLE: Final = r"(?:St\.|[^\W\d_a-zа-яß-ÿ](?:[^\W\d_A-ZА-Я]|['’]\w)[\w'’-]{0,24})"
_NAMED: Final = re.compile(
    rf"\s{{0,2}}(?P<place>(?:the\s)?{_TITLE}(?:\s(?:(?:of|on|the|and|de|la|du"
    rf"|der)\s)?{_TITLE}){{1,4}})"
)
_FULL: Final = re.compile(
    rf"{_LINK}(?P<place>[^\W\d_][\w'’-]{{1,24}}(?:\s(?!(?:and|but|on|if|so|in|u|you|ok|und"
    rf"|y|et|e|и|hai|ve)\b)[^\W\d_][\w'’-]{{1,24}}){{0,3}})"
)
_FIRST_LAST: Final = re.compile(
    rf"[\s:,]{{0,3}}(?:(?:ist|is|es|est|é)\s)?(?P<place>{_TITLE}(?:\s{_TITLE}){{1,3}})"
)
_KIND: Final = (
    r"(?:school|academy|college|university|uni|gymnasium|gesamtschule|realschule|lycée|collège"
    r"|instituto|colegio|escola|universidad\w?|lisesi|üniversitesi|sma|smp|школа|гимназия|лицей)"
)
_SCHOOL: Final = re.compile(
    rf"\s{{1,2}}(?:the\s)?(?P<place>(?P<words>(?:[^\W\d_][\w'’.-]{{1,24}}\s){{1,3}}?)"
    rf"(?:high\s|primary\s|secondary\s|grammar\s|middle\s|elementary\s)?{_KIND})\b"
)
_ON_STREET: Final = re.compile(
    r"\s{1,2}(?P<place>(?:the\s)?(?:[\w'’.-]{2,24}\s){1,4}?(?:on|in|at|near|by)\s"
    r"(?:the\s)?(?:[\w'’-]{2,24}\s){1,2}?(?:street|road|avenue|lane|st|rd|ave|square)\b)"
)
_ON_NETWORK: Final = re.compile(
    rf"\b(?:[Ii]['’]?m|[Ii]\sam|[Nn]ame\sis|[Aa]s|[Uu]nder|[Ff]or|[Cc]alled|[Uu]p|[Aa]dd"
    rf"|[Ff]ind)\s(?P<place>{_TITLE}(?:\s{_TITLE}){{1,3}})\s(?:on|in|at)\s"
)
_DIGIT: Final = re.compile(r"\d")
_CAPITAL: Final = re.compile(rf"(?<!\w){_TITLE}")


def postcodes(line: Line) -> list[Place]:
    """Return where codes stand that name a few houses, or a place by name and code."""
    found: list[Place] = []
    if line.cased != line.low:
        found += [match.span() for match in _POSTCODE.finditer(line.cased)]
        found += [_with_town(line.cased, match) for match in _STATE_POSTCODE.finditer(line.cased)]
    if "-" in line.low:
        found += [match.span() for match in _SPLIT_POSTCODE.finditer(line.low)]
    if any(word in line.low for word in _POST_WORDS):
        found += [match.span("place") for match in _POSTCODE_NAMED.finditer(line.low)]
    return found


def _with_town(cased: str, match: re.Match[str]) -> Place:
    town = _TOWN.search(cased[max(0, match.start() - _TOWN_LENGTH) : match.start()])
    return match.start() - (len(town.group()) if town else 0), match.end()


def places(line: Line, signs: Sequence[Sign]) -> list[Place]:
    """Return where the places and names stand that follow upon these signs."""
    found: list[Place] = []
    for sign in signs:
        place = _following(line, sign)
        if place is not None:
            found.append(place)
    return found


def full_names(line: Line) -> list[Place]:
    """Return the first and last names by which someone is to be found on a network."""
    return [match.span("place") for match in _ON_NETWORK.finditer(line.cased)]


def _following(line: Line, sign: Sign) -> Place | None:
    match sign.kind:
        case "address":
            return _address(line, sign.end)
        case "place_at":
            return _house(line, sign.end) or _match(_NAMED, line.cased, sign.end)
        case "place_in":
            return _house(line, sign.end)
        case "full_name":
            place = _match(_FULL, line.low, sign.end)
            return (
                place if place and _first(line.low[place[0] : place[1]]) not in _ORDINARY else None
            )
        case "name":
            return _match(_FIRST_LAST, line.cased, sign.end)
        case _:
            return _match(_ON_STREET, line.low, sign.end) or _school(line, sign.end)


def _match(pattern: re.Pattern[str], text: str, start: int) -> Place | None:
    match = pattern.match(text, start)
    return match.span("place") if match else None


def _first(low: str) -> str:
    return next(iter(low.split()), "").strip(".,'’")


def _address(line: Line, start: int) -> Place | None:
    told = _TELLS.match(line.low, start)
    start = told.end() if told else start
    clause = line.cased[start : start + _LONGEST]
    end = _CLAUSE_ENDS.search(clause)
    shown = clause[: end.start()].rstrip(" .,") if end else clause
    if len(shown) < 4 or _first(shown.lower()) in _ORDINARY - {"the", "at", "in", "on"}:
        return None
    if not (_DIGIT.search(shown) or _CAPITAL.search(shown) or shown[0] >= "\u2e80"):
        return None
    return start, start + len(shown)


def _house(line: Line, start: int) -> Place | None:
    match = _HOUSE.match(line.low, start)
    if match is None or match.group("street") in _NO_STREET | _ORDINARY:
        return None
    more = match.group("more")
    if more is None or more in _ORDINARY or more in _NO_STREET:
        return match.start("place"), match.end("street")
    return match.span("place")


def _school(line: Line, start: int) -> Place | None:
    match = _SCHOOL.match(line.low, start)
    if match is None or not _NO_SCHOOL.isdisjoint(match.group("words").split()):
        return None
    return match.span("place")
