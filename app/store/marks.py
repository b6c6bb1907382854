"""Named marks in the database: small facts by name, and locks that end by themselves."""
from __future__ import annotations

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.store.tables import marks


def read(tx: Connection, name: str) -> str | None:
    return tx.execute(select(marks.c.value).where(marks.c.name == name)).scalar_one_or_none()


def until(tx: Connection, name: str) -> tuple[str, int]:
    """Who holds the lock, and until when; ("", 0) when nobody ever has."""
    row = tx.execute(select(marks.c.value, marks.c.until).where(marks.c.name == name)).first()
    return ("", 0) if row is None else (row.value, row.until)


def write(tx: Connection, name: str, value: str, until: int = 0) -> None:
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    statement = maker(marks).values(name=name, value=value, until=until)
    tx.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": value, "until": until})
    )


def take(tx: Connection, name: str, holder: str, now: int, until: int, longest: int | None = None) -> bool:
    """Hold the lock until then; True when it was free, over, or already the holder's.

    With `longest` (microseconds) a lock that would last longer than that from now counts as over: the clock
    was set back since.
    """
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    tx.execute(
        maker(marks).values(name=name, value="", until=0).on_conflict_do_nothing(index_elements=["name"])
    )
    over = (marks.c.until <= now) | (marks.c.value == holder)
    if longest is not None:
        over |= marks.c.until > now + longest
    free = update(marks).where(marks.c.name == name, over)
    return tx.execute(free.values(value=holder, until=until)).rowcount == 1
