"""Files of rows: JSON lines or CSV, gzipped or not, or inside a zip archive or wheel.

Gives each row as the type that the format declares, with the number of its line. An error
names file, line and column, and repeats nothing of what the file says.
"""

import csv
import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeVar

import msgspec

_T = TypeVar("_T")
_QUOTED: Final = re.compile(r"'.*'", re.S)


class ReadingError(Exception):
    """A file can't be used as the set that its name says; carries nothing of its content."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        """`line` counts from 1; None if it is about the whole file."""
        self.file = file
        self.line = line
        self.reason = reason
        super().__init__(f"{file}, line {line}: {reason}" if line else f"{file}: {reason}")


def read_rows(path: Path, member: str, kind: type[_T]) -> list[tuple[int, _T]]:
    """Return the rows of a file, each with its line; empty lines are passed over.

    `member` names the file inside an archive; empty if `path` is the file itself. The
    first line of a CSV file names its columns; fields that `kind` doesn't have are left.

    Raises: ReadingError if the file can't be read, a row is not of that kind, or there is none.
    """
    name = f"{path} ({member})" if member else str(path)
    plain = (member or path.name).lower().removesuffix(".gz")
    parse = _csv if plain.endswith(".csv") else _json
    try:
        rows = list(parse(name, _content(path, member), kind))
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, KeyError):
        raise ReadingError(name, None, "is damaged, or not packed as its name says") from None
    except OSError as error:
        raise ReadingError(name, None, (error.strerror or "can't be read").lower()) from None
    if not rows:
        raise ReadingError(name, None, "holds no rows")
    return rows


def members(path: Path) -> list[str]:
    """Return the names of the files in an archive. Raises: ReadingError."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except zipfile.BadZipFile:
        raise ReadingError(str(path), None, "is not a whole zip archive") from None
    except OSError as error:
        raise ReadingError(str(path), None, error.strerror or "can't be read") from None


def _content(path: Path, member: str) -> io.BytesIO:
    """The unpacked file."""
    if member:
        with zipfile.ZipFile(path) as archive:
            return io.BytesIO(archive.read(member))
    if path.name.lower().endswith(".gz"):
        with gzip.open(path) as packed:
            return io.BytesIO(packed.read())
    return io.BytesIO(path.read_bytes())


def _json(name: str, source: io.BytesIO, kind: type[_T]) -> Iterator[tuple[int, _T]]:
    decoder = msgspec.json.Decoder(kind)
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            yield number, decoder.decode(line)
        except msgspec.ValidationError as error:
            raise ReadingError(name, number, _reason(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield number, _leniently(name, number, line, kind)


def _leniently(name: str, number: int, line: bytes, kind: type[_T]) -> _T:
    """Read a line with NaN or half a surrogate pair: no JSON, but written by many a tool."""
    try:
        value: object = json.loads(line)
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise ReadingError(name, number, _reason(error)) from None
    except UnicodeDecodeError:
        raise ReadingError(name, number, "is not UTF-8") from None
    except (ValueError, RecursionError):
        raise ReadingError(name, number, "is not JSON") from None


def _csv(name: str, source: io.BytesIO, kind: type[_T]) -> Iterator[tuple[int, _T]]:
    reader = csv.reader(io.StringIO(_decoded(name, source.getvalue()), newline=""))
    try:
        columns: list[str] = next(reader, list[str]())
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(columns):
                reason = f"has {len(fields)} fields, the first line names {len(columns)}"
                raise ReadingError(name, reader.line_num, reason)
            row = dict(zip(columns, fields, strict=True))
            yield reader.line_num, msgspec.convert(row, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ReadingError(name, reader.line_num, _reason(error)) from None
    except csv.Error:
        raise ReadingError(name, reader.line_num, "is not CSV") from None


def _decoded(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ReadingError(name, line, "is not UTF-8") from None


def _reason(error: msgspec.ValidationError) -> str:
    """What msgspec says, without the value that it quotes."""
    return _QUOTED.sub("'...'", str(error)).replace("`", '"')
