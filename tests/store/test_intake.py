"""Deliveries that come at once share a transaction, and each is answered for itself."""
from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select, text

from app.store import inbox
from app.store.database import Database, StoreBusy
from app.store.intake import Intake
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
    intake, commits, began = Intake(db, 5.0), [], threading.Barrier(AT_ONCE + 1)

    def keep(number: int) -> bool:
        began.wait(5)
        return intake.keep(TENANT, delivery(key=f"key {min(number, AT_ONCE - 2)}"))

    with ThreadPoolExecutor(AT_ONCE) as threads:
        with db.write():
            event.listen(db.engine, "commit", lambda connection: commits.append(1))
            answers = [threads.submit(keep, n) for n in range(AT_ONCE)]
            began.wait(5)
            # One has the turn and waits for the writer with the line it found; all others stand in the next line.
            until(lambda: len(intake._line) >= AT_ONCE - 2)
        fresh = [a.result(5) for a in answers]
    assert sorted(fresh) == [False] + [True] * (AT_ONCE - 1)
    assert _kept(db) == AT_ONCE - 1
    assert len(commits) <= 1 + 1 + 2, "the test's own, the first in line, the rest, and one that came late"
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
