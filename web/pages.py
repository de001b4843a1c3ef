"""What is delivered to browsers as files: the five pages, and all that they load.

Everything is read once, compressed once, and served from memory. A page carries the English
words and, where given, the facts about the house, so that the first screen needs no further
round trip. Comments are left out of scripts on the way: they cost seekers on slow lines.
Routes and headers are left to the caller.
"""

import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
NAMES: Final = ("seeker", "supporter", "supervisor", "login", "account")

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""Nothing inline, nothing from elsewhere. The data blocks of a page are not scripts."""

CONTENT_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".ftl": "text/plain; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
"""What may be served; a file with any other ending (types, pages) is not an asset."""

_SCRIPT_COMMENT: Final = re.compile(
    rb"^[ \t]*(?:/\*\*(?:(?!\*/).)*\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.M
)
_RULE_COMMENT: Final = re.compile(rb"^/\*.*?\*/\n", re.DOTALL | re.M)
_INDENT: Final = re.compile(rb"^[ \t]+", re.M)
_INFO_SLOT: Final = b'<script type="application/json" id="info">'
_LATER: Final = b"## Later"
"""Where the words end that a seeker's first screens need; the rest is fetched with the talk."""
_WORDS_SLOT: Final = b'<script type="text/plain" id="words">'


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    body: bytes
    content_type: str
    etag: str
    """Strong, in quotes."""
    gzipped: bytes


def slimmed(body: bytes, suffix: str) -> bytes:
    """Return a script, style or words without comments and indents, each on lines of its own.

    Only whole lines go, so no template may have a line that begins like a comment.
    """
    match suffix:
        case ".js":
            return _INDENT.sub(b"", _SCRIPT_COMMENT.sub(b"", body))
        case ".css":
            return _INDENT.sub(b"", _RULE_COMMENT.sub(b"", body))
        case ".ftl":
            return re.sub(rb"^(?:#.*)?\n", b"", body, flags=re.M)
        case _:
            return body


def load_assets(folder: Path = HERE) -> Mapping[str, Asset]:
    """Return all files that pages load, by their path on the server.

    `folder` holds `static` and `locales`. Files under `vendor` are served as they are locked.
    """
    files = [*(folder / "static").rglob("*"), *(folder / "locales").glob("*.ftl")]
    assets: dict[str, Asset] = {}
    for file in sorted(files):
        content_type = CONTENT_TYPES.get(file.suffix)
        if content_type is None or not file.is_file():
            continue
        body = file.read_bytes()
        if file.parent.name != "vendor":
            body = slimmed(body, file.suffix)
        digest = hashlib.sha256(body).hexdigest()[:24]
        gzipped = gzip.compress(body, 9, mtime=0)
        path = f"/{file.relative_to(folder).as_posix()}"
        assets[path] = Asset(body, content_type, f'"{digest}"', gzipped)
    return assets


@cache
def _bare(name: str) -> bytes:
    """Return a page with its English words, read once."""
    words = (HERE / "locales" / "en.ftl").read_bytes()
    if name == "seeker":
        words = words.partition(_LATER)[0]
    else:
        words += (HERE / "locales" / "en.staff.ftl").read_bytes()
    words = slimmed(words, ".ftl")
    if b"<" in words:
        raise ValueError("words may not hold markup")
    html = (HERE / "static" / f"{name}.html").read_bytes()
    return html.replace(_WORDS_SLOT, _WORDS_SLOT + words)


def page(name: str, info: bytes = b"") -> bytes:
    """Return one of the pages in `NAMES`; it carries `info` (the JSON of `/api/info`) if given.

    Without `info` the page asks for it itself.

    Raises:
        KeyError: there is no such page.
    """
    if name not in NAMES:
        raise KeyError(name)
    told = info.replace(b"<", b"\\u003c")
    return _bare(name).replace(_INFO_SLOT, _INFO_SLOT + told)
