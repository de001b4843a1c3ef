"""The keys an operator may set, one Struct for each table of the settings file.

The description of each key stands beside it: `benchside init` and `benchside config explain`
print it. How values are found and read is in `config/settings.py`; numbers that an operator
should not have to think about are in `config/limits.py`.
"""

import re
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from config.clock import Seconds

LanguageId = Literal["en", "es", "fr", "pt", "de", "ar", "ur", "tr", "id", "sn", "zh", "ru", "hi"]
"""A language in which the service can be offered: those of `config/data/languages.toml`."""
LANGUAGES: tuple[LanguageId, ...] = get_args(LanguageId)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the settings file."""


class Web(Section, frozen=True):
    """Where the server listens, and what browsers may ask of it."""

    host: Annotated[
        str,
        Meta(
            min_length=1,
            description="Address to listen on. 0.0.0.0 listens to the whole network; "
            "then put a proxy with TLS in front.",
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="Port to listen on; 0 takes any free one.")
    ] = 8000
    public_origin: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^/\s]+)?$",
            description="What people type to reach the service, such as "
            "https://bench.example.org, without a path. Staff pages from any other origin are "
            "refused. Empty: derived from host and port.",
        ),
    ] = ""
    quick_exit: Annotated[
        str,
        Meta(
            pattern=r"^https://\S+$",
            description="The harmless page that 'leave now' goes to.",
        ),
    ] = "https://www.wikipedia.org"
    workers: Annotated[
        int,
        Meta(
            ge=1,
            le=64,
            description="How many processes serve: at most one for each core, less one for the "
            "store. Limits by address count in each of them.",
        ),
    ] = 1
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(
            description="Addresses or networks of proxies whose X-Forwarded-For is believed. "
            "Without it everyone behind a proxy shares one limit."
        ),
    ] = ()


class Store(Section, frozen=True):
    """Where conversations are kept."""

    url: Annotated[
        str,
        Meta(
            pattern=r"^((rediss?(\+sentinel|\+cluster)?|unix)://\S+)?$",
            description="Valkey 8+ or Redis 7+: redis://, unix://, redis+sentinel:// or "
            "redis+cluster://; rediss for TLS. Empty: a Valkey of its own in the folder below.",
        ),
    ] = ""
    replicas: Annotated[
        int,
        Meta(
            ge=0,
            le=5,
            description="How many replicas must have a line before it is acknowledged. 0 for a "
            "single server; 1 or more where a replica may take over (Sentinel, cluster).",
        ),
    ] = 0
    folder: Annotated[
        str,
        Meta(min_length=1, description="Folder of the server's own Valkey; one server a folder."),
    ] = "./data"
    keys: Annotated[
        str,
        Meta(
            description="Folder of the keys that open what is kept; apart from the folder above "
            "and from its copies. Several servers on one store need the same. "
            "Empty: 'keys' beside the folder above.",
        ),
    ] = ""
    pool: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9_-]{1,32}$",
            description="Name of the waiting room; servers with the same store and pool share it.",
        ),
    ] = "main"

    def __repr__(self) -> str:
        """Without a password."""
        return f"Store(url={without_password(self.url)!r}, folder={self.folder!r})"


class Matching(Section, frozen=True):
    """How seekers and supporters find each other."""

    offer_seconds: Annotated[
        Seconds, Meta(ge=5, le=300, description="How long a supporter may consider an offer.")
    ] = Seconds(20.0)
    capacity_most: Annotated[
        int, Meta(ge=1, le=5, description="The most conversations one supporter may have at once.")
    ] = 5
    supporter_lease_seconds: Annotated[
        Seconds,
        Meta(
            ge=30,
            le=600,
            description="How long a silent supporter keeps their conversations; "
            "then the seeker goes to the front of the waiting room.",
        ),
    ] = Seconds(45.0)
    seeker_grace_seconds: Annotated[
        Seconds,
        Meta(ge=30, le=3600, description="How long a seeker who lost the network keeps the place."),
    ] = Seconds(120.0)


class Safety(Section, frozen=True):
    """How lines that speak of danger are found and raised."""

    lexicon: Annotated[
        str,
        Meta(description="Folder with your own lexicon files (TOML), read after those shipped."),
    ] = ""
    embedding: Annotated[
        bool,
        Meta(
            description="Read doubtful lines again by their meaning, with an embedding model. "
            "Needs: pip install 'benchside[model]'; some 150 MB of memory."
        ),
    ] = False
    escalation_louder_seconds: Annotated[
        Seconds,
        Meta(
            ge=10,
            le=3600,
            description="An escalation that nobody has acknowledged is raised again, louder, "
            "each time this has passed.",
        ),
    ] = Seconds(60.0)


class Service(Section, frozen=True):
    """What people are told about the service."""

    name: Annotated[
        str, Meta(min_length=1, max_length=60, description="Name shown on the pages.")
    ] = "Benchside"
    country: Annotated[
        str,
        Meta(
            pattern=r"^[A-Z]{2}$",
            description="Country whose helplines are shown first (ISO 3166, two letters); "
            "ZZ: international.",
        ),
    ] = "ZZ"
    languages: Annotated[
        tuple[LanguageId, ...],
        Meta(min_length=1, description="Languages that seekers may choose, the first as default."),
    ] = LANGUAGES
    open: Annotated[
        bool,
        Meta(description="false closes the door: people see the hours, helplines and tools."),
    ] = True
    proof_of_work: Annotated[
        bool,
        Meta(
            description="While far too many come at once, newcomers' devices compute for some "
            "seconds before they are let in; never before helplines. false: only limits by address."
        ),
    ] = True
    hours: Annotated[
        str, Meta(max_length=200, description="Opening hours, as shown to people.")
    ] = ""
    retention_hours: Annotated[
        int,
        Meta(
            ge=0,
            le=24 * 90,
            description="How long what was said is kept after a conversation has ended. "
            "0: a minute, so that everybody hears how it ended.",
        ),
    ] = 24


class Staff(Section, frozen=True):
    """How people of staff prove who they are."""

    second_factor: Annotated[
        Literal["off", "supervisors", "all"],
        Meta(
            description="Who must have a second factor (a code generator or a passkey) beside "
            "the passphrase: all, or supervisors and administrators. Who has none yet is led to "
            "set one up. off: whoever has set one up is asked for it, nobody has to."
        ),
    ] = "off"


class Canary(Section, frozen=True):
    """A made-up pair that talks all the time, to notice when lines don't come through."""

    every_seconds: Annotated[
        Seconds,
        Meta(
            ge=0,
            le=3600,
            description="How often the pair says a line each, in a waiting room of its own, and "
            "measures what becomes of it (benchside_canary_* in the metrics). 0: there is none.",
        ),
    ] = Seconds(0.0)


class Log(Section, frozen=True):
    """What the server writes about itself; never what people say."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least that is written.")
    ] = "info"
    format: Annotated[
        Literal["json", "text"],
        Meta(description="json: a JSON object a line, for machines; text: for reading."),
    ] = "json"


class Demo(Section, frozen=True):
    """Simulated people, to look at the service without anybody in distress."""

    on: Annotated[
        bool,
        Meta(
            description="One-click log-in to staff pages, and a banner that says demo. "
            "Never set it where real people come."
        ),
    ] = False
    seekers: Annotated[
        int, Meta(ge=0, le=500, description="How many simulated seekers are about at once.")
    ] = 8


def without_password(url: str) -> str:
    """Return a store address as it may be shown: a password, wherever it stands, becomes `***`."""
    url = re.sub(r"([?&]password=)[^&]*", r"\1***", url)
    scheme, separator, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    if not at:
        return url
    user = login.partition(":")[0]
    return f"{scheme}{separator}{user}:***@{place}"
