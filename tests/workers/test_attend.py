"""The watchdog: it ends a worker that has stopped consuming, and no other."""
from __future__ import annotations

import os
import subprocess
import sys

from app.store.queues import inbox
from tests.flow.house import House
from tests.flow.test_deaths import RETURN
from tests.waiting import alive, until
from workers.deciding.process import process_one
from workers.running.pool_state import Pulse
from workers.running.supervisor import ASKS, Watchdog, end_worker


def dog(house: House, seconds: float = 0.0) -> tuple[Watchdog, Pulse, list[str]]:
    ended: list[str] = []
    pulse = Pulse()
    return Watchdog(house.work, pulse, lambda: ended.append("ended"), seconds), pulse, ended


def looks(watchdog: Watchdog, times: int = ASKS) -> bool:
    return any(watchdog.look() for _ in range(times))


def due(house: House, email: str = "maya@example.com") -> None:
    house.write(RETURN, email=email)
    house.clock.advance(3)


def test_due_rows_that_this_worker_does_not_take_end_it(house: House) -> None:
    watchdog, _, ended = dog(house)
    assert not looks(watchdog, 3 * ASKS), "nothing is due: an idle worker is in order"
    due(house)
    before = [(r.state, r.fence) for r in house.rows(inbox.inbox)]
    assert not looks(watchdog, ASKS - 1) and looks(watchdog, 1) and ended == ["ended"]
    assert [(r.state, r.fence) for r in house.rows(inbox.inbox)] == before, "it only looked"


def test_a_stuck_worker_is_seen_beside_one_that_works(house: House) -> None:
    stuck, _, ended = dog(house)
    well, pulse, spared = dog(house)
    for n in range(ASKS):
        due(house, f"customer{n}@example.com")
        due(house, f"other{n}@example.com")
        pulse.begin(0, 90.0)
        assert process_one(house.work), "the busy one takes a row, and there are more than it can take"
        pulse.end(0)
        assert not well.look() and stuck.look() == (n == ASKS - 1)
    assert (ended, spared) == (["ended"], [])


def test_a_row_that_has_only_just_come_up_ends_nobody(house: House) -> None:
    watchdog, _, ended = dog(house)
    for n in range(3 * ASKS):
        if n % ASKS == 0:
            house.drain()  # somebody else has taken it by the next question
        elif n % ASKS == ASKS - 1:
            due(house, f"customer{n}@example.com")
        assert not watchdog.look()
    assert ended == []


def test_a_ring_answered_within_the_minute_keeps_it(house: House) -> None:
    watchdog, pulse, ended = dog(house)
    due(house)
    for _ in range(3):
        assert not looks(watchdog, ASKS - 1)
        pulse.begin(1, 90.0)
        pulse.end(1)
        assert not watchdog.look()
    assert ended == []


def test_a_pool_with_nobody_free_is_not_stuck_until_its_limits_are_over(house: House) -> None:
    watchdog, pulse, ended = dog(house)
    due(house)
    pulse.hold(2)
    pulse.begin(0, 1500.0)
    pulse.begin(1, 90.0)
    assert not looks(watchdog, 3 * ASKS), "a job of twenty minutes and a ring: both are at work"
    pulse.begin(1, -1.0)
    assert looks(watchdog, ASKS + 1) and ended == ["ended"], (
        "the one is beyond its limit, and answers nothing"
    )


def test_the_minute_is_counted_in_questions_so_that_a_machine_that_slept_ends_nobody(house: House) -> None:
    watchdog, _, ended = dog(house, seconds=60.0)
    due(house)
    assert not looks(watchdog, 3 * ASKS) and ended == [], (
        "it asks every ten seconds, however often it is told to look"
    )


def test_rows_of_a_paused_desk_end_nobody(house: House) -> None:
    from tests.flow.faulty import set_status

    watchdog, _, ended = dog(house)
    due(house)
    set_status(house, "paused")
    assert not looks(watchdog, 3 * ASKS) and ended == []


def test_another_process_sees_the_pulse_at_once() -> None:
    pulse = Pulse()
    pulse.hold(1)
    child = os.fork()
    if child == 0:
        pulse.begin(0, 90.0)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert pulse.all_busy() and pulse.last > 0


def test_a_worker_is_ended_with_its_pool() -> None:
    code = (
        "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; "
        "time.sleep(60)']); "
        "print(p.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        end_worker(parent.pid)
        assert parent.wait(5) == -9
    until(lambda: not alive(child))
