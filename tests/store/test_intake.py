"""Deliveries that come at once share a transaction, and each is answered for itself."""
from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from app.store.database import Database, StoreBusy
from app.store.queues import inbox
from app.store.queues.intake import Intake
from tests.store.conftest import TENANT, delivery
from tests.waiting import until

AT_ONCE = 8


def _kept(db: Database) -> int:
    with db.read() as tx:
        return tx.execute(select(func.count()).select_from(inbox.inbox)).scalar_one()


def test_a_delivery_is_kept_once_and_known_after_that(db):
    intake = Intake(db, 2.0)
    assert intake.keep(TENANT, delivery(key="one"))
    assert not intake.keep(TENANT, delivery(key="one"))
    assert _kept(db) == 1


def test_deliveries_that_wait_together_are_kept_by_one_commit_and_a_copy_among_them_is_known(sqlite_store):
    db = Database(sqlite_store)
    intake, statements, began = Intake(db, 5.0), [], threading.Barrier(AT_ONCE + 1)

    def keep(number: int) -> bool:
        began.wait(5)
        return intake.keep(TENANT, delivery(key=f"key {min(number, AT_ONCE - 2)}"))

    with db.write_plainly() as connection:
        connection.set_trace_callback(statements.append)
    statements.clear()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        with db.write():
            answers = [threads.submit(keep, n) for n in range(AT_ONCE)]
            began.wait(5)
            # The first waits for the writer, and takes the line as it is when the wait is over.
            until(lambda: len(intake._line) == AT_ONCE)
        fresh = [a.result(5) for a in answers]
    assert sorted(fresh) == [False] + [True] * (AT_ONCE - 1)
    assert _kept(db) == AT_ONCE - 1
    assert statements.count("COMMIT") == 1
    db.close()


def test_a_delivery_that_waits_for_another_process_is_kept_as_soon_as_that_has_ended(sqlite_store):
    db, other = Database(sqlite_store, busy_seconds=5.0), Database(sqlite_store)
    intake = Intake(db, 5.0)
    with ThreadPoolExecutor(1) as threads:
        with other.write():
            waiting = threads.submit(intake.keep, TENANT, delivery(key="one"))
            until(lambda: bool(intake._line))
            assert not waiting.done()
        assert waiting.result(5)
    assert _kept(db) == 1
    for one in (db, other):
        one.close()


def test_a_row_that_cannot_be_written_leaves_the_way_free_for_the_next(sqlite_store):
    db = Database(sqlite_store)
    intake = Intake(db, 2.0)
    with pytest.raises(sqlite3.IntegrityError):
        intake.keep(TENANT, replace(delivery(key="one"), subject=None))
    assert intake.keep(TENANT, delivery(key="one"))
    db.close()


def test_what_could_not_be_kept_is_said_to_everybody_in_line(sqlite_store):
    db, other = Database(sqlite_store, busy_seconds=0.2), Database(sqlite_store)
    intake = Intake(db, 2.0)

    def keep(number: int) -> str:
        with pytest.raises(StoreBusy):
            intake.keep(TENANT, delivery(key=str(number)))
        return "busy"

    with other.write() as tx, ThreadPoolExecutor(4) as threads:
        tx.execute(text("SELECT 1"))
        assert [a.result(10) for a in [threads.submit(keep, n) for n in range(4)]] == ["busy"] * 4
    assert intake.keep(TENANT, delivery(key="later"))
    for one in (db, other):
        one.close()
