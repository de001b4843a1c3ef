"""Tags that stand for addresses, so that limits work without an address being kept.

A tag is an HMAC of the address (an IPv6 one cut to its /64) under a random key that lives in
memory and changes each day; it can't be turned back. Yesterday's key is kept for one more day,
so that a limit does not fall open at midnight, and forgotten then. Keys are never shared: each
process has its own, and what it limits it limits alone.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from config.clock import Millis

DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Tags:
    """What stands for one address today, and what stood for it yesterday."""

    today: str
    before: str
    """Empty if this process was not there yesterday."""
    shared: bool
    """Whether the address is of this machine or of a trusted proxy, so that it stands for many:
    then nobody has said who is behind it."""


class Addresses:
    """Makes tags; remembers nothing but the keys of today and yesterday."""

    def __init__(self, trusted_proxies: Iterable[str]) -> None:
        self._proxies = [ip_network(one, strict=False) for one in trusted_proxies]
        self._key = secrets.token_bytes(32)
        self._before = b""
        self._day = -1

    def tags(self, peer: str, headers: Mapping[bytes, bytes], now: Millis) -> Tags:
        """Return the tags of whoever is behind `peer`."""
        self._turn(now // DAY_MS)
        found = self._behind(peer, headers.get(b"x-forwarded-for", b"").decode("latin-1"))
        address = _grouped(found)
        return Tags(
            today=_tag(self._key, address),
            before=_tag(self._before, address) if self._before else "",
            shared=found is not None and (found.is_loopback or self._trusts(found)),
        )

    def _turn(self, day: int) -> None:
        """Change the key with the day; a clock that steps back changes nothing."""
        if day > self._day:
            self._before = self._key if day == self._day + 1 else b""
            self._key = secrets.token_bytes(32)
            self._day = day

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
    try:
        return ip_address(text)
    except ValueError:
        return None


def _grouped(address: IPv4Address | IPv6Address | None) -> str:
    """One household has a whole /64 of IPv6 addresses."""
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False).network_address)
    return str(address)
