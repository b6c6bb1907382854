"""Freshdesk's limits: credits of the account by the minute, and sub-limits of creating, updating and listing
tickets.

The sub-limits differ by plan and no header tells of them: they are learned from the first refusal. Deliveries
draw on the account's credits too, which shows as others' use. Source: SUP 225439 (Mar 2024); `include` costs
two credits each (third-party copies of FD).
"""
from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from connectors.headers import number
from connectors.limits import Rules
from connectors.pace import ACCOUNT, Call

INCLUDE_COSTS = 2


def call_of(method: str, path: str, query: str) -> Call:
    kind = {"POST": "create", "PUT": "update", "DELETE": "update"}.get(method)
    if kind is None:
        kind = "list" if path == "/api/v2/tickets" else "read"
    elif "/tickets" not in path:
        kind = "other"
    included = [name for value in parse_qs(query).get("include", ()) for name in value.split(",") if name]
    return Call((ACCOUNT, kind), 1 + INCLUDE_COSTS * len(included))


def spent(named: Mapping[str, str]) -> float | None:
    return number(named.get("x-ratelimit-used-currentrequest"))


RULES = Rules(call_of, writes=("create", "update"), spent=spent)
