"""Numbers and sites of help, which may always be passed on."""

import re
from functools import cache
from typing import Final

from config.catalogue import countries

_NUMBERS: Final = (
    "988 911 999 112 111 116123 116111 116117 116000 741741 85258 686868 3114 3919 119 119115 15 17"
    " 18 113 110 120 122 144 143 147 188 192 190 131114 13114 1737 0800543354 0508828865 105"
    " 18002738255 1098 1926 9152987821 14416 12320 4001619995 88002000122 78002000122"
)
_SHORTEST: Final = 6  # digits of a helpline that may follow the prefix of its country
_TOLL_FREE: Final = re.compile(
    r"(?:\+?1)?8(?:00|33|44|55|66|77|88)\d{7}|0800\d{3,8}|0808\d{3,8}|116\d{3}|8800\d{7}"
)
_HOST: Final = re.compile(r"(?:https?://)?([a-z0-9.-]{1,255})(?::443)?(?=[/?#]|$)", re.IGNORECASE)


@cache
def helplines() -> frozenset[str]:
    """Return the numbers of help, as bare digits, that may always be passed on.

    Those of all countries, not only the seeker's: people write from abroad.
    """
    numbers: set[str] = set(_NUMBERS.split())
    for country in countries().values():
        numbers.add(_digits(country.emergency))
        for line in country.helplines:
            numbers.update((_digits(line.phone), _digits(line.sms)))
    return frozenset(numbers - {""})


def helps(shown: str) -> bool:
    """Whether a number, however it is grouped, is one of help."""
    digits = _digits(shown)
    if digits in helplines() or _TOLL_FREE.fullmatch(digits):
        return True
    if not shown.startswith("+"):
        return False
    abroad = (digits[prefix:] for prefix in (1, 2, 3))
    return any(
        len(own) >= _SHORTEST and not helplines().isdisjoint((own, "0" + own)) for own in abroad
    )


def leads_to_help(link: str) -> bool:
    """Whether a link leads to the site of a helpline, whatever the page there."""
    match = _HOST.match(link)
    return match is not None and _bare(match.group(1)) in _hosts()


@cache
def _hosts() -> frozenset[str]:
    links = (line.url for country in countries().values() for line in country.helplines)
    matches = (_HOST.match(link) for link in links)
    return frozenset(_bare(match.group(1)) for match in matches if match)


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.").rstrip(".")


def _digits(shown: str) -> str:
    return "".join(filter(str.isdigit, shown))
