"""What became of a write, read from the desk's answer as it came and not from what a client library made of
it.

zenpy calls a closed ticket, a conflict and a missing right by one name, and stumbles over answers it does not
know after the desk has already committed.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from connectors.desk_writer import read_answer
from connectors.http import Exchange
from connectors.records import Conflict, Outcome, Sent, Unknown
from connectors.zendesk.client import desks_words
from connectors.zendesk.payloads import Json, stamp_of


def outcome_of(
    last: Exchange | None, error: Exception | None, *, clock: Callable[[], int], opened: bool = False
) -> Outcome:
    """`last` is the answer, None when none came; `error` what the call raised. `opened`: the write made a
    ticket, whose id is wanted."""
    if last is not None and last.status == 409 and not opened:
        return Conflict()
    return read_answer(last, error, lambda answer: _sent(answer, clock(), opened), desks_words)


def _sent(last: Exchange, read_at: int, opened: bool) -> Outcome:
    answer = _object(last.body)
    ticket = answer.get("ticket")
    audit = answer.get("audit")
    if not isinstance(ticket, Mapping) or not isinstance(ticket.get("updated_at"), str) or "id" not in ticket:
        return Unknown(f"the desk answered {last.status} without the ticket")
    try:
        stamp = stamp_of(ticket, last.date, read_at)
    except ValueError:
        return Unknown(f"the desk answered {last.status} with a time that cannot be read")
    if opened:
        return Sent(str(ticket["id"]), stamp)
    if not isinstance(audit, Mapping) or "id" not in audit:
        return Unknown(f"the desk answered {last.status} without the audit")
    return Sent(remote_id(audit), stamp)


def remote_id(audit: Json) -> str:
    """The comment's id when the update carried one, the audit's otherwise: the same whether read from an
    answer or from the history."""
    comments = [
        e
        for e in audit.get("events") or ()
        if isinstance(e, Mapping) and e.get("type") == "Comment" and "id" in e
    ]
    return str(comments[0]["id"] if comments else audit["id"])


def refused_fields(body: bytes) -> frozenset[str]:
    """The fields a 422 names in its details."""
    details = _object(body).get("details")
    return (
        frozenset(str(name).removesuffix("_id") for name in details)
        if isinstance(details, Mapping)
        else frozenset()
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
