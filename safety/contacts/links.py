"""E-mail addresses and links, as they are written and as they are hidden from filters."""

import re
from typing import Final

from safety.contacts.helplines import leads_to_help
from safety.contacts.reading import Place
from safety.contacts.words import read_names

_NAMES: Final = read_names()
_EVERYDAY: Final = frozenset(_NAMES.everyday.split())
_PROVIDER: Final = "(?:" + "|".join(_NAMES.providers.split()) + ")"
_ORDINARY: Final = frozenset(_NAMES.ordinary.split())

_STRONG: Final = (
    r"(?:com|net|org|edu|gov|info|biz|io|co|app|xyz|site|online|website|link|club|shop"
    r"|store|dev|gg|tv|cc|page|eu|ru|ua|uk|br|cn"
    r"|tr|pk|zw|za|ca|au|fr|sa|ae|eg|mx|ar|cl|ng|ke|chat|рф|ком|ру)"
)
_WEAK: Final = (
    r"(?:me|ly|be|de|es|it|pt|id|in|us|nl|pl|ee|at|ch|to|is|ai|so|gl|gd|tt|live|no|se|my)"
)
_SPELT_TOP: Final = (
    r"(?:com|net|org|edu|info|io|co|gg|uk|de|fr|ru|tr|br|cn|pk|zw|ar|me|ly|ком|ру|कॉम|كوم|کام|ком)"
)
# "Point" and its like are words of ordinary talk: only the commonest endings may follow them.
_DOT: Final = (
    r"(?:\s?[(\[{<]\s?(?:dot|\.|punkt|punto|point|ponto)\s?[)\]}>]\s?"
    r"|\s(?:dot|punkt|nokta|titik|точка|डॉट|دوت|ڈاٹ|نقطة)\s{1,2}|\s?点\s?|\sdot(?=com\b))"
)
_POINT: Final = r"\s(?:punto|point|ponto)\s"
_TAIL: Final = (
    rf"(?:(?:\.|{_DOT}){_SPELT_TOP}|{_POINT}(?:com|net|org|info|fr|br|mx|ar)"
    r"|\s?\.\s?(?:com|net|org))"
)
_AT: Final = (
    r"(?:\s{0,2}[(\[{<]\s?(?:at|a|@|ät|arroba|arobase)\s?[)\]}>]\s{0,2}"
    r"|\s(?:at|arroba|arobase|arobas|chiocciola|собака|собачка|klammeraffe|एट|آٹ|ات)\s)"
)
_LOCAL: Final = (
    r"(?<![\w.+-])(?:(?:\w\s){2,20})?[\w+-]{1,64}+(?:(?:\s(?:dot|punkt|punto|point|ponto"
    r"|nokta|titik|точка|underscore|minus|dash)\s"
    r"|[(\[]dot[)\]]|\.|\s?_\s?)[\w+-]{1,40}+){0,5}"
)
_WRITTEN: Final = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}(?P<air>\s{{0,2}})@\s{{0,2}}(?P<host>[\w-]{{1,63}}(?:"
    rf"(?:\.|{_DOT}|{_POINT})[\w-]{{1,24}}){{0,4}})"
)
_SPELT: Final = re.compile(
    rf"{_LOCAL}{_AT}[\w-]{{1,40}}(?:(?:\.|{_DOT}|{_POINT})[\w-]{{1,24}}){{0,2}}{_TAIL}(?![\w@])"
)
_AT_PROVIDER: Final = re.compile(rf"(?<![\w.+-])(?P<local>[\w.+-]{{2,64}}){_AT}{_PROVIDER}(?!\w)")
_LOOKS: Final = re.compile(
    r"look\w{0,3}|am|is|are|was|were|be|work\w{0,3}|sign\w{0,3}|in|log\w{0,4}|check\w{0,3}"
    r"|star\w{0,4}|mail|email|account|me|it|arriv\w{0,3}|up|on"
)
_SCHEME: Final = re.compile(
    r"(?:h(?:tt|xx|\*\*)ps?|ftp)\s?:\s?//\s?[^\s<>\"]{1,600}|\bwww(?:\.|\s?dot\s)\S{1,400}"
)
_BARE: Final = re.compile(
    rf"(?<![\w@./-])(?:[\w-]{{1,63}}\.){{1,5}}(?:{_STRONG}(?:\.[a-z]{{2}}(?![\w-]))?"
    rf"(?![\w-])(?:/\S{{0,300}}|[?#]\S{{1,300}}|:\d{{2,5}}\S{{0,300}})?"
    rf"|{_WEAK}/[\w@+~-]\S{{0,300}})"
)
_PAGE: Final = re.compile(
    rf"(?:link|site|website|page|url|web|blog|seite|sitio|página|сайт|ссылка)(?:\s?[:=]\s?"
    rf"|\s(?:is|ist|es|est|é)\s)(?P<link>(?:[\w-]{{1,63}}\.){{1,4}}{_WEAK})(?![\w-])"
)
_HIDDEN: Final = re.compile(
    rf"(?<![\w@./-])(?:www(?:\.|{_DOT}))?[\w-]{{2,63}}(?:(?:\.|{_DOT})[\w-]{{2,40}}){{0,2}}"
    rf"(?:{_DOT}{_SPELT_TOP}|{_POINT}(?:com|net|org|fr)|(?:\s\.\s?(?:com|net|org)|\.\s(?:com|net|org)(?=\s{{0,3}}(?:$|[/,!?)]))))(?!\w)"
    r"(?:\s?(?:/|\sslash\s)\s?[\w@.-]{1,60}){0,3}"
)
_SHORT: Final = re.compile(
    r"\b(?:discord\s(?:dot\s)?gg|t(?:\s?dot)?\sme|wa(?:\s?dot)?\sme)\s?(?:/"
    r"|\sslash\s)\s?[\w+-]{2,40}"
)
_JOINT: Final = re.compile(rf"{_DOT}|{_POINT}|\s?\.\s?")
_TRAILING: Final = ".,;:!?)]}'\"»”’…"


def emails(low: str) -> list[Place]:
    """Return where e-mail addresses stand, written with @ or spelt out."""
    found: list[Place] = []
    if "@" in low:
        found += [match.span() for match in _WRITTEN.finditer(low) if _is_written(match)]
    found += [match.span() for match in _SPELT.finditer(low)]
    for match in _AT_PROVIDER.finditer(low):
        if not _LOOKS.fullmatch(match.group("local")):
            found.append(match.span())
    return found


def _is_written(match: re.Match[str]) -> bool:
    host = match.group("host")
    if re.fullmatch(_PROVIDER, host):
        return True
    labels = _JOINT.split(host)
    last = labels[-1]
    if len(labels) < 2 or len(last) < 2 or not last.isalpha():
        return False
    return not match.group("air") or re.fullmatch(_STRONG, last) is not None


def links(low: str) -> list[Place]:
    """Return where links stand, but not those that lead to a helpline."""
    found: list[Place] = []
    for pattern in (_SCHEME, _BARE):
        for match in pattern.finditer(low):
            end = match.start() + len(match.group().rstrip(_TRAILING))
            link = low[match.start() : end]
            if not (_is_talk(link) or leads_to_help(link)):
                found.append((match.start(), end))
    found += [match.span("link") for match in _PAGE.finditer(low)]
    return found


def _is_talk(link: str) -> bool:
    """Whether a bare site is named in passing, or is two sentences without a space between."""
    host, *rest = link.split(".")
    return link in _EVERYDAY or (len(rest) == 1 and rest[0].isalpha() and host in _ORDINARY)


def hidden_links(low: str) -> list[Place]:
    """Return where links stand whose dots are words or stand apart."""
    found: list[Place] = []
    for pattern in (_HIDDEN, _SHORT):
        for match in pattern.finditer(low):
            plain = re.sub(r"\s", "", _JOINT.sub(".", match.group()))
            if not (_is_talk(plain) or leads_to_help(plain)):
                found.append(match.span())
    return found
