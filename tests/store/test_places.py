"""Places of a limit: never more than there are, whoever asks at once."""
from __future__ import annotations

import threading

from app.store import places
from app.store.database import Database
from tests.store.conftest import NOW, TENANT


def take(db: Database, holder: str, now: int = NOW, there: int = 3) -> bool:
    with db.write() as tx:
        return places.take(tx, TENANT, "a limit", there, holder, now)


def test_a_limit_has_so_many_places_and_each_is_free_again_a_day_later(db):
    assert [take(db, f"h{n}", NOW + n) for n in range(5)] == [True, True, True, False, False]
    assert take(db, "h1", NOW + 9), "its own"
    assert not take(db, "h9", NOW + places.DAY - 1)
    assert take(db, "h9", NOW + places.DAY)
    assert not take(db, "h8", NOW + places.DAY)


def test_a_limit_that_was_lowered_counts_its_first_places(db):
    for n in range(3):
        take(db, f"h{n}")
    assert not take(db, "h9", there=1)
    assert take(db, "h9", there=4)


def test_places_asked_for_by_many_at_once_go_to_no_more_than_there_are(db):
    got: list[bool] = []
    ready = threading.Barrier(8)

    def work(number: int) -> None:
        ready.wait()
        got.append(take(db, f"h{number}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(got) == 3


def test_what_is_over_is_forgotten(db):
    take(db, "old")
    take(db, "new", NOW + places.DAY)
    with db.write() as tx:
        assert places.forget(tx, NOW + places.DAY - 1) == 0
        assert places.forget(tx, NOW + 2 * places.DAY) == 1, "the old place was taken again"
