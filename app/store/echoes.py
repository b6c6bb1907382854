"""Recent senders of the same words: many people with one text within minutes have one trouble."""
from __future__ import annotations

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.store.tables import echoes

KEPT = 900_000_000  # microseconds: fifteen minutes


def heard(tx: Connection, tenant: str, text: str, requester: str, now: int) -> None:
    """Remember that the requester wrote this text; both keyed."""
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    statement = maker(echoes).values(text=text, requester=requester, tenant=tenant, at=now)
    tx.execute(statement.on_conflict_do_update(index_elements=["text", "requester"], set_={"at": now}))


def others(tx: Connection, text: str, requester: str, now: int) -> int:
    """How many other people wrote it within the last fifteen minutes."""
    query = select(func.count()).where(
        echoes.c.text == text, echoes.c.requester != requester, echoes.c.at > now - KEPT
    )
    return int(tx.execute(query).scalar_one())


def forget(tx: Connection, now: int) -> int:
    """Delete what counts no more; how many."""
    return tx.execute(delete(echoes).where(echoes.c.at <= now - KEPT)).rowcount
