"""Desks' rate budgets in the database: where Redis is not there, or does not answer."""
from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import select

from app.store import marks
from app.store.database import Database
from app.store.tables import marks as marks_table

T = TypeVar("T")


class DatabasePaceStore:
    """Fulfils `connectors.limits.PaceStore`, except that it raises StoreBusy."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def change(self, name: str, change: Callable[[str | None], tuple[str | None, T]]) -> T:
        with self._db.write() as tx:
            if tx.dialect.name == "postgresql":
                # SQLite has one writer at a time; here the row is held, and it must be there to be held.
                marks.take(tx, name, "", 0, 0)
                query = select(marks_table.c.value).where(marks_table.c.name == name).with_for_update()
                text = tx.execute(query).scalar_one()
            else:
                text = marks.read(tx, name)
            after, answer = change(text or None)
            if after is not None:
                marks.write(tx, name, after)
            return answer

    def read(self, name: str) -> str | None:
        with self._db.read() as tx:
            return marks.read(tx, name) or None
