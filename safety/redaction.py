"""Personal contacts in a line, and the line without them.

A phone in digits or words, an e-mail, a link, a handle, an address: masked before the
other person sees the line, for the safety of both. Numbers that help (helplines) or do
no harm (ages, times, dates, money) stay. Nothing else of a line is ever changed.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from ahocorasick_rs import AhoCorasick

from config.catalogue import countries

MASK: Final = "•••"
"""What stands for a contact: the same in every language."""

_HELPLINES: Final = (
    "988 911 999 112 111 116123 116111 116117 116000 741741 85258 686868 3114 3919 119 119115 15 17"
    " 18 113 110 120 122 144 143 147 188 192 190 131114 13114 1737 0800543354 0508828865 105"
    " 18002738255 1098 1926 9152987821 14416 12320 4001619995 88002000122 78002000122"
)
_SHORTEST: Final = 6  # digits of a helpline that may follow the prefix of its country

_TOLL_FREE: Final = re.compile(
    r"(?:\+?1)?8(?:00|33|44|55|66|77|88)\d{7}|0800\d{3,8}|0808\d{3,8}|116\d{3}|8800\d{7}"
)
_EMAIL: Final = re.compile(
    r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,63}(?:\s?\.\s?[\w-]{1,63}){1,4}"
    r"|\b\w{1,40}(?:(?:\s(?:dot|punkt|punto|point|ponto)\s|[._-])\w{1,40}){0,4}\s(?:at|arroba|arobase)\s\w{1,40}"
    r"\s(?:dot|punkt|punto|point|ponto)\s\w{2,10}",
    re.IGNORECASE,
)
_LINK: Final = re.compile(
    r"\bhttps?://\S{1,500}|\bwww\.\S{1,500}"
    r"|\b(?:wa\.me|t\.me|discord\.gg|bit\.ly|instagram\.com|facebook\.com|snapchat\.com|fb\.me|tiktok\.com|m\.me)\b\S{0,200}",
    re.IGNORECASE,
)
_SITES: Final = (
    "http:// https:// www. wa.me t.me discord.gg bit.ly instagram.com facebook.com snapchat.com"
    " fb.me tiktok.com m.me"
)
_LINK_SIGNS: Final = AhoCorasick(_SITES.split())
_HANDLE: Final = re.compile(r"(?<![\w@])@[A-Za-z0-9_][\w.]{1,40}\w|\b[\w.]{2,32}#\d{4}\b")
_NETWORK: Final = (
    r"(?:insta(?:gram)?|ig|snap(?:chat)?|sc|whats?app|wa|telegram|tele|tg|discord|disc|kik|skype|signal|wechat|"
    r"weixin|line id|facebook|fb|messenger|tiktok|twitter|steam|viber|zap|телег[аеу]|вк|инст[аеу])"
)
# A name that is more than a word: a digit, a dot or an underscore in it.
_ODD_NAME: Final = r"(?<![\w.-])(?=[\w.-]{0,40}[\d_.-])[A-Za-zЀ-ӿ0-9_][\w.-]{1,40}\w"
_NAMED: Final = re.compile(
    rf"\b{_NETWORK}\b(?:\s?(?:id|name|user(?:name)?|handle|nick|account))?\s{{0,2}}"
    r"(?:is|:|=|-|@|c'est|es|é|ist|heiß dort|hai|мой ник|ник|,)?\s{0,2}(?:hai|is)?\s{0,2}"
    rf"(?P<name>{_ODD_NAME}|\w{{1,30}}(?:\s(?:dot|punkt|underscore)\s\w{{1,30}}){{1,3}})",
    re.IGNORECASE,
)
_USER: Final = re.compile(
    rf"\b(?:user(?:name)?|handle|nick(?:name)?|ник|my id|add me|ajoute[- ]moi|agr[ée]game)\b"
    r"[^.!?\n]{0,24}?"
    rf"(?:is|:|=|as|on|c'est)?\s(?P<name>{_ODD_NAME})",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(r"(?<![\w.,/:-])\+?\(?\d(?:[\s().\-–/]{0,3}\d){5,16}(?![\d%]|[.,:/]\d)")
_ADDRESS: Final = re.compile(
    r"\b\d{1,4}[a-z]?\s(?:[A-Za-z']{2,20}\s){1,3}(?:road|rd|street|st|avenue|ave|lane|drive|close|court|way|place|"
    r"terrace|crescent|gardens|boulevard|blvd)\b(?:,?\s(?:flat|apt|apartment|unit)\s?\d{1,4}[a-z]?)?",
    re.IGNORECASE,
)
_DIGIT_WORD: Final = (
    r"(?:zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|"
    r"cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|"
    r"um|dois|três|quatro|sete|oito|nove|meia|"
    r"un|deux|trois|cinq|sept|huit|neuf|"
    r"null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|"
    r"ноль|один|два|три|четыре|пять|шесть|семь|восемь|девять|"
    r"nol|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan|"
    r"sıfır|bir|iki|üç|dört|beş|altı|yedi|sekiz|dokuz|"
    r"ek|do|teen|char|paanch|chhe|saat|aath|nau|\d)"
)
_SPOKEN: Final = re.compile(
    rf"\b{_DIGIT_WORD}(?:[\s,.-]{{1,3}}(?:(?:double|triple)\s)?{_DIGIT_WORD}){{4,16}}\b",
    re.IGNORECASE,
)
_DIGIT_WORDS: Final = frozenset(_DIGIT_WORD[3:-4].split("|"))
_DIGIT: Final = re.compile(r"\d")
_SPELT_AT: Final = re.compile(
    r"\s(?:at|arroba|arobase)\s\w{1,40}\s(?:dot|punkt|punto|point|ponto)\s"
)
_KEYWORDS: Final = (
    "insta snap whats telegram discord disc kik skype signal wechat weixin line facebook fb"
    " messenger tiktok twitter steam viber zap телег вк инст user handle nick ник add ajoute agr"
)
_NAMES: Final = AhoCorasick(
    [*_KEYWORDS.split(), " ig ", " wa ", " tg ", " sc ", " tele ", "my id", "ig:", "sc:"]
)
_DATE: Final = re.compile(
    r"\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2}|(?:\d{1,2}\s?-\s?){2,9}\d{1,2}"
    r"|(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d|\d{1,3}(?:[ .]000){1,3}"
)
_MONEY: Final = re.compile(r"[$€£¥₹₽]\s?$")
_COUNTED: Final = re.compile(
    r"\s?(?:[$€£¥₹₽]|(?:steps|dollars|euros?|pounds|rupees|people|followers|views|words|points)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, repr=False)
class Redacted:
    """A line without its contacts."""

    text: str
    spans: tuple[tuple[int, int], ...]
    """Where the contacts stood in the original, in order, not overlapping."""

    def __repr__(self) -> str:
        """Without the text."""
        return f"Redacted(spans={self.spans!r})"


def redact(text: str) -> Redacted:
    """The line with every personal contact replaced by `MASK`."""
    spans = _merged(_contacts(text))
    if not spans:
        return Redacted(text, ())
    pieces: list[str] = []
    place = 0
    for start, end in spans:
        pieces.append(text[place:start])
        pieces.append(MASK)
        place = end
    pieces.append(text[place:])
    return Redacted("".join(pieces), tuple(spans))


def _contacts(text: str) -> list[tuple[int, int]]:
    """Each pattern is tried only where a sign of it is there: most lines have none."""
    low = text.lower().encode("utf-8", "replace").decode()  # the automaton takes no surrogates
    found: list[tuple[int, int]] = []
    if "@" in low or "at)" in low or "at]" in low or _SPELT_AT.search(low):
        found += [match.span() for match in _EMAIL.finditer(text)]
    if "@" in low or "#" in low:
        found += [match.span() for match in _HANDLE.finditer(text)]
    if _LINK_SIGNS.find_matches_as_indexes(low):
        found += [match.span() for match in _LINK.finditer(text)]
    if _NAMES.find_matches_as_indexes(low):
        for pattern in (_NAMED, _USER):
            found += [m.span("name") for m in pattern.finditer(text) if not _helps(m.group("name"))]
    if _DIGIT.search(low):
        found += [match.span() for match in _ADDRESS.finditer(text)]
        found += [match.span() for match in _PHONE.finditer(text) if _is_phone(match, text)]
    apart = low.replace("-", " ").replace(",", " ").replace(".", " ")
    if sum(map(_DIGIT_WORDS.__contains__, apart.split())) >= 4:
        found += [match.span() for match in _SPOKEN.finditer(text) if _is_spoken(match.group())]
    return found


def _is_phone(match: re.Match[str], text: str) -> bool:
    shown = match.group()
    if _helps(shown) or _DATE.fullmatch(shown.strip()):
        return False
    if _MONEY.search(text[max(0, match.start() - 2) : match.start()]):
        return False
    if _COUNTED.match(text, match.end()):
        return False
    return sum(map(str.isdigit, shown)) >= 7 or shown.startswith("+")


@cache
def helplines() -> frozenset[str]:
    """Return the numbers of help, as bare digits, that may always be passed on.

    Those of all countries, not only the seeker's: people write from abroad.
    """
    numbers: set[str] = set(_HELPLINES.split())
    for country in countries().values():
        numbers.add(_digits(country.emergency))
        for line in country.helplines:
            numbers.update((_digits(line.phone), _digits(line.sms)))
    return frozenset(numbers - {""})


def _helps(shown: str) -> bool:
    digits = _digits(shown)
    if digits in helplines() or _TOLL_FREE.fullmatch(digits):
        return True
    if not shown.startswith("+"):
        return False
    abroad = (digits[prefix:] for prefix in (1, 2, 3))
    return any(
        len(own) >= _SHORTEST and not helplines().isdisjoint((own, "0" + own)) for own in abroad
    )


def _digits(shown: str) -> str:
    return "".join(filter(str.isdigit, shown))


def _is_spoken(shown: str) -> bool:
    """Digits said as words, and not a countdown or mere digits."""
    words = re.findall(r"[^\W\d]{2,}", shown)
    if len(words) < 4 or _helps(shown):
        return False
    return [word.lower() for word in words[:5]] not in (
        ["one", "two", "three", "four", "five"],
        ["five", "four", "three", "two", "one"],
        ["uno", "dos", "tres", "cuatro", "cinco"],
        ["un", "deux", "trois", "quatre", "cinq"],
        ["eins", "zwei", "drei", "vier", "fünf"],
    )


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
