"""Where a server is and how to greet it, read from `store.url`. Pure.

`redis://`, `rediss://` and `unix://` name one server; `redis+sentinel://` and `redis+cluster://`
(`rediss+...` with TLS) name some that know the others. A login may stand before the host or, for
all of them, as `?username=` and `?password=`.
"""

from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, unquote, urlsplit

PORT = 6379
SENTINEL_PORT = 26379
SERVICE = "mymaster"
"""The name under which Sentinels know the master, if the address names none."""


@dataclass(frozen=True, slots=True)
class Tls:
    """What is needed for TLS beyond the machine's own certificates: paths of files, or empty."""

    authorities: str = ""
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One server, and the greeting it wants."""

    host: str = ""
    port: int = PORT
    path: str = ""
    """Of a unix socket, instead of host and port."""
    username: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    database: int = 0
    tls: Tls | None = None

    @property
    def name(self) -> str:
        """What tells this server from the others."""
        return self.path or f"{self.host}:{self.port}"

    def at(self, host: str, port: int) -> "Address":
        """Return the same greeting for another server."""
        return replace(self, host=host, port=port)


@dataclass(frozen=True, slots=True)
class Place:
    """What `store.url` says."""

    scheme: str
    """`redis`, `unix`, `redis+sentinel` or `redis+cluster`."""
    servers: tuple[Address, ...]
    service: str = SERVICE
    sentinel_password: str = field(default="", repr=False)


def read_url(url: str) -> Place:
    """Return what an address says. Raises: ValueError: it is none that a store can have."""
    parts = urlsplit(url)
    scheme = parts.scheme.replace("rediss", "redis")
    if scheme not in {"redis", "unix", "redis+sentinel", "redis+cluster"}:
        raise ValueError(f"store.url begins with an unknown scheme: {parts.scheme or 'none'}")
    said = dict(parse_qsl(parts.query))
    login, _, hosts = parts.netloc.rpartition("@")
    username, _, password = login.partition(":")
    path = parts.path.strip("/")
    greeting = Address(
        path=unquote(parts.path) if scheme == "unix" else "",
        username=unquote(username) or said.get("username", ""),
        password=unquote(password) or said.get("password", ""),
        database=int(said.get("db") or (path if scheme == "redis" and path else 0)),
        tls=_tls(said) if parts.scheme.startswith("rediss") else None,
    )
    usual = SENTINEL_PORT if scheme == "redis+sentinel" else PORT
    servers = tuple(greeting.at(*_host(one, usual)) for one in hosts.split(","))
    return Place(scheme, servers, path or SERVICE, said.get("sentinel_password", ""))


def _tls(said: dict[str, str]) -> Tls:
    return Tls(
        authorities=said.get("ssl_ca_certs", ""),
        certificate=said.get("ssl_certfile", ""),
        key=said.get("ssl_keyfile", ""),
    )


def _host(text: str, usual: int) -> tuple[str, int]:
    split = urlsplit(f"//{text}")
    return split.hostname or "127.0.0.1", split.port or usual
