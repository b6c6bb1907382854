"""The hourly count of first contacts we wrote to: whoever forges senders makes a desk mail to thousands of
them."""
from __future__ import annotations

from sqlalchemy import Connection, select

from app.store.database import Database
from app.store.paces import DatabasePaceStore
from app.store.tables import requesters
from connectors.clock import HOUR


def first_contact(tx: Connection, tenant: str, requester: str, written_at: int) -> bool:
    """Whether the person was met within the hour before what we have to say to them was written."""
    query = select(requesters.c.created_at).where(requesters.c.tenant == tenant, requesters.c.id == requester)
    met = tx.execute(query).scalar_one_or_none()
    return met is not None and written_at - met < HOUR


def take_place(db: Database, desk: str, per_hour: int, now: int) -> int:
    """0 when one more first contact may be written to, who is then counted; else the moment the next clock
    hour begins."""

    def take(text: str | None) -> tuple[str | None, int]:
        hour, _, count = (text or "0 0").partition(" ")
        taken = int(count) if int(hour) == now // HOUR else 0
        if taken >= per_hour:
            return None, (now // HOUR + 1) * HOUR
        return f"{now // HOUR} {taken + 1}", 0

    return DatabasePaceStore(db).change(f"first:{desk}", take)
