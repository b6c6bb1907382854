"""The sweep: whatever was not rung is rung for within two seconds, by one sweeper at a time, whoever of them
lives."""
from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import func, select

from app.store.tables import inbox, marks, outbox
from tests.flow.faulty import RETURN, decided, set_status
from tests.flow.house import House
from tests.waiting import until
from workers.running.sweep import LOCK, SWEEP_SECONDS, Sweeper, sweep

PROMISED = 2.0  # seconds


def rings(house: House, holder: str) -> set[str]:
    """What this sweeper rings for; polls are due whenever a minute has passed, and are not looked at here."""
    rung: list[str] = []
    sweep(house.work, rung.append, holder)
    return set(rung) - {"poll", "jobs"}


def due(house: House) -> str:
    ticket = house.write(RETURN)
    house.clock.advance(3)
    return ticket


def test_a_lost_ring_is_made_up_for_and_what_waits_sets_the_pause(house_on_both: House) -> None:
    house = house_on_both
    assert rings(house, "a") == set()
    due(house)
    assert rings(house, "a") == {"process"}
    assert house.process_only() and rings(house, "a") == {"deliver"}
    house.drain()
    assert rings(house, "a") == set()


def test_a_row_that_is_due_soon_is_looked_at_when_it_is_due(house: House) -> None:
    due(house)
    with house.db.write() as tx:
        tx.execute(inbox.update().values(next_at=house.clock() + 300_000))
    assert sweep(house.work, lambda name: None, "a") == pytest.approx(0.3)


def test_of_two_sweepers_one_rings_and_the_other_waits_for_the_end_of_the_lock(house_on_both: House) -> None:
    house = house_on_both
    due(house)
    assert rings(house, "a") == {"process"} and rings(house, "b") == set()
    assert sweep(house.work, lambda name: None, "b") == pytest.approx(SWEEP_SECONDS)
    assert rings(house, "a") == {"process"}, "who holds it may look again at any time"
    # Now the holder is dead.
    house.clock.advance(SWEEP_SECONDS)
    assert rings(house, "b") == {"process"}
    assert 2 * SWEEP_SECONDS <= PROMISED, (
        "a sweeper that just missed the lock, and the pause of the one who had it"
    )


def test_many_at_once_ring_once(house_on_both: House) -> None:
    house, rung = house_on_both, []
    due(house)
    together = threading.Barrier(5)

    def one(holder: str) -> None:
        together.wait(10)
        sweep(house.work, rung.append, holder)

    threads = [threading.Thread(target=one, args=(f"beat {n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert rung.count("process") == 1


def test_a_clock_that_is_set_back_does_not_leave_the_lock_closed(house: House) -> None:
    due(house)
    assert rings(house, "a") == {"process"}
    house.clock.advance(-3600)
    with house.db.write() as tx:
        tx.execute(inbox.update().values(next_at=house.clock()))
    assert rings(house, "b") == {"process"}


def test_without_beat_the_sweeper_of_any_worker_rings_within_two_seconds(house: House) -> None:
    """In real time: two workers' sweepers, one of which dies while it holds the lock."""
    house.clock.advance(60)
    rung: list[tuple[str, str]] = []
    first, second = (
        Sweeper(house.work, lambda name, who=who: rung.append((who, name))) for who in ("first", "second")
    )
    stop = threading.Event()

    def time_passes() -> None:
        before = time.monotonic()
        while not stop.wait(0.02):
            now = time.monotonic()
            house.clock.advance(now - before)
            before = now

    clock = threading.Thread(target=time_passes, daemon=True)
    clock.start()
    first.start()
    until(lambda: ("first", "poll") in rung, 10)
    first.stop()
    second.start()
    due(house)
    began = time.monotonic()
    until(lambda: ("second", "process") in rung, 10)
    waited = time.monotonic() - began
    second.stop()
    stop.set()
    clock.join(5)
    assert waited < PROMISED


def test_a_paused_desk_is_rung_for_by_nobody_and_found_when_it_is_active_again(house: House) -> None:
    due(house)
    set_status(house, "paused")
    assert rings(house, "a") == set()
    set_status(house, "active")
    assert rings(house, "a") == {"process"}


def test_what_a_dead_worker_held_at_a_paused_desk_rings_for_nobody_either(house: House) -> None:
    ticket = decided(house)
    with house.db.write() as tx:
        tx.execute(outbox.update().where(outbox.c.ticket == ticket).values(lease_until=1))
        tx.execute(inbox.update().values(state="working", lease_until=1))
    assert rings(house, "a") == {"process", "deliver"}
    set_status(house, "paused")
    assert rings(house, "a") == set()


def test_the_lock_is_one_row_however_often_it_is_taken(house: House) -> None:
    for n in range(5):
        house.clock.advance(2)
        rings(house, f"task {n}")
    with house.db.read() as tx:
        count = tx.execute(select(func.count()).select_from(marks).where(marks.c.name == LOCK)).scalar_one()
    assert count == 1
