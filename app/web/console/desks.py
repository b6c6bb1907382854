"""How each desk stands. Of its secrets the page knows only whether there is one."""
from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from app.core.kinds import InboxKind
from app.store import marks
from app.store.tables import desks, inbox


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


def names(connection: Connection, tenant: str) -> list[tuple[str, str]]:
    """(id, name) of each desk, for choosing one."""
    query = select(desks.c.id, desks.c.name).where(desks.c.tenant == tenant).order_by(desks.c.name)
    return [(row.id, row.name) for row in connection.execute(query)]


def cards(connection: Connection, tenant: str) -> list[DeskCard]:
    last = (
        select(func.max(inbox.c.received_at)).where(inbox.c.desk == desks.c.id, inbox.c.kind == InboxKind.DELIVERY)
        .scalar_subquery().label("last")
    )
    return [
        DeskCard(r.id, r.name, r.kind, r.wire_url is not None, r.status, r.status_why, bool(r.guard_proven), bool(json.loads(r.secrets)),
                 r.public_proven_at, r.polled_at, r.last, r.ledger_seq, marks.read(connection, f"changes_by:{r.id}") == "search")
        for r in connection.execute(select(desks, last).where(desks.c.tenant == tenant).order_by(desks.c.name))
    ]
