"""Keeping deliveries, several to a transaction when several come at once: on SQLite each commit is one wait
for the disk.

Nobody is answered before the transaction that holds their row is on the disk.
"""
from __future__ import annotations

import threading
from dataclasses import dataclass

from app.store.database import Database, StoreBusy
from app.store.queues import inbox
from app.store.queues.inbox import NewRow


@dataclass(slots=True)
class _Waiting:
    tenant: str
    row: NewRow
    fresh: bool | None = None  # None: not written yet
    error: Exception | None = None


class Intake:
    """One for all threads of a process. PostgreSQL shares its waits for the disk by itself, and there each
    row has its own transaction."""

    def __init__(self, db: Database, busy_seconds: float) -> None:
        self._db, self._busy_seconds = db, busy_seconds
        self._line: list[_Waiting] = []
        self._line_lock, self._turn = threading.Lock(), threading.Lock()

    def keep(self, tenant: str, row: NewRow) -> bool:
        """True once the row is kept, False when the desk has delivered its key before. Raises StoreBusy when
        it was not kept in time.

        After StoreBusy the row may still be kept by the next thread in line. The desk sends it again, and is
        then told that it is known.
        """
        if not self._db.is_sqlite:
            with self._db.write() as tx:
                return inbox.accept(tx, tenant, row)
        mine = _Waiting(tenant, row)
        with self._line_lock:
            self._line.append(mine)
        if not self._turn.acquire(timeout=self._busy_seconds):
            raise StoreBusy("the deliveries before this one are still being kept")
        try:
            # Whoever had the turn before has often written this row too, with all that stood in line then.
            if mine.fresh is None and mine.error is None:
                self._write_line()
        finally:
            self._turn.release()
        if mine.error is not None:
            raise mine.error
        return bool(mine.fresh)

    def _write_line(self) -> None:
        line: list[_Waiting] = []
        try:
            with self._db.write_plainly() as connection:
                # Only now: whoever joined the line while this thread waited for the file shares the commit.
                line = self._take_line()
                for waiting in line:
                    waiting.fresh = inbox.accept_plainly(connection, waiting.tenant, waiting.row)
        except Exception as error:
            # One fate for one transaction: each thread raises it to its own desk. Those still in line have
            # waited for the same file.
            for waiting in line or self._take_line():
                waiting.error = error

    def _take_line(self) -> list[_Waiting]:
        with self._line_lock:
            line, self._line = self._line, []
        return line
