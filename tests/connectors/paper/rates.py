"""Paper's limits: one for the account, and one for writing."""
from __future__ import annotations

from connectors.limits import Rules
from connectors.pace import ACCOUNT, Call


def call_of(method: str, path: str, query: str) -> Call:
    return Call((ACCOUNT, "read" if method == "GET" else "write"))


RULES = Rules(call_of, writes=("write",))
