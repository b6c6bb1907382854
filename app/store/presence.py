"""The processes that have a database open: a move asks, because what is written behind its back would be
lost.

SQLite: a lock on a file beside it, shared by every process that works on it and inherited by its children.
PostgreSQL knows its clients.
"""
from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import text

from app.store.database import Database


class Occupied(Exception):
    """A move holds the database alone; the message says what to do."""


def stay(db: Database) -> IO[str] | None:
    """Be one of those who work on the database for as long as the result is kept. Raises Occupied while a
    move holds it alone."""
    if not db.is_sqlite:
        return None
    file = _beside(db).open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Occupied("a `database move` is at work on this database: wait for its end") from None
    return file


@contextmanager
def alone(db: Database) -> Iterator[bool]:
    """Hold an SQLite database against all others; gives False when somebody works on it."""
    with _beside(db).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def others(db: Database) -> list[str]:
    """Clients of a PostgreSQL database besides the one that asks."""
    with db.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT pid, coalesce(nullif(application_name, ''), 'a client'), "
                "coalesce(host(client_addr), 'this host') "
                "FROM pg_stat_activity WHERE datname = current_database() "
                "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
        ).all()
    return [f"{name} from {host} (pid {pid})" for pid, name, host in rows]


def _beside(db: Database) -> Path:
    return Path(db.url.removeprefix("sqlite:///")).with_suffix(".use")
