"""Names that people go by on the net: @name, fox#1234, "my insta is fox", "add me as fox on snap".

An odd name, with a digit, dot or underscore in it, is taken beside any network. A plain
word is taken only where someone says that it is a name, and not where it is a word that
ordinary talk puts there ("my insta is private").
"""

import re
from collections.abc import Sequence
from typing import Final

from safety.contacts.reading import Place
from safety.contacts.signs import Sign
from safety.contacts.words import read_names

_NAMES: Final = read_names()
_ORDINARY: Final = frozenset(_NAMES.ordinary.split())
_NOT_NAMES: Final = frozenset(_NAMES.not_names.split())
_WINDOW: Final = 60  # characters before a network's name that are read

_AT_NAME: Final = re.compile(
    r"(?<![\w@.+-])@\s?(?P<name>[^\W\d_]?[\w.-]{1,40}\w)|(?<!\w)[\w.]{2,32}#\d{4}(?!\w)"
)
_LINKING: Final = (
    r"(?:is|its|it's|it\sis|was|will\sbe|are|called|c'est|est|es|é|eh|ist|lautet|heißt|heisst|hai|h"
    r"|yeh\shai|adı|adım|adim|это|называется|هو|هي|ہے|है|ndi|ndeye|yaitu|adalah|i'm|im|i\sam|as|by"
    r"|under|under\sthe\sname|named|at|heiß\sdort|heiss\sdort|bin\sdort|dort|name|soy|sou|je\ssuis"
    r"|aku|ben|я|там|me\sas|me\sat|me\s@|me\sby|me\sunder|ok|and\sit's|and\sits|thats|that's)(?!\w)"
)
_LABEL: Final = (
    r"(?:'?(?:s|ım|im|um|m|ima))?(?:\s?(?:id|name|user\s?name|user|nick(?:name)?|handle|tag|account|acc"
    r"|addy|address|add|adresse|adı|adresim|kullanıcı\sadım|name\sda|profile?|konto|@|号码|号|账号|名"
    r"|आईडी|id\sका|آئی\sڈی|nomor|me|yangu|aku|ku|saya|gw|gue|de\smoi|in|no|da)(?![a-z]))?"
)
_STRONG: Final = r"\s{0,3}(?:[:=@：>~]|-{1,2}>|→|👉|—|–|\s-\s)\s{0,3}"
_QUOTED: Final = r"[\"'“‘«„][^\"'”’»“\n]{2,40}[\"'”’»“]"
_SPELT: Final = (
    r"\w{1,30}(?:(?:[\s_](?:dot|punkt|punto|ponto|underscore|under\sscore|unterstrich|guion\sbajo"
    r"|dash|titik|nokta)[\s_]|\s?_\s?)\w{1,30}){1,3}"
)
_AFTER: Final = re.compile(
    rf"{_LABEL}(?:(?P<strong>{_STRONG}(?:(?:{_LINKING})\s)?@?)|(?P<linked>(?:\s?[是叫为]"
    rf"|,?\s{{1,3}}{_LINKING})\s{{0,3}}(?:{_LINKING}\s{{1,3}})?[:@]?\s?)"
    rf"|(?P<weak>\s?[,(\n]?\s{{0,3}}))(?P<name>{_QUOTED}|@?[\w.\-]{{2,40}}\w|[^\W_]{{2}})"
)
_QUOTED_NEAR: Final = re.compile(
    rf"[^.!?\n\"'“‘]{{0,12}}(?:['’]m\s[^.!?\n\"'“‘]{{0,24}})?(?P<name>{_QUOTED})"
)
_ON: Final = tuple(
    f" {on} "
    for on in [
        "on",
        "in",
        "at",
        "auf",
        "bei",
        "sur",
        "en",
        "no",
        "na",
        "di",
        "в",
        "на",
        "pe",
        "par",
        "my",
        "the",
        "le",
        "el",
        "o",
    ]
)
_REDDIT: Final = re.compile(r"(?<!\w)/?u/(?P<name>[\w-]{3,30})")
_SPELT_NAME: Final = re.compile(_SPELT)
_CALLED: Final = re.compile(
    r"(?:(?P<sought>\b(?:find|add|follow|search|look|dm|msg|message|text|hmu|hit|contact"
    r"|reach|write|agrega(?:me)?|agrégame|busca(?:me)?|búscame|sígueme|ajoute|cherche"
    r"|adiciona"
    r"|procura|suche?|such|adde|folg|cari|ekle|bul|добавь|найди)(?:\s(?:me|mich|moi|-moi"
    r"|eu|aku|beni|меня|up|for|to))?[\s-]{1,2}(?:(?:as|under|by|at|como|als|comme|sebagai"
    r"|как|under\sthe\sname)\s)?)"
    r"|(?P<called>\b(?:go\sby|called|known\sas|name\sis|user\sis|username\sis|name's"
    r"|username)\s)|(?P<said>\b(?:i'm|im|i\sam|it's|its|as)\s))"
    r"(?P<name>\"[^\"]{2,30}\"|@?[\w.\-]{2,40})\s(?:on|in|at|auf|bei|sur|en|no|na|di|в|на"
    r"|pe|par)\s(?:my\s|the\s|le\s|el\s|o\s)?$"
)
_ANNOUNCED: Final = re.compile(
    r"(?:\b(?:my|mine|mein|meine|meinem|mi|mon|ma|meu|minha|mera|meri|meu|benim|мой|моя"
    r"|моё|мне|saya|aku|ini|here's|heres)"
    r"|\b(?:add|find|follow|msg|message|dm|hmu|hit|text|write|reach|catch|contact|look"
    r"|search|schreib|add[ei]?|folg|such|agrega|agrégame|agregame|escríbeme|búscame"
    r"|sígueme"
    r"|ajoute|rajoute|suis|écris|me\s(?:chama|adiciona|segue)|chama|procura|ekle|yaz|cari"
    r"|chat|пиши|добавь|найди|карo|ekleyin)"
    r"(?:[\s-](?:me|mich|mir|moi|eu|aku|beni|мне|меня|up|for|to)){0,2}(?:\s(?:on|at|via|in"
    r"|to|over|through|auf|bei|über|sur|en|por|no|na|di|lewat|в|на))?(?:\s(?:my|the|mein"
    r"|meinem|mon))?)\s{0,3}$"
)
_ENDS: Final = re.compile(
    r"\s{0,3}(?:$|[,.;!?)\n:]|[\U0001f000-\U0001faff☀-➿]|(?:add|msg|text|dm|follow|find"
    r"|hmu|ok|if|and|on|lol|x+|pls|please|haha|there|in|karna|kar|ekle)\b)"
)
_MINE: Final = frozenset(["adım", "adim", "hesabım", "yangu", "aku", "ku", "saya", "gw", "gue"])
_DIGITS: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")
_MEASURE: Final = re.compile(
    r"\d{1,5}(?:st|nd|rd|th|h|hr|hrs|am|pm|k|m|x|yo|yrs?|mins?|secs?|s|d|w|days?|weeks?"
    r"|months?|years?|%|kg|gb|mb|g|ish|er|e|te|ème|º|ª|way|ever|day|life|f|p)?|\d{1,4}"
    r"(?:[-–./]\d{1,4}){1,2}(?:am|pm|h)?"
    r"|covid-?19|[24]ever|2day|2nite|b4|gr8|l8r|m8|h8|4u|u2|2morrow|t2|mp[34]|4chan"
    r"|ps[2345]|8ball|catch-?22"
)


