"""Real processes: Redis, gunicorn, a Celery worker with two children. Both the worker and Redis are killed;
every ticket ends once."""
from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.core.sending.crashes import ALONE_AFTER
from app.store import policies
from app.store.database import DEFAULT_TENANT
from app.store.queues.leases import TAKE_OVER_SLACK
from app.store.tables import inbox, outbox
from candor import make_work
from config.settings import load_settings
from connectors.clock import SECOND, FileClock
from connectors.zendesk.sandbox import SandboxZendesk
from demo.policy import demo_policy
from demo.processes import Processes, demo_environment, free_port
from tests.flow.faulty import PERSON, PUT, RETURN
from tests.flow.house import DESK
from tests.waiting import alive, until
from workers.desks.connect import connect
from workers.knowledge.run import sync_all
from workers.rows.lease import LEASE_US
from workers.running.broker import EmbeddedRedis
from workers.running.celery_app import make_celery
from workers.running.first_start import prepare
from workers.work import Work

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "var" / "models"
GUNICORN = (
    "gunicorn",
    "--worker-class",
    "app.web.buffered_worker.BufferedWorker",
    "--no-control-socket",
    "--workers",
    "1",
    "--threads",
    "4",
    "--log-level",
    "warning",
)
CELERY = (
    "celery",
    "-A",
    "candor:celery_app",
    "worker",
    "--pool",
    "prefork",
    "--concurrency",
    "2",
    "--without-gossip",
    "--without-mingle",
    "--loglevel",
    "warning",
)
# Longer than a worker's longest life and the settle after it: what a killed worker left `sending` is looked
# at.
AFTER_A_KILL = 125


@dataclass
class Running:
    """The house in processes. One clock for all of them, the desk's as well."""

    work: Work
    desk: SandboxZendesk
    redis: EmbeddedRedis
    processes: Processes
    shift: Path
    logs: Path
    pids: list[int]

    def start_worker(self, name: str) -> int:
        pid = self.processes.start(name, sys.executable, "-m", *CELERY).pid
        self.pids.append(pid)
        return pid

    def kill_worker(self, pid: int) -> None:
        """The whole group at once, as a machine that loses power does."""
        self.pids += _children(pid)
        os.killpg(pid, signal.SIGKILL)
        until(lambda: not alive(pid))

    def kill_redis(self) -> None:
        """Gone with all that was queued, and back empty at the same address."""
        assert self.redis.pid is not None
        os.kill(self.redis.pid, signal.SIGKILL)
        until(lambda: self.redis.pid is None)
        for kept in self.redis.socket_path.parent.iterdir():
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
        self.redis.start()

    def let_pass(self, seconds: float) -> None:
        self.shift.write_text(str(FileClock(self.shift).shift_seconds() + seconds))

    def replies(self, ticket: int) -> list[dict[str, Any]]:
        return [r for r in self.desk.do.public_replies(ticket) if r["author_id"] == self.desk.assistant.id]

    def open_rows(self) -> int:
        with self.work.db.read() as tx:
            waiting = tx.execute(inbox.select().where(inbox.c.state.in_(("waiting", "working")))).all()
            going = tx.execute(
                outbox.select().where(outbox.c.state.in_(("ready", "sending", "unknown")))
            ).all()
        return len(waiting) + len(going)


@pytest.fixture
def running(tmp_path: Path, pages: Path) -> Iterator[Running]:
    port, shift = free_port(), tmp_path / "shift"
    shift.write_text("0")
    (tmp_path / "models").symlink_to(MODELS)
    with EmbeddedRedis() as redis:
        environment = demo_environment(tmp_path, port, redis.url) | {
            "CANDOR_CLOCK_FILE": str(shift),
            "CANDOR_DEBOUNCE_SECONDS": "0.5",
            "CANDOR_DEBOUNCE_CAP_SECONDS": "2",
            "CANDOR_LOG_LEVEL": "debug",
        }
        work = make_work(load_settings(environment))
        prepare(work.db, work.clock)
        with work.db.write() as tx:
            policies.add(tx, DEFAULT_TENANT, demo_policy(), "test", "test", work.clock())
        desk = SandboxZendesk(pages, clock=FileClock(shift)).start()
        pids: list[int] = []
        with Processes(tmp_path / "logs", environment) as processes:
            house = Running(work, desk, redis, processes, shift, tmp_path / "logs", pids)
            pids.append(
                processes.start(
                    "web", sys.executable, "-m", *GUNICORN, "--bind", f"127.0.0.1:{port}", "candor:web()"
                ).pid
            )
            processes.wait_for("web", f"http://127.0.0.1:{port}/readyz")
            given = {"subdomain": desk.account, "email": desk.email, "api_token": desk.token}
            hook = f"http://127.0.0.1:{port}"
            assert connect(
                work, DEFAULT_TENANT, DESK, "zendesk", "Larkfield", given, desk.url, hook, lambda step: None
            )
            sync_all(work, DEFAULT_TENANT, lambda text: None)
            yield house
            pids += [child for pid in list(pids) for child in _children(pid)]
        desk.stop()
        work.db.close()
    until(lambda: not any(alive(pid) for pid in pids), 5)


