"""Ids out of one seed, so that a run can be repeated digit for digit (X28)."""
from __future__ import annotations

import hashlib
import random
import threading


class SeededIds:
    """Thread-safe. Tickets count from `first_ticket`; everything else gets twelve digits, as both vendors'
    numbers have about that many."""

    def __init__(self, seed: int, desk: str, first_ticket: int) -> None:
        self._seed = seed
        self._random = random.Random(f"{desk}-sandbox-{seed}")  # noqa: S311 - repeatable on purpose (X28)
        self._lock = threading.Lock()
        self._ticket = first_ticket - 1
        self._number = 360_000_000_000 + self._random.randrange(10_000_000) * 100
        self.account = 12_000_000 + self._random.randrange(1_000_000)

    def ticket(self) -> int:
        with self._lock:
            self._ticket += 1
            return self._ticket

    def number(self) -> int:
        with self._lock:
            self._number += self._random.randrange(1, 60)
            return self._number

    def digits(self) -> str:
        with self._lock:
            return str(self._random.randrange(1_000_000_000, 9_999_999_999))

    def of_article(self, source_id: str) -> int:
        """The number of an article: the same for the same source id and seed, whatever the order of
        loading."""
        digest = hashlib.sha256(f"{self._seed}:{source_id}".encode()).digest()
        return 360_000_000_000 + int.from_bytes(digest[:8], "big") % 600_000_000_000
