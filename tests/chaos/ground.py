"""The house in real processes, by the commands of the Procfile: web, beat, groups of workers, a Redis and a
database of its own."""
from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import yaml
from honcho.environ import parse_procfile

from app.keys import load_keys
from app.store import policies
from app.store.database import DEFAULT_TENANT
from app.store.tables import inbox, outbox
from candor import make_work
from config.settings import load_settings
from connectors.clock import FileClock
from demo.policy import demo_policy
from demo.processes import Processes, demo_environment, free_port
from demo.scenes import HELP_CENTRE
from tests.bench.measure import tree
from tests.chaos.desks import DESKS, Stormy
from tests.services import ROOT, PostgresServer, postgres_programs
from tests.waiting import alive
from workers.desks.connect import connect
from workers.knowledge.embed import HashEmbedder
from workers.knowledge.run import sync_all
from workers.running.broker import EmbeddedRedis
from workers.running.first_start import prepare
from workers.work import Work

DESK = "larkfield"
# A worker lives for two seconds, so the debounce is short; `real` runs keep the shipped one.
DEBOUNCE, DEBOUNCE_CAP = 1.0, 4.0
QUICK = {"CANDOR_DEBOUNCE_SECONDS": str(DEBOUNCE), "CANDOR_DEBOUNCE_CAP_SECONDS": str(DEBOUNCE_CAP)}
APPS = {"candor": "tests.chaos.house_app:celery_app", "plain": "tests.chaos.plain:celery_app"}
WEBS = {"candor": "candor:web()", "plain": "tests.chaos.plain:web()"}
READY_SECONDS = 60.0


class _Kept(Processes):
    def running(self) -> list[subprocess.Popen[Any]]:
        """Those that have not ended."""
        return [process for _, process in self._running if process.poll() is None]


class Workers:
    """One worker after another, each started as the Procfile does. `pid` is the living one's, and that of its
    process group."""

    def __init__(self, ground: Ground, name: str) -> None:
        self._ground, self.name = ground, name
        self._ready = ground.place / f"ready-{name}"
        self._started = 0
        self.process: subprocess.Popen[Any] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def ready(self) -> bool:
        return self._ready.exists() and self._ready.read_text() == str(self.pid)

    def start(self) -> None:
        self._started += 1
        self._ready.unlink(missing_ok=True)
        command = f"CHAOS_READY={self._ready} {self._ground.command('worker')} --hostname {self.name}@%h"
        self.process = self._ground.processes.start(f"{self.name}-{self._started}", "sh", "-c", command)

    def kill(self) -> None:
        """The whole group at once: nobody is left to tell."""
        self.signal(signal.SIGKILL)
        assert self.process is not None
        self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


class Ground:
    """Where a run takes place. Everything in it was started by it and ends with it."""

    def __init__(self, place: Path, desk: Stormy, redis: EmbeddedRedis, work: Work, port: int, design: str,
                 environment: dict[str, str]) -> None:
        self.place, self.desk, self.redis, self.work, self.port = place, desk, redis, work, port
        self._design, self._shift = design, Path(environment["CANDOR_CLOCK_FILE"])
        self._procfile = parse_procfile((ROOT / "Procfile").read_text("utf-8")).processes
        self.processes = _Kept(place / "logs", environment)
        self.web: subprocess.Popen[Any] | None = None
        self.beat: subprocess.Popen[Any] | None = None
        self._number, self._web_name = 0, ""

    def command(self, name: str) -> str:
        """What the Procfile says, with the app of this run's design."""
        return (
            self._procfile[name]
            .replace("candor:celery_app", APPS[self._design])
            .replace("candor:web()", WEBS[self._design])
        )

    def start_web(self) -> None:
        self._number += 1
        self._web_name = f"web-{self._number}"
        self.web = self.processes.start(self._web_name, "sh", "-c", self.command("web"))

    def wait_for_web(self) -> None:
        assert self.web is not None
        self.processes.wait_for(self._web_name, f"http://127.0.0.1:{self.port}/readyz")

    def web_up(self) -> None:
        if self.web is None or self.web.poll() is not None:
            self.start_web()

    def beat_up(self) -> None:
        if self._design == "candor" and (self.beat is None or self.beat.poll() is not None):
            self._number += 1
            self.beat = self.processes.start(f"beat-{self._number}", "sh", "-c", self.command("beat"))

    def kill_process(self, process: subprocess.Popen[Any] | None) -> None:
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def kill_redis(self, *, wipe: bool = True) -> None:
        """Gone, and with `wipe` all that was queued with it; `start_redis` brings it back at the same
        address."""
        pid = self.redis.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while self.redis.pid is not None or alive(pid):
            time.sleep(0.01)
        for kept in self.redis.socket_path.parent.iterdir():
            if wipe or kept.name == "redis.sock":
                shutil.rmtree(kept) if kept.is_dir() else kept.unlink()

    def let_pass(self, seconds: float) -> None:
        """Move the one clock of the house and its desk. Only while nothing of ours runs: a living holder's
        lease would end under it."""
        self._shift.write_text(str(FileClock(self._shift).shift_seconds() + seconds))

    def lock_database(self, seconds: float) -> None:
        """Nobody else can write for so long; returns at once."""
        url = self.work.db.url
        hold = _hold_sqlite if url.startswith("sqlite") else _hold_postgres
        threading.Thread(target=hold, args=(url, seconds), daemon=True).start()

    def processes_of_run(self) -> list[int]:
        """Ids of all that runs now for this run, Redis and the database's server left out."""
        return [pid for process in self.processes.running() for pid in tree(process.pid)]

    def open_rows(self) -> int:
        with self.work.db.read() as tx:
            waiting = tx.execute(inbox.select().where(inbox.c.state.in_(("waiting", "working")))).all()
            going = tx.execute(
                outbox.select().where(outbox.c.state.in_(("ready", "sending", "unknown")))
            ).all()
        return len(waiting) + len(going)

    def rows(self, table: Any) -> list[Any]:
        with self.work.db.read() as tx:
            return list(tx.execute(table.select()).all())


