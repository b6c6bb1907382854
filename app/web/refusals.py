"""Deliveries that are refused, told once a minute: a flood of forged ones must not fill the log."""
from __future__ import annotations

import threading
from collections import Counter

import structlog

EVERY = 60_000_000  # microseconds between two lines
KINDS = 100  # different refusals told apart within a minute
log = structlog.get_logger(__name__)


class Refusals:
    """Counts them; the first is told at once, the others with a count a minute later."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, int, str]] = Counter()
        self._told_at: int | None = None
        self._lock = threading.Lock()

    def note(self, desk: str, status: int, why: str, now: int) -> None:
        """One more. `desk` is a desk's id or "unknown", never what a stranger wrote."""
        with self._lock:
            kind = (desk, status, why)
            room = kind in self._counts or len(self._counts) < KINDS
            self._counts[kind if room else ("others", 0, "")] += 1
        self.tell(now)

    def tell(self, now: int) -> None:
        """Tell what was counted once a minute is over. Asked at each delivery: the last are told too."""
        if not self._counts or self._told_at is not None and 0 <= now - self._told_at < EVERY:
            return
        with self._lock:
            counts, self._counts, self._told_at = self._counts, Counter(), now
        if counts:
            (desk, status, why), most = counts.most_common(1)[0]
            log.warning(
                "deliveries refused", count=counts.total(), of_these=most, desk=desk, status=status, why=why
            )
