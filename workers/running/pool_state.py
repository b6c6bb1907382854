"""What the processes of a worker's pool are doing, in a few bytes that its processes share: for the watchdog
beside it, at no cost for those who work.

Shared memory, not a row: it is written twice per ring. The clock is the machine's monotonic one, the same for
all its processes.
"""
from __future__ import annotations

import mmap
import time

MOST = 256  # processes of one pool
_LAST, _SIZE, _FIRST = 0, 1, 2


class Pulse:
    """Made before the fork. `slot` numbers a process of the pool, from 0."""

    def __init__(self) -> None:
        self._values = memoryview(mmap.mmap(-1, 8 * (MOST + _FIRST))).cast("d")
        self.hold(1)

    def hold(self, processes: int) -> None:
        """So many processes the pool has."""
        self._values[_SIZE] = min(max(1, processes), MOST)

    def begin(self, slot: int, longest: float) -> None:
        """The process has answered a ring; within `longest` seconds it is done, or is ended."""
        now = time.monotonic()
        self._values[_FIRST + slot % MOST] = now + longest
        self._values[_LAST] = now

    def end(self, slot: int) -> None:
        """The process is free: it is done, or new."""
        self._values[_FIRST + slot % MOST] = 0.0
        self._values[_LAST] = time.monotonic()

    @property
    def last(self) -> float:
        """Changes whenever a ring is answered or done."""
        return self._values[_LAST]

    def all_busy(self) -> bool:
        """True while every process is at work within its limit: nobody is free to answer a ring, and that is
        no fault."""
        now = time.monotonic()
        return all(until > now for until in self._values[_FIRST:_FIRST + int(self._values[_SIZE])])