def handles(low: str, signs: Sequence[Sign]) -> list[Place]:
    """Return where names stand that lead to someone on the net."""
    found = [match.span("name") for match in _REDDIT.finditer(low)] if "u/" in low else []
    if "@" in low or "#" in low:
        found += [match.span() for match in _AT_NAME.finditer(low) if _is_tagged(match)]
    for sign in signs:
        found += _beside(low, sign)
    return found


def _is_tagged(match: re.Match[str]) -> bool:
    name = match.group("name")
    if name is None:
        return True
    if (len(name) < 4 and name.isalpha()) or "a" + name in _NOT_NAMES | _ORDINARY:
        return False
    return name not in _NOT_NAMES and not _MEASURE.fullmatch(name) and bool(_LETTER.search(name))


def _beside(low: str, sign: Sign) -> list[Place]:
    """The name after a network or a word such as "username", or before the network."""
    found: list[Place] = []
    window = low[max(0, sign.start - _WINDOW) : sign.start]
    match = _AFTER.match(low, sign.end)
    told = match is not None and match.group("name") not in _ORDINARY
    quoted = _QUOTED_NEAR.match(low, sign.end)
    if told or quoted:
        announced = _ANNOUNCED.search(window) is not None
        if match and told and _is_name(low, sign, match, announced=announced):
            found.append(_stretched(low, match.span("name")))
        if quoted and announced:
            found.append(quoted.span("name"))
    if sign.kind == "network" and window.endswith(_ON):
        before = _CALLED.search(window)
        if before and _is_called(before):
            shift = sign.start - len(window)
            start, end = before.span("name")
            found.append((start + shift, end + shift))
    return found


