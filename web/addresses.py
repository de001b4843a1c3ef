"""Tags that stand for addresses, so that limits work without an address being kept.

A tag is an HMAC of the address (an IPv6 one cut to its /64) under a random key that lives in
memory and changes each day; it can't be turned back, and tomorrow's differs from today's.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from config.clock import Millis

DAY_MS = 24 * 3600 * 1000


class Addresses:
    """Makes tags; remembers nothing but today's key."""

    def __init__(self, trusted_proxies: Iterable[str]) -> None:
        self._proxies = [ip_network(one, strict=False) for one in trusted_proxies]
        self._key = secrets.token_bytes(32)
        self._day = -1

    def tag(self, peer: str, headers: Mapping[bytes, bytes], now: Millis) -> str:
        """Return the tag of whoever is behind `peer`."""
        if now // DAY_MS != self._day:
            self._day = now // DAY_MS
            self._key = secrets.token_bytes(32)
        address = self._behind(peer, headers.get(b"x-forwarded-for", b"").decode("latin-1"))
        return hmac.new(self._key, address.encode(), hashlib.sha256).hexdigest()[:32]

    def _behind(self, peer: str, forwarded: str) -> str:
        """Follow X-Forwarded-For from the right for as long as the hops are trusted."""
        hops = [peer, *(part.strip() for part in reversed(forwarded.split(",")) if part.strip())]
        for hop in hops:
            address = _parsed(hop)
            if address is None:
                return "unknown"
            if not any(address in network for network in self._proxies):
                return _grouped(address)
        return _grouped(_parsed(hops[-1]))


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _grouped(address: IPv4Address | IPv6Address | None) -> str:
    """One household has a whole /64 of IPv6 addresses."""
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or IPv6Network((address, 64), strict=False).network_address)
    return str(address)