@pytest.mark.slow
def test_a_worker_killed_and_a_redis_lost_cost_nobody_an_answer_and_double_none(running: Running) -> None:
    house = running
    worker = house.start_worker("worker")
    house.desk.do.fault("X1", nth=2, **PUT)
    asked = [
        house.desk.do.customer_ticket(f"Customer {n}", f"customer{n}@example.com", "Shoes", RETURN)
        for n in range(8)
    ]
    wanting = [
        house.desk.do.customer_ticket(f"Other {n}", f"other{n}@example.com", "Help", PERSON) for n in range(4)
    ]
    assert house.desk.deliveries.wait_idle(10)

    until(lambda: sum(len(house.replies(t)) for t in (*asked, *wanting)) >= 3, 40)
    house.kill_worker(worker)
    assert house.open_rows() > 0, "the kill struck in the middle"
    house.let_pass(AFTER_A_KILL)
    house.start_worker("worker-again")
    before = sum(len(house.replies(t)) for t in (*asked, *wanting))
    until(lambda: sum(len(house.replies(t)) for t in (*asked, *wanting)) > before, 40)
    house.kill_redis()
    later = house.desk.do.customer_ticket("Late Lee", "late@example.com", "Shoes", RETURN)
    until(lambda: len(house.replies(later)) == 1, 40)
    house.let_pass(AFTER_A_KILL)  # Celery ends what its children are at when the broker is lost
    until(lambda: house.open_rows() == 0, 40)

    for ticket in (*asked, later):
        [reply] = house.replies(ticket)
        assert "within 30 days of delivery" in reply["plain_body"]
    for ticket in wanting:
        [note], [reply] = house.desk.do.notes(ticket), house.replies(ticket)
        assert note["id"] < reply["id"] and "You are in a person's queue" in reply["plain_body"]
    assert {r.state for r in _rows(house, outbox)} == {"sent"}
    assert {r.state for r in _rows(house, inbox)} == {"done"}
    said = "".join(log.read_text(errors="replace") for log in house.logs.glob("*.log"))
    assert "event=\"desk call\"" in said
    for secret in (house.desk.token, "unworn shoes", "example.com"):
        assert secret not in said, "logs hold ids and kinds of errors, never words or keys"


# A parser that takes its whole process with it, on one ticket only, and first writes down when; loaded by
# every Python of this house.
POISON = """
import os
import sys
from pathlib import Path

if any("celery" in argument for argument in sys.argv):
    from connectors.clock import SECOND, FileClock
    from workers.deciding import gather

    read = gather.read_ticket
    clock = FileClock(Path(os.environ["CANDOR_CLOCK_FILE"]))

    def read_ticket(ticket, *more):
        if "POISON" in ticket.subject:
            with open(os.environ["POISON_LOG"], "a") as log:
                log.write(f"{clock()}\\n")
            os.kill(os.getpid(), 9)
        return read(ticket, *more)

    gather.read_ticket = read_ticket
"""


def jump_over_waits(house: Running, ticket: int, deaths: Path) -> None:
    """Let the clock jump, but only where nobody works on the ticket: its holder has died among others, or it
    rests before it runs alone.

    A jump while a live process holds a row ends its lease, and would be counted as one more worker that
    vanished. How fast the machine gets from one step to the next must not decide that.
    """
    died = [int(line) for line in deaths.read_text().splitlines()]
    for row in (r for r in _rows(house, inbox) if r.subject_id == str(ticket)):
        now = house.work.clock()
        free_at = row.lease_until + TAKE_OVER_SLACK + 1
        # A lease that was taken or renewed after the last death is a living process's.
        dead = row.state == "working" and bool(died) and died[-1] >= row.lease_until - LEASE_US
        # The end of a lone run is seen by the worker itself, which then gives the row up: there is nothing to
        # wait for.
        if dead and row.lone_task is None and now < free_at:
            house.let_pass((free_at - now) / SECOND)
        elif row.state == "waiting" and row.crashes == ALONE_AFTER and now < row.next_at:
            house.let_pass((row.next_at - now) / SECOND)


