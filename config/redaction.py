"""The last sieve of every log line: no signed link, no query, no address of a person, no words of an
exception."""
from __future__ import annotations

import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import PurePath
from types import TracebackType
from typing import Any

FRAMES = 6  # innermost lines of a traceback that are told
# Pages whose address is a key: a ticket's page, a one-time token, what leads back after a sign-in.
_LINK = re.compile(r"/(t|tickets|login)/[^\s\"'<>]+")
_QUERY = re.compile(r"(?<=[\w/.])\?[^\s\"'<>]+=[^\s\"'<>]*")
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_LEAST = 4  # characters of an exception's words that are looked for in a library's line


def without_words(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception its kind and where it was raised: its words may quote a ticket, a link or a row."""
    given = event.pop("exc_info", None)
    error = _error_of(given)
    if error is not None:
        event["error"] = type(error).__name__
        event["at"] = " < ".join(_places(error.__traceback__)) or "-"
        words = str(error)
        if len(words) >= _LEAST and isinstance(event.get("event"), str):
            # Libraries put the exception into the line itself.
            event["event"] = event["event"].replace(repr(error), type(error).__name__).replace(words, "…")
    return event


def redacted(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The line without signed links, queries and addresses of persons, whatever key they stand under."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _clean(value)
        elif not key.startswith("_") and not isinstance(value, int | float | bool | type(None)):
            event[key] = _clean(str(value))
    return event


def _clean(text: str) -> str:
    return _ADDRESS.sub("<address>", _QUERY.sub("?…", _LINK.sub(r"/\1/…", text)))


def _error_of(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple) and len(given) == 3 and isinstance(given[1], BaseException):
        return given[1]
    return sys.exc_info()[1] if given else None


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in reversed(frames)]
