"""Deliveries that are refused, told once a minute: a flood of forged ones must not fill the log."""
from __future__ import annotations

import atexit
import threading
from collections import Counter
from collections.abc import Callable

import structlog

from connectors.clock import MINUTE

EVERY = MINUTE  # microseconds between two lines
KINDS = 100  # different refusals told apart within a minute
log = structlog.get_logger(__name__)


def _later(seconds: float, act: Callable[[], None]) -> None:
    """Do it after so many seconds, in a thread that keeps no process alive."""
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


class Refusals:
    """Counts them; the first is told at once, the others with a count when its minute is over, or when the
    process ends before."""

    def __init__(self, later: Callable[[float, Callable[[], None]], None] = _later) -> None:
        self._counts: Counter[tuple[str, int, str]] = Counter()
        self._told_at: int | None = None
        self._later, self._awaited = later, False
        self._lock = threading.Lock()
        atexit.register(self.tell_all)

    def note(self, desk: str, status: int, why: str, now: int) -> None:
        """One more. `desk` is a desk's id or "unknown", never what a stranger wrote."""
        with self._lock:
            kind = (desk, status, why)
            room = kind in self._counts or len(self._counts) < KINDS
            self._counts[kind if room else ("others", 0, "")] += 1
        self.tell(now)
        self._await(now)

    def tell(self, now: int) -> None:
        """Tell what was counted once a minute is over. Asked at each delivery."""
        if not self._counts or self._told_at is not None and 0 <= now - self._told_at < EVERY:
            return
        self._tell(now)

    def tell_all(self) -> None:
        """Tell what is still counted, although nobody delivers any more."""
        self._awaited = False
        if self._counts and self._told_at is not None:
            self._tell(self._told_at + EVERY)

    def _await(self, now: int) -> None:
        """Have the rest told when the minute is over: after the last forged one nothing need ever come."""
        with self._lock:
            if self._awaited or not self._counts or self._told_at is None:
                return
            self._awaited = True
            left = EVERY - (now - self._told_at)
        self._later(left / 1_000_000, self.tell_all)

    def _tell(self, now: int) -> None:
        with self._lock:
            counts, self._counts, self._told_at = self._counts, Counter(), now
        if counts:
            (desk, status, why), most = counts.most_common(1)[0]
            log.warning(
                "deliveries refused", count=counts.total(), of_these=most, desk=desk, status=status, why=why
            )