def _stretched(low: str, place: Place) -> Place:
    """The name with the parts that are spelt out behind it: sonu dot 21."""
    start, end = place
    spelt = _SPELT_NAME.match(low, start)
    if spelt:
        end = max(end, spelt.end())
    while end > start + 1 and low[end - 1] in ".-":
        end -= 1
    return start, end


def _is_name(low: str, sign: Sign, match: re.Match[str], *, announced: bool) -> bool:
    name = match.group("name")
    start, end = match.span("name")
    if name[0] in "\"'“‘«„":
        return announced or match.group("weak") is None
    spelt = _SPELT_NAME.match(low, start)
    if spelt and " " in spelt.group() and not _ORDINARY.issuperset(spelt.group().split()[:1]):
        return True
    name = name.lstrip("@").rstrip(".-")
    asked = announced or sign.kind == "username" or _mine(low[sign.end : start])
    sure = match.group("strong") is not None or (asked and match.group("linked") is not None)
    if is_odd(name, lenient=sure):
        return sure or announced or sign.kind == "network" or low[sign.start : sign.end] != "handle"
    if name in _ORDINARY or len(name) < 3 or not name.isalpha():
        return False
    if not name.isascii():
        return False
    if not low[sign.start : sign.end].isascii():
        return _latin_amid(low, start, end)
    return (sure or (announced and sign.kind == "network")) and _ENDS.match(low, end) is not None


def _mine(between: str) -> bool:
    """Whether a word for "my" stands behind the network, as some languages have it."""
    return not _MINE.isdisjoint(between.split())


def _latin_amid(low: str, start: int, end: int) -> bool:
    """Whether a Latin word stands in a line of another alphabet."""
    around = low[max(0, start - 12) : start] + low[end : end + 12]
    letters = [letter for letter in around if letter.isalpha()]
    return sum(not letter.isascii() for letter in letters) * 2 > len(letters)


def _is_called(match: re.Match[str]) -> bool:
    name = match.group("name").strip('@.-"')
    if is_odd(name, lenient=match.group("said") is None):
        return True
    return match.group("said") is None and plain_name(name)


def plain_name(name: str) -> bool:
    """Whether a single word can be a handle although it has no odd sign in it."""
    known = name in _ORDINARY or name.endswith("ly")
    return len(name) >= 3 and name.isalpha() and name.isascii() and not known


def is_odd(name: str, *, lenient: bool) -> bool:
    """Whether a name is more than a word: a digit, a dot or an underscore in it.

    `lenient` where someone has just said that a name comes: then long digits, dots and
    hyphens are enough.
    """
    if len(name) < 3 or _MEASURE.fullmatch(name):
        return lenient and len(name) >= 5 and name.isdecimal()
    if ".." in name or name in _ORDINARY:
        return False
    if _LETTER.search(name) is None:
        return lenient and len(name) >= 5
    if "_" in name or _DIGITS.search(name):
        return True
    return lenient and ("." in name or "-" in name) and len(name) <= 30
