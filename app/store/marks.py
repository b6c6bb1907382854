"""Small named facts, and locks that end by themselves."""
from __future__ import annotations

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.store.tables import marks


def read(tx: Connection, name: str) -> str | None:
    return tx.execute(select(marks.c.value).where(marks.c.name == name)).scalar_one_or_none()


def write(tx: Connection, name: str, value: str, until: int = 0) -> None:
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    statement = maker(marks).values(name=name, value=value, until=until)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value, "until": until}))


def take(tx: Connection, name: str, holder: str, now: int, until: int) -> bool:
    """Hold the lock until then; True when it was free, over, or already the holder's."""
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    tx.execute(maker(marks).values(name=name, value="", until=0).on_conflict_do_nothing(index_elements=["name"]))
    free = update(marks).where(marks.c.name == name, (marks.c.until <= now) | (marks.c.value == holder))
    return tx.execute(free.values(value=holder, until=until)).rowcount == 1
