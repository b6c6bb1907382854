"""Everything that happens in a run, in one thread and in order of time: children of a thread that ends would
end with it."""
from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable


class Agenda:
    """`at(seconds, act)` counts from the start; `run(until)` does what is due until the condition holds or
    the deadline has passed."""

    LOOK_EVERY = 1.0  # seconds between two looks at the condition

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._number = itertools.count()
        self._began = time.monotonic()

    @property
    def now(self) -> float:
        return time.monotonic() - self._began

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (seconds, next(self._number), act))

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        self.at(self.now + seconds, act)

    def run(self, until: Callable[[], bool], deadline: float, look_every: float = LOOK_EVERY) -> bool:
        """True when the condition came true before the deadline (seconds from the start)."""
        look_at = 0.0
        while True:
            now = self.now
            if now >= look_at:
                if until():
                    return True
                look_at = self.now + look_every
            if now >= deadline:
                return False
            if self._heap and self._heap[0][0] <= now:
                heapq.heappop(self._heap)[2]()
                continue
            due = min(look_at, deadline, self._heap[0][0] if self._heap else look_at)
            time.sleep(max(0.0, min(due - self.now, 0.1)))
