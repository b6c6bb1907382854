"""A clean table for each run of the demo: tickets and records go, the help centre's vectors stay (they take
the longest to make)."""
from __future__ import annotations

from sqlalchemy import delete, update

from app.store import tables
from app.store.database import Database

KEPT = frozenset(
    {
        "articles",
        "versions",
        "passages",
        "snapshots",
        "sources",
        "policy_versions",
        "desks",
        "users",
        "alembic_version",
    }
)


def clear_tickets(db: Database) -> None:
    """Only ever called on the demo's own database."""
    with db.write() as tx:
        for table in tables.metadata.sorted_tables:
            if table.name not in KEPT:
                tx.execute(delete(table))
        tx.execute(
            update(tables.desks).values(
                ledger_seq=0, ledger_mac="", poll_cursor=None, polled_at=None, claimed_at=0
            )
        )
