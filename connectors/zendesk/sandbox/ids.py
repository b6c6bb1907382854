"""Ids, secrets and ULIDs out of one seed, so that a run can be repeated digit for digit (X28)."""
from __future__ import annotations

import base64
import hashlib
import random
import threading

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST_TICKET = 1001


class Ids:
    """Thread-safe. Tickets count from 1001; everything else gets twelve digits, as at Zendesk."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = random.Random(f"zendesk-sandbox-{seed}")  # noqa: S311 - repeatable on purpose (X28)
        self._lock = threading.Lock()
        self._ticket = _FIRST_TICKET - 1
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

    def ulid(self, now_us: int) -> str:
        with self._lock:
            value = (now_us // 1000) << 80 | self._random.getrandbits(80)
        return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))

    def digits(self) -> str:
        with self._lock:
            return str(self._random.randrange(1_000_000_000, 9_999_999_999))

    def secret(self) -> str:
        """A webhook's signing secret: base64 text, and used as that text (not decoded)."""
        with self._lock:
            return base64.urlsafe_b64encode(self._random.randbytes(32)).decode()

    def of_article(self, source_id: str) -> int:
        """The number of an article: the same for the same source id and seed, whatever the order of loading."""
        digest = hashlib.sha256(f"{self._seed}:{source_id}".encode()).digest()
        return 360_000_000_000 + int.from_bytes(digest[:8], "big") % 600_000_000_000
