"""One frozen `Settings`, read once at the start and passed down in parts.

A value is taken from the environment (`BENCHSIDE_STORE_URL`), else from the TOML file
(`[store]` `url`), else from the defaults in `config/sections.py`. A key that nobody knows is an
error, not a wish that is silently ignored.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

import msgspec

from config.keys import PREFIX, SECTIONS, Key, keys, nearest
from config.sections import Canary, Demo, Log, Matching, Safety, Service, Staff, Store, Web

__all__ = [
    "Canary",
    "Demo",
    "Log",
    "Matching",
    "Safety",
    "Service",
    "Settings",
    "SettingsError",
    "Staff",
    "Store",
    "Web",
    "load",
]

FILE = "benchside.toml"
"""The settings file that is read where no other is named."""
FILE_VARIABLE = "BENCHSIDE_CONFIG"
"""Names another settings file."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an operator may set. Made by `load`, or by hand in tests."""

    web: Web = Web()
    store: Store = Store()
    matching: Matching = Matching()
    safety: Safety = Safety()
    service: Service = Service()
    staff: Staff = Staff()
    canary: Canary = Canary()
    log: Log = Log()
    demo: Demo = Demo()


class SettingsError(Exception):
    """A setting is wrong. The text says which one, where it stands and what to do."""

    def __init__(self, key: str, place: str, problem: str) -> None:
        """`key` as it was written; `place` is a line of a file, or the environment."""
        self.key = key
        self.place = place
        self.problem = problem
        super().__init__(f"{key} ({place}): {problem}")


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Return the settings from the file at `path`, overridden by the environment.

    Without a path: the file that BENCHSIDE_CONFIG names, else `benchside.toml` if it is there.

    Raises:
        SettingsError: a file that is missing or not TOML, an unknown key, a value that won't do.
    """
    values: dict[str, dict[str, object]] = {name: {} for name in SECTIONS}
    for found in (*_from_file(path, environ), *_from_environment(environ)):
        values[found.key.section][found.key.name] = _checked(found)
    return msgspec.convert(values, Settings)


@dataclass(frozen=True, slots=True, repr=False)
class _Found:
    """A value as it was found, not yet checked. Without a repr: it may be a password."""

    key: Key
    value: object
    place: str
    written: bool
    """True for text from the environment, in which `8000` is a number and a list has commas."""


def _from_file(path: Path | None, environ: Mapping[str, str]) -> Iterator[_Found]:
    named = path or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    file = named or Path(FILE)
    if named is None and not file.is_file():
        return
    text = _text(file)
    known = keys()
    for section, name, value in _written(file, text):
        place = f"{file}, line {_line(text, section, name)}"
        path_of_key = f"{section}.{name}"
        if path_of_key not in known:
            raise SettingsError(path_of_key, place, _unknown(path_of_key, known))
        yield _Found(known[path_of_key], value, place, False)


def _from_environment(environ: Mapping[str, str]) -> Iterator[_Found]:
    known = {key.variable: key for key in keys().values()}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable == FILE_VARIABLE:
            continue
        if variable not in known:
            raise SettingsError(variable, "environment", _unknown(variable, known))
        key = known[variable]
        yield _Found(key, environ[variable], f"environment, {variable}", True)


def _checked(found: _Found) -> object:
    """Return the value as its type, or say what is wrong with it; never the value itself."""
    value = found.value
    if found.written and isinstance(found.key.default, tuple):
        value = [part.strip() for part in str(value).split(",") if part.strip()]
    try:
        checked: object = msgspec.convert(value, found.key.kind, strict=not found.written)
        if found.key.path == "web.trusted_proxies":
            for network in msgspec.convert(checked, list[str]):
                ip_network(network)
    except ValueError as problem:
        why = f"{str(problem).partition(' - at ')[0]}. {found.key.description}"
        raise SettingsError(found.key.path, found.place, why) from None
    return checked


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = f"this file can't be read ({type(problem).__name__}); `benchside init` writes one"
        raise SettingsError(str(file), "settings file", why) from None


def _written(file: Path, text: str) -> Iterator[tuple[str, str, object]]:
    """Yield what the file says: section, key, value."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(str(file), "settings file", f"not TOML: {problem}") from None
    for section in document:
        try:
            table = msgspec.convert(document[section], dict[str, object])
        except msgspec.ValidationError:
            table = None
        if section not in SECTIONS or table is None:
            place = f"{file}, line {_line(text, None, section)}"
            raise SettingsError(section, place, _unknown(section, [*SECTIONS, *keys()]))
        for name, value in table.items():
            yield section, name, value


def _line(text: str, section: str | None, name: str) -> int:
    """Return the line on which a key (or, without section, a table) most probably stands."""
    table = None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\s*([^\]\s]+)\s*\]", line)
        if header:
            table = header[1]
        if section is None and table == name:
            return number
        if table == section and re.match(rf"\s*\"?{re.escape(name)}\"?\s*[.=]", line):
            return number
    return 1


def _unknown(name: str, known: Mapping[str, object] | list[str]) -> str:
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else "`benchside config explain` lists all settings."
    return f"there is no such setting; {hint}"