@pytest.mark.slow
def test_a_ticket_that_kills_its_worker_ends_with_people_after_three_tries_while_others_flow(
    running: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, deaths = running, tmp_path / "deaths"
    deaths.write_text("")
    (tmp_path / "poisoned_celery.py").write_text(POISON + "\nfrom celery.__main__ import main\nmain()\n")
    command = (str(tmp_path / "poisoned_celery.py"), *CELERY[1:])
    house.processes._environment |= {"POISON_LOG": str(deaths), "PYTHONPATH": str(ROOT)}
    pid = house.processes.start("worker", sys.executable, *command).pid
    house.pids.append(pid)

    def passing(condition: Callable[[], bool]) -> None:
        until(lambda: jump_over_waits(house, poison, deaths) or condition(), 90)

    poison = house.desk.do.customer_ticket("Poison", "poison@example.com", "POISON", RETURN)
    for n in range(3):
        passing(lambda n=n: len(deaths.read_text().splitlines()) > n)
        fine = house.desk.do.customer_ticket(f"Customer {n}", f"customer{n}@example.com", "Shoes", RETURN)
        # No jumps here: this ticket's rows are in living hands.
        until(lambda fine=fine: len(house.replies(fine)) == 1, 60)
        until(lambda fine=fine: not _open_rows_of(house, fine), 60)
    passing(lambda: len(house.replies(poison)) == 1)
    passing(lambda: house.open_rows() == 0)
    # The poll's own row of the ticket may have broken a worker too, before the first was laid aside.
    assert 3 <= len(deaths.read_text().splitlines()) <= 4, "two tries among others, and one alone"
    [bad] = [r for r in _rows(house, inbox) if r.state == "bad"]
    assert (bad.crashes, bad.subject_id, bad.lone_runs) == (3, str(poison), 0)
    [note] = house.desk.do.notes(poison)
    assert "could not read this ticket" in note["plain_body"]
    assert "You are in a person's queue" in house.replies(poison)[0]["plain_body"]


IMPATIENT = """
from workers.running.supervisor import Watchdog

Watchdog.__init__.__defaults__ = (3.0,)
"""


@pytest.mark.slow
def test_a_worker_that_stops_consuming_is_ended_and_one_that_works_is_not(
    running: Running, tmp_path: Path
) -> None:
    house = running
    (tmp_path / "impatient_celery.py").write_text(IMPATIENT + "\nfrom celery.__main__ import main\nmain()\n")
    house.processes._environment |= {"PYTHONPATH": str(ROOT)}
    pid = house.processes.start(
        "worker", sys.executable, str(tmp_path / "impatient_celery.py"), *CELERY[1:]
    ).pid
    house.pids.append(pid)
    first = house.desk.do.customer_ticket("Ann", "ann@example.com", "Shoes", RETURN)
    until(lambda: len(house.replies(first)) == 1, 60)
    pool = _children(pid)
    house.pids += pool
    # It lives, it holds its connection, and it takes no ring any more.
    make_celery(house.redis.url).control.cancel_consumer("celery")
    asked = [
        house.desk.do.customer_ticket(f"Ben {n}", f"ben{n}@example.com", "Shoes", RETURN) for n in range(2)
    ]
    until(lambda: not alive(pid), 40)
    until(lambda: not any(alive(child) for child in pool), 5)
    assert "has stopped consuming" in (house.logs / "worker.log").read_text(errors="replace")
    house.start_worker("worker-again")
    until(lambda: all(len(house.replies(ticket)) == 1 for ticket in asked), 60)


@pytest.mark.slow
def test_the_process_that_sweeps_is_replaced_when_it_is_killed(running: Running) -> None:
    house = running
    worker = house.start_worker("worker")
    until(lambda: len(_children(worker)) == 3, 40)  # the one that sweeps, started first, and a pool of two
    sweeper = min(_children(worker))
    house.pids.append(sweeper)
    os.kill(sweeper, signal.SIGKILL)
    until(lambda: sweeper not in _children(worker) and len(_children(worker)) == 3, 40)
    house.kill_redis()
    ticket = house.desk.do.customer_ticket("Late Lee", "late@example.com", "Shoes", RETURN)
    until(lambda: len(house.replies(ticket)) == 1, 40)


def _open_rows_of(house: Running, ticket: int) -> list[Any]:
    own = [
        r for r in _rows(house, inbox) if r.subject_id == str(ticket) and r.state in ("waiting", "working")
    ]
    return own + [
        r
        for r in _rows(house, outbox)
        if r.ticket == str(ticket) and r.state in ("ready", "sending", "unknown")
    ]


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []  # it has ended


def _rows(house: Running, table: Any) -> list[Any]:
    with house.work.db.read() as tx:
        return list(tx.execute(table.select()).all())
