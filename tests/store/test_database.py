"""The door to the database: two kinds of transactions, and an honest word when it is shut."""
from __future__ import annotations

import sqlite3
import threading
import time

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import TimeoutError as NoConnection

from app.store import marks
from app.store.database import Database, StoreBusy
from app.store.queues import inbox
from app.store.tables import desks
from tests.store.conftest import TENANT, delivery


def test_what_is_written_is_kept_and_what_fails_halfway_is_not(db):
    with db.write() as tx:
        marks.write(tx, "kept", "1")
    with pytest.raises(ZeroDivisionError), db.write() as tx:
        marks.write(tx, "lost", "1")
        raise ZeroDivisionError
    with db.read() as tx:
        assert marks.read(tx, "kept") == "1"
        assert marks.read(tx, "lost") is None


def test_nothing_written_in_a_reading_view_is_kept(db):
    with db.read() as tx:
        marks.write(tx, "from a reader", "1")
    with db.read() as tx:
        assert marks.read(tx, "from a reader") is None


def test_a_reading_view_shows_one_moment_however_many_queries_look_at_it(db):
    with db.read() as view:
        assert view.execute(select(desks.c.name)).scalar_one() == "calm"
        with db.write() as tx:
            tx.execute(update(desks).values(name="renamed"))
        assert view.execute(select(desks.c.name)).scalar_one() == "calm"
    with db.read() as view:
        assert view.execute(select(desks.c.name)).scalar_one() == "renamed"


def test_a_write_that_cannot_be_had_in_time_says_so_within_the_busy_time(db, open_store):
    impatient = open_store(busy_seconds=0.2)
    with db.write() as tx:
        tx.execute(update(desks).values(name="held"))
        began = time.monotonic()
        with pytest.raises(StoreBusy), impatient.write() as other:
            other.execute(update(desks).values(name="also"))
        assert 0.1 < time.monotonic() - began < 2.0
    with impatient.write() as other:
        other.execute(update(desks).values(name="free again"))


def test_a_copy_of_a_delivery_that_is_just_being_kept_does_not_hold_the_request(db, open_store):
    impatient = open_store(busy_seconds=0.2)
    with db.write() as tx:
        assert inbox.accept(tx, TENANT, delivery(key="same"))
        with pytest.raises(StoreBusy), impatient.write() as other:
            inbox.accept(other, TENANT, delivery(key="same"))


def test_a_process_that_has_no_connection_left_says_that_it_is_busy(open_store):
    full = open_store(busy_seconds=0.1)
    held = []
    try:
        while len(held) < 100:
            held.append(full.engine.connect())
    except NoConnection:
        pass
    assert len(held) < 100
    with pytest.raises(StoreBusy, match="in use"), full.write():
        pass
    for one in held:
        one.close()


def test_a_database_that_is_not_there_is_busy_and_not_a_crash():
    gone = Database("postgresql+psycopg://candor@127.0.0.1:1/none")
    with pytest.raises(StoreBusy), gone.write():
        pass
    with pytest.raises(StoreBusy), gone.read():
        pass
    gone.close()


def test_sqlite_is_durable_and_lets_readers_read_while_one_writes(sqlite_store):
    db = Database(sqlite_store)
    with db.read() as tx:
        assert tx.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert tx.execute(text("PRAGMA synchronous")).scalar_one() == 2  # FULL: the 200 outlives a power cut
    db.close()


def test_a_new_database_folder_is_made(tmp_path):
    db = Database(f"sqlite:///{tmp_path}/deep/down/candor.db")
    with db.read():
        pass
    db.close()
    assert sqlite3.connect(f"{tmp_path}/deep/down/candor.db").close() is None


def test_many_writers_at_once_all_get_their_turn(db):
    def write(number: int) -> None:
        with db.write() as tx:
            marks.write(tx, f"writer {number}", str(number))

    threads = [threading.Thread(target=write, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as tx:
        assert [marks.read(tx, f"writer {n}") for n in range(12)] == [str(n) for n in range(12)]


def test_on_sqlite_a_transaction_that_reads_before_it_writes_is_never_refused(sqlite_store):
    # One that turned into a writer later would be refused at once, without the busy wait, whenever another
    # had written meanwhile.
    db, elsewhere = Database(sqlite_store), Database(sqlite_store)

    def other() -> None:
        with elsewhere.write() as tx:
            marks.write(tx, "other", marks.read(tx, "mine") or "before mine")

    thread = threading.Thread(target=other)
    with db.write() as tx:
        assert marks.read(tx, "other") is None
        thread.start()
        thread.join(0.3)  # a writer that was let in would be through by now
        marks.write(tx, "mine", "1")
    thread.join()
    with db.read() as tx:
        assert marks.read(tx, "other") == "1"
    db.close()
    elsewhere.close()
