"""Limits per 24 hours: a limit has a number of places, and each one taken is free again a day later."""
from __future__ import annotations

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.store.tables import places
from connectors.clock import DAY


def take(tx: Connection, tenant: str, limit_of: str, places_there: int, holder: str, now: int) -> bool:
    """Take one of the places; True also when the holder has one already, False when all are taken.

    Each place is its own row and is taken by one conditional statement, so no two workers get the same one:
    the later of two that ask at once waits for the other's transaction.
    """
    held = select(places.c.place).where(
        places.c.limit_of == limit_of,
        places.c.place < places_there,
        places.c.holder == holder,
        places.c.at > now - DAY,
    )
    if tx.execute(held.limit(1)).first() is not None:
        return True
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    for place in range(places_there):
        statement = maker(places).values(limit_of=limit_of, place=place, tenant=tenant, holder=holder, at=now)
        over = statement.on_conflict_do_update(
            index_elements=["limit_of", "place"],
            set_={"holder": holder, "at": now},
            where=places.c.at <= now - DAY,
        )
        if tx.execute(over.returning(places.c.place)).first() is not None:
            return True
    return False


def forget(tx: Connection, now: int) -> int:
    """Delete the places that are free again; how many."""
    return tx.execute(delete(places).where(places.c.at <= now - DAY)).rowcount
