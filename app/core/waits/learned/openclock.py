"""Working time since a queue was first seen, for any moment, without walking the calendar anew each time."""
from __future__ import annotations

from bisect import bisect_right

from app.core.waits.calendar import open_windows
from config.policy import Hours
from connectors.clock import DAY, SECOND

STRETCH = 28 * DAY  # how much of the calendar is laid out at a time


class OpenClock:
    """Open seconds between `origin` and a moment; what comes before the origin counts as none."""

    def __init__(self, hours: Hours, origin: int) -> None:
        self.hours, self.origin = hours, origin
        self._laid = origin
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []  # working time, in microseconds, before each window
        self._total = 0

    def seconds(self, at: int) -> float:
        """Never falls as `at` grows; 0.0 for hours that never open."""
        if at <= self.origin:
            return 0.0
        while self._laid < at:
            self._lay(self._laid + max(STRETCH, min(at - self._laid, 13 * STRETCH)))
        index = bisect_right(self._starts, at) - 1
        if index < 0:
            return 0.0
        return (self._before[index] + min(at, self._ends[index]) - self._starts[index]) / SECOND

    def _lay(self, until: int) -> None:
        for start, end in open_windows(self.hours, self._laid, until):
            self._starts.append(start)
            self._ends.append(end)
            self._before.append(self._total)
            self._total += end - start
        self._laid = until
