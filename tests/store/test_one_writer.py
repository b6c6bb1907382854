"""Threads of one process that write to SQLite."""
from __future__ import annotations

import threading

from app.store import marks
from app.store.database import Database, StoreBusy


def test_on_sqlite_a_second_thread_waits_in_line_and_not_at_the_file(sqlite_store):
    db, said = Database(sqlite_store, busy_seconds=0.2), []

    def write() -> None:
        try:
            with db.write() as tx:
                marks.write(tx, "second", "2")
        except StoreBusy as error:
            said.append(str(error))

    with db.write():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(5)
    assert said == ["another thread of this process is writing"]
    write()
    with db.read() as tx:
        assert marks.read(tx, "second") == "2"
    db.close()
