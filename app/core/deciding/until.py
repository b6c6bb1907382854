"""An end given by an admin, as people write it: a duration from now, or a date and time."""
from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors.clock import DAY, HOUR, MINUTE

LONGEST = 366 * DAY  # what shall hold longer than a year is policy
EXAMPLES = "write a duration such as 30m, 2h or 3d, or a date and time such as 2026-12-24T18:00"
_DURATION = re.compile(r"(\d{1,6})\s*([mhd])", re.ASCII)
_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}


class UntilError(ValueError):
    """This is not a moment that something can end at; the message says what to write."""


def parse_until(text: str, now: int, zone: ZoneInfo) -> int | None:
    """The moment in microseconds, None for an empty text (until somebody ends it).

    A date and time without an offset is read on the clock of `zone`. Raises UntilError for anything else, the
    past, and more than a year.
    """
    text = text.strip()
    if not text:
        return None
    at = _moment(text, now, zone)
    if at is None:
        raise UntilError(f"{text!r} is not a time to end at: {EXAMPLES}.")
    if at <= now:
        raise UntilError(f"{text!r} is over already: {EXAMPLES}.")
    if at - now > LONGEST:
        raise UntilError(
            f"{text!r} is more than a year away: what shall hold so long belongs into the policy."
        )
    return at


def _moment(text: str, now: int, zone: ZoneInfo) -> int | None:
    duration = _DURATION.fullmatch(text.lower())
    if duration:
        return now + int(duration[1]) * _UNITS[duration[2]]
    try:
        found = datetime.fromisoformat(text)
        aware = found if found.tzinfo is not None else found.replace(tzinfo=zone)
        return (aware - datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return None
