"""The ids only Zendesk has: ULIDs of invocations and signing secrets."""
from __future__ import annotations

import base64

from connectors.sandbox.ids import SeededIds

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_FIRST_TICKET = 1001


class Ids(SeededIds):
    """Thread-safe. Tickets count from 1001."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, "zendesk", _FIRST_TICKET)

    def ulid(self, now_us: int) -> str:
        with self._lock:
            value = (now_us // 1000) << 80 | self._random.getrandbits(80)
        return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))

    def secret(self) -> str:
        """A webhook's signing secret: base64 text, and used as that text (not decoded)."""
        with self._lock:
            return base64.urlsafe_b64encode(self._random.randbytes(32)).decode()
