"""Row counts of every queue and state, for /metrics. No customer data; every figure for all tenants at
once."""
from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, Table, func, select

from app.core.kinds import WorkState
from app.store.tables import desks, inbox, outbox, tickets


def inbox_rows(tx: Connection) -> Mapping[tuple[str, str], int]:
    """(tenant, state) -> rows."""
    return _rows(tx, inbox)


def outbox_rows(tx: Connection) -> Mapping[tuple[str, str], int]:
    """(tenant, state) -> rows."""
    return _rows(tx, outbox)


def oldest_due(tx: Connection, now: int) -> int | None:
    """Since when the oldest inbox row is due and not begun; None when none is."""
    due = select(func.min(inbox.c.next_at)).where(inbox.c.state == WorkState.WAITING, inbox.c.next_at <= now)
    found: int | None = tx.execute(due).scalar_one()
    return found


def urgent_tickets(tx: Connection) -> Mapping[str, int]:
    """Tenant -> tickets with a grave message that wait for a person."""
    grave = (
        select(tickets.c.tenant, func.count())
        .where(tickets.c.urgent_at.is_not(None))
        .group_by(tickets.c.tenant)
    )
    return {row.tenant: int(row[1]) for row in tx.execute(grave)}


def desks_by_status(tx: Connection) -> Mapping[tuple[str, str], int]:
    """(tenant, status) -> desks."""
    query = select(desks.c.tenant, desks.c.status, func.count()).group_by(desks.c.tenant, desks.c.status)
    return {(tenant, status): n for tenant, status, n in tx.execute(query)}


def _rows(tx: Connection, table: Table) -> Mapping[tuple[str, str], int]:
    query = select(table.c.tenant, table.c.state, func.count()).group_by(table.c.tenant, table.c.state)
    return {(tenant, state): n for tenant, state, n in tx.execute(query)}
