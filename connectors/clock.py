"""The one clock: built in `candor.py`, passed to everything that needs the time.

All times in Candor are integer microseconds since the epoch, UTC. The pure core never sees a clock, only a
`now`.
"""
from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    def __call__(self) -> int:
        """Now, in integer microseconds UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def __call__(self) -> int:
        return time.time_ns() // 1_000


class FileClock:
    """The machine's clock shifted by the number of seconds in a file, so that a demo and its desks share one
    time.

    The file holds one decimal number (seconds, may be negative); a missing or empty file means no shift.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> int:
        return time.time_ns() // 1_000 + int(self.shift_seconds() * SECOND)

    def shift_seconds(self) -> float:
        try:
            text = self._path.read_text().strip()
        except FileNotFoundError:
            return 0.0
        return float(text) if text else 0.0


class SetClock:
    """A clock that stands still until it is moved: for tests and simulations."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us

    def __call__(self) -> int:
        return self.now_us

    def advance(self, seconds: float) -> None:
        self.now_us += int(seconds * SECOND)


def from_iso(text: str) -> int:
    """Microseconds of an ISO 8601 time such as `2026-05-02T10:11:12Z` (fractions allowed); ValueError when it
    has no zone."""
    # Some desks send nanoseconds, which fromisoformat refuses: keep six digits.
    head, dot, tail = text.partition(".")
    if dot:
        digits = "".join(c for c in tail if c.isdigit())
        zone = tail[len(digits):]
        text = f"{head}.{digits[:6]:0<6}{zone}"
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {text!r}")
    return int(moment.timestamp()) * SECOND + moment.microsecond


def to_iso(us: int) -> str:
    """`2026-05-02T10:11:12Z`, whole seconds, as the desks write it."""
    return datetime.fromtimestamp(us // SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