@contextmanager
def open_ground(kind: str, database: str, seed: int, design: str = "candor", kept: Path | None = None, *,
                blind: bool = False, real: bool = False) -> Iterator[Ground]:
    """A connected desk with its help centre read, and nothing of ours running yet. `kept`: where logs and
    database stay afterwards. `real`: with the model and the debounce we ship."""
    with (
        TemporaryDirectory(prefix="chaos-") as made,
        EmbeddedRedis() as redis,
        _database(database, kept or Path(made)) as url,
    ):
        place, port = kept or Path(made), free_port()
        demo = {k: v for k, v in demo_environment(place, port, redis.url).items() if k not in QUICK}
        environment = demo | ({} if real else QUICK) | {
            "CANDOR_LOG_LEVEL": "info",
            "CANDOR_DATABASE_URL": url,
            "CANDOR_CLOCK_FILE": str(place / "shift"),
            "CHAOS_BLIND": "yes" if blind else "no",
            "CHAOS_MODEL": "real" if real else "hashed words",
        }
        environment["CANDOR_KEYS"] = _keys(place)
        work = make_work(load_settings(environment))
        if real:
            _share_models(place)
        else:
            work = _with_hashed_words(work)
        prepare(work.db, work.clock)
        policy = yaml.safe_load(demo_policy()) | {"modes": [{"mode": "send"}]}
        with work.db.write() as tx:
            policies.add(tx, DEFAULT_TENANT, yaml.safe_dump(policy), "chaos", "chaos", work.clock())
        started: list[int] = []
        with DESKS[kind](HELP_CENTRE, seed, work.clock) as desk:
            ground = Ground(place, desk, redis, work, port, design, environment)
            try:
                with ground.processes:
                    hook = f"http://127.0.0.1:{port}"
                    proven = connect(
                        work,
                        DEFAULT_TENANT,
                        DESK,
                        kind,
                        "Larkfield",
                        desk.given(),
                        desk.url,
                        hook,
                        lambda step: None,
                    )
                    assert proven, "the desk's guard was proven when it was connected"
                    sync_all(work, DEFAULT_TENANT, lambda text: None)
                    try:
                        yield ground
                    finally:
                        started = ground.processes_of_run()
            finally:
                _end_left_overs(started)
                work.db.close()


def _end_left_overs(pids: list[int]) -> None:
    """A pool's process whose parent was killed may still be at its last task, and a stopped one hears no
    SIGTERM."""
    for pid in pids:
        if alive(pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _with_hashed_words(work: Work) -> Work:
    embedder = HashEmbedder()
    return replace(work, embedder=lambda: embedder)


def _share_models(place: Path) -> None:
    """The converted model is the one every run on this machine shares."""
    shared = ROOT / "var" / "models"
    shared.mkdir(parents=True, exist_ok=True)
    (place / "models").symlink_to(shared)


def _keys(place: Path) -> str:
    """Keys for this run alone: a database given by URL makes none of its own."""
    load_keys(load_settings({"CANDOR_VAR": str(place / "keys-of-this-run")}))
    return (place / "keys-of-this-run" / "keys").read_text()


@contextmanager
def _database(kind: str, place: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{place}/candor.db"
        return
    programs = postgres_programs()
    if programs is None:
        raise RuntimeError(
            "PostgreSQL is not installed (Debian: apt-get install postgresql); --database sqlite does without"
        )
    server = PostgresServer(programs)
    try:
        server.start()
        yield server.create("chaos")
    finally:
        server.stop()


def _hold_sqlite(url: str, seconds: float) -> None:
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def _hold_postgres(url: str, seconds: float) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE inbox, outbox, tickets IN EXCLUSIVE MODE")
        time.sleep(seconds)
        connection.rollback()
