"""What the server writes about itself: one JSON object a line, and nothing that anyone said.

Exceptions are written as their type and the places they passed, never as their text, since a
text can quote what was being read. uvicorn's notices of accepted sockets are dropped: they hold
addresses.
"""

import json
import logging
import sys
import traceback
from typing import Literal

FIELDS = ("event", "count", "seconds", "address_family", "phase", "account", "setting")
"""Extras that may be written, if a caller gives them."""


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, object] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        fields.update({name: vars(record)[name] for name in FIELDS if name in vars(record)})
        fault = fault_of(record)
        if fault:
            fields["fault"] = fault
        return json.dumps(fields, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A record as a person reads it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at, level = self.formatTime(record), record.levelname
        line = f"{at} {level:<7} {record.name}: {record.getMessage()}"
        fault = fault_of(record)
        return f"{line} [{fault}]" if fault else line


def fault_of(record: logging.LogRecord) -> str:
    """Return the type of a record's exception and the places it passed; never its text."""
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    frames = traceback.extract_tb(record.exc_info[2])
    places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{record.exc_info[0].__name__} in {places}"


def set_up(level: str, style: Literal["json", "text"]) -> None:
    """Send all logs of this process to standard error in one style."""
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(JsonFormatter() if style == "json" else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level.upper())
    quiet()


def quiet() -> None:
    """Let uvicorn and asyncio speak of trouble only: their notices hold addresses."""
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True
        logger.setLevel(logging.WARNING)
