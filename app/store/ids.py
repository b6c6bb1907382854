"""Row ids: UUIDv7 text, so that they sort by time. Made at the edge and passed in, never inside the core."""
from __future__ import annotations

from uuid6 import uuid7


def new_id() -> str:
    return str(uuid7())
