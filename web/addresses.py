"""Tags that stand for addresses, so that limits work without an address being kept.

A tag is an HMAC of the address (an IPv6 one cut to its /64) under a random key that lives in
memory and changes each day; it can't be turned back. Yesterday's key is kept for one more day,
so that a limit does not fall open at midnight, and forgotten then. No key leaves the machine:
the workers of one server have one by their birth (`web/siblings.py`), all others their own.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from config.clock import Millis

DAY_MS = 24 * 3600 * 1000
NEVER = -1


@dataclass(frozen=True, slots=True)
class Tags:
    """What stands for one address today, and what stood for it yesterday."""

    today: str
    before: str
    """Empty if the keys were not there yesterday."""
    day: int
    """Which day today is; days since the epoch."""
    shared: bool
    """Whether the address is of this machine, of a trusted proxy or can't be read, so that it
    stands for many: then nobody has said who is behind it."""


class DayKeys:
    """The keys of today and yesterday.

    Each is made of the one before, so that all who began with the same one agree from then on;
    none tells anything of those that were forgotten.
    """

    def __init__(self) -> None:
        """Begin with a key that nobody else has, and that is of the first day turned to."""
        self.today = secrets.token_bytes(32)
        self.before = b""
        self.day = NEVER

    def turn(self, day: int) -> None:
        """Change the keys with the day; a clock that steps back changes nothing."""
        if self.day == NEVER:
            self.day = day
        while self.day < day:
            self.before, self.today = self.today, hashlib.sha256(b"next" + self.today).digest()
            self.day += 1

    def forget(self) -> None:
        """Keep no key, in a process that makes no tags."""
        self.today = self.before = b""

    def __repr__(self) -> str:
        """Without the keys."""
        return f"DayKeys(day={self.day})"


class Addresses:
    """Makes tags; remembers nothing but the keys of today and yesterday."""

    def __init__(self, trusted_proxies: Iterable[str], keys: DayKeys | None = None) -> None:
        """
        Arguments:
            keys: those of a server with several workers; none for keys of our own.
        """
        self._proxies = [ip_network(one, strict=False) for one in trusted_proxies]
        self._keys = keys or DayKeys()

    def tags(self, peer: str, headers: Mapping[bytes, bytes], now: Millis) -> Tags:
        """Return the tags of whoever is behind `peer`."""
        self.turn(now)
        keys = self._keys
        found = self._behind(peer, headers.get(b"x-forwarded-for", b"").decode("latin-1"))
        address = _grouped(found)
        return Tags(
            today=_tag(keys.today, address),
            before=_tag(keys.before, address) if keys.before else "",
            day=keys.day,
            shared=found is None or found.is_loopback or self._trusts(found),
        )

    def turn(self, now: Millis) -> int:
        """Forget keys whose time is over, though nobody comes; return which day it is."""
        self._keys.turn(now // DAY_MS)
        return self._keys.day

    def _behind(self, peer: str, forwarded: str) -> IPv4Address | IPv6Address | None:
        """Follow X-Forwarded-For from the right for as long as the hops are trusted."""
        hops = [peer, *(part.strip() for part in reversed(forwarded.split(",")) if part.strip())]
        for hop in hops:
            address = _parsed(hop)
            if address is None or not self._trusts(address):
                return address
        return _parsed(hops[-1])

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._proxies)


def _tag(key: bytes, address: str) -> str:
    return hmac.new(key, address.encode(), hashlib.sha256).hexdigest()[:32]


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; some proxies write a port behind it."""
    bare = text[1:].partition("]")[0] if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return ip_address(bare)
    except ValueError:
        return None


def _grouped(address: IPv4Address | IPv6Address | None) -> str:
    """One household has a whole /64 of IPv6 addresses."""
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False).network_address)
    return str(address)
