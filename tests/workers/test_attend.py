"""The watchdog: it ends a worker that has stopped consuming, and no other."""
from __future__ import annotations

import subprocess
import sys

from app.store import inbox, jobs
from tests.flow.house import House
from tests.flow.test_deaths import RETURN
from tests.waiting import alive, until
from workers.attend import Watchdog, end_worker
from workers.process import process_one

pytest_plugins = ("tests.flow.conftest",)


def dog(house: House) -> tuple[Watchdog, list[str]]:
    ended: list[str] = []
    return Watchdog(house.work, lambda: ended.append("ended"), seconds=0.0), ended


def test_due_rows_that_nobody_claims_end_the_worker(house: House) -> None:
    watchdog, ended = dog(house)
    assert not watchdog.look(), "nothing is due"
    house.write(RETURN)
    house.clock.advance(3)
    before = [(r.state, r.fence) for r in house.rows(inbox.inbox)]
    assert watchdog.look() and ended == ["ended"]
    assert [(r.state, r.fence) for r in house.rows(inbox.inbox)] == before, "it only looked"


def test_a_claim_within_the_minute_keeps_it(house: House) -> None:
    ended: list[str] = []
    watchdog = Watchdog(house.work, lambda: ended.append("ended"), seconds=60.0)
    house.write(RETURN)
    house.clock.advance(3)
    assert not watchdog.look() and process_one(house.work) and not watchdog.look()
    assert ended == []


def test_rows_of_a_paused_desk_and_a_long_job_end_nobody(house: House) -> None:
    from tests.flow.faulty import set_status

    watchdog, ended = dog(house)
    house.write(RETURN)
    house.clock.advance(3)
    set_status(house, "paused")
    assert not watchdog.look()
    set_status(house, "active")
    with house.db.write() as tx:
        jobs.ask(tx, "default", "j1", "knowledge_sync", {}, house.clock(), house.clock() + 10**9)
        assert jobs.claim(tx, house.clock(), 15_000_000) is not None
    assert not watchdog.look() and ended == []


def test_a_worker_is_ended_with_its_pool() -> None:
    code = ("import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
            "print(p.pid, flush=True); time.sleep(60)")
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        end_worker(parent.pid)
        assert parent.wait(5) == -9
    until(lambda: not alive(child))
