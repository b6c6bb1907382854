"""What happened to our verdicts that a figure is made of. What people say of them stands in the ledger, where
labels are read from."""
from __future__ import annotations

from sqlalchemy import Connection, insert

from app.store.tables import signals


def add(
    tx: Connection,
    tenant: str,
    desk: str,
    ticket: str,
    topic: str,
    kind: str,
    value: float,
    now: int,
    row_id: str,
) -> None:
    tx.execute(
        insert(signals).values(
            id=row_id, tenant=tenant, desk=desk, ticket=ticket, topic=topic, kind=kind, value=value, at=now
        )
    )
