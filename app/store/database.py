"""One door to the database, the same for SQLite (one machine) and PostgreSQL (many).

Store functions take an open connection first, then the tenant: the caller decides what is one transaction.
"""
from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import ConnectionPoolEntry

from config.settings import SettingsError

AnyRow = Row[*tuple[Any, ...]]  # a row as a query gives it; no store function returns one: each has a record

DEFAULT_TENANT = "default"
# a desk waits 10-12 s for its answer: still locked after 2 s -> 503, and the desk sends again
WEB_BUSY_SECONDS = 2.0
WORKER_BUSY_SECONDS = 20.0
TRY_AGAIN_SECONDS = 0.0003  # about one commit of another process


class StoreBusy(Exception):
    """The database could not be read or written in time (locked, full, gone, broken). The caller may try
    again later."""


class Database:
    """An engine and its two kinds of transactions."""

    def __init__(self, url: str, busy_seconds: float = WORKER_BUSY_SECONDS) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            _make_folder(Path(url.removeprefix("sqlite:///")).parent)
        self.engine = _engine(url, busy_seconds)
        self._busy_seconds = busy_seconds
        self._turn = threading.Lock()
        self._plain: sqlite3.Connection | None = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write; commits at the end, rolls back on an exception. Raises StoreBusy when
        it cannot be had.

        Not to be nested: the inner one would wait for the outer one.
        """
        with _told_as_busy(), self._one_writer(), self.engine.connect() as connection:
            if self.is_sqlite:
                # Taken at once: a deferred transaction that turns into a writer can fail at once, without the
                # busy wait.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def write_plainly(self) -> Iterator[sqlite3.Connection]:
        """As `write`, with the driver's own connection, kept open for this: for the one write that a desk
        waits for. SQLite only.

        SQLAlchemy's part of so small a transaction takes longer than the statement.
        """
        with _told_as_busy(), self._one_writer():
            connection = self._plain = self._plain or self._open_plain()
            self._begin_plainly(connection)
            try:
                yield connection
                connection.commit()
            except BaseException:
                connection.rollback()
                raise

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view, however many queries look at it; nothing written in it is kept. Raises
        StoreBusy when it cannot be had."""
        with _told_as_busy(), self.engine.connect() as connection:
            if self.is_sqlite:
                # The driver begins nothing by itself (see `_prepare`): without this, each query would see
                # another moment.
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            try:
                yield connection
            finally:
                connection.rollback()

    def close(self) -> None:
        if self._plain is not None:
            self._plain.close()
            self._plain = None
        self.engine.dispose()

    def _open_plain(self) -> sqlite3.Connection:
        pooled = self.engine.raw_connection()
        connection = pooled.driver_connection
        pooled.detach()
        assert isinstance(connection, sqlite3.Connection)
        connection.execute("PRAGMA busy_timeout=0")  # `_begin_plainly` waits
        return connection

    def _begin_plainly(self, connection: sqlite3.Connection) -> None:
        """SQLite's own wait sleeps in steps of up to 100 ms, in which the other web process commits a hundred
        times."""
        give_up_at = time.monotonic() + self._busy_seconds
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() >= give_up_at:
                    raise
            time.sleep(TRY_AGAIN_SECONDS)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """One thread of this process at a time, on SQLite.

        SQLite's own wait for its one writer sleeps in growing steps and forgets who came first: with eight
        threads a request now and then waited for seconds. In line here, each process sends one, and the next
        starts as soon as the one before has ended.
        """
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=self._busy_seconds):
            raise StoreBusy("another thread of this process is writing")
        try:
            yield
        finally:
            self._turn.release()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"the database's folder {folder} cannot be made ({error.strerror}): let CANDOR_VAR or "
            f"CANDOR_DATABASE_URL name one that this account may write to"
        ) from None


@contextmanager
def _told_as_busy() -> Iterator[None]:
    """Whatever is wrong with the database itself, in one word: a desk that is answered 503 sends again, after
    a 500 it does not."""
    try:
        yield
    except OperationalError as error:
        raise StoreBusy(str(error.orig)) from error
    except NoConnection as error:
        raise StoreBusy("every connection of this process is in use") from error
    except (DatabaseError, sqlite3.DatabaseError) as error:
        cause = error.orig if isinstance(error, DatabaseError) else error
        # A file that is no database any more has no class of its own; all others (a row that exists, a wrong
        # statement) do.
        if type(cause) not in (sqlite3.DatabaseError, sqlite3.OperationalError):
            raise
        raise StoreBusy(str(cause)) from error


def _engine(url: str, busy_seconds: float) -> Engine:
    if not url.startswith("sqlite"):
        # lock_timeout is to PostgreSQL what the busy wait is to SQLite: a row held by somebody else must not
        # hold a request.
        options = f"-c lock_timeout={int(busy_seconds * 1000)}"
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=5,
            max_overflow=5,
            pool_timeout=busy_seconds,
            hide_parameters=True,
            connect_args={"connect_timeout": 5, "options": options},
        )
    engine = create_engine(url, pool_timeout=busy_seconds, hide_parameters=True,
                           connect_args={"timeout": busy_seconds, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _prepare(raw: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # the driver must not begin transactions of its own: `write` says when, and how
        raw.isolation_level = None
        raw.execute("PRAGMA journal_mode=WAL")
        # FULL, not NORMAL: a 200 to the desk promises that the row survives a power cut.
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")

    return engine
