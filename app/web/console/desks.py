"""How each desk stands. Of its secrets the page knows only whether there is one."""
from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection

from app.store import desks, marks
from app.store.queues import inbox
from connectors import registry


@dataclass(frozen=True, slots=True)
class DeskCard:
    id: str
    name: str
    kind: str
    sandbox: bool
    status: str
    status_why: str | None
    guard_proven: bool
    has_secret: bool
    public_proven_at: int | None
    polled_at: int | None
    delivered_at: int | None
    decided: int  # entries in its ledger
    by_search: bool  # its changes are found without an admin's right, and minutes late
    ending: str | None  # what its vendor ends of its settings, when, and what to do


def cards(connection: Connection, tenant: str) -> list[DeskCard]:
    last = inbox.last_deliveries(connection, tenant)
    return [
        DeskCard(
            r.id,
            r.name,
            r.kind,
            r.wire_url is not None,
            r.status,
            r.status_why,
            bool(r.guard_proven),
            bool(json.loads(r.secrets)),
            r.public_proven_at,
            r.polled_at,
            last.get(r.id),
            r.ledger_seq,
            marks.read(connection, f"changes_by:{r.id}") == "search",
            # Sealed values do: it matters which settings there are, and not what they say.
            registry.account(r.kind, json.loads(r.settings)).ending,
        )
        for r in desks.of_tenant(connection, tenant)
    ]
