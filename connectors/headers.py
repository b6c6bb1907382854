"""Headers as desks write them: names in any case, numbers and dates that may be no such thing."""
from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from connectors.clock import SECOND

_LARGEST = 1e9  # no limit, count or wait of a desk comes near it


def lower_names(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers by their names in small letters."""
    return {name.lower(): value for name, value in headers.items()}


def number(text: str | None) -> float | None:
    """A number from 0 up, None for everything else."""
    try:
        value = float((text or "").strip())
    except ValueError:
        return None
    return value if 0 <= value < _LARGEST else None


def http_date(text: str | None) -> int | None:
    """Microseconds of an HTTP date, None when there is none to read."""
    if not text:
        return None
    try:
        return int(parsedate_to_datetime(text).timestamp()) * SECOND
    except (ValueError, TypeError, OverflowError):
        return None
