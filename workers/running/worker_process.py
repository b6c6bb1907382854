"""A worker as Celery runs it: its tasks, the process beside it that sweeps, and what is done when one of its
pool starts or dies.

The parent forks its pool. So whatever must not be shared over a fork, connections above all, is made after
it, or made and closed before.
"""
from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from billiard import current_process
from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import Celery
from celery.signals import (
    beat_init,
    celeryd_init,
    setup_logging,
    task_failure,
    task_postrun,
    task_prerun,
    worker_process_init,
)
from celery.worker import state

from app.core.reading.lexicon import compile_all
from app.store.database import WEB_BUSY_SECONDS, Database, StoreBusy
from config.settings import Settings
from config.wording import LANGUAGES, load_words
from connectors.clock import Clock
from workers.knowledge.keeper import IndexKeeper
from workers.running.bell import Bell
from workers.running.celery_app import make_celery
from workers.running.pool_state import Pulse
from workers.running.supervisor import Watchdog, attend_with, end_worker, watch
from workers.running.sweep import Sweeper
from workers.running.warm import warm_up
from workers.tasks import register, witness
from workers.work import Work

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Making:
    """How a process makes what it works with; `check_start` ends it with a sentence when it may not work on
    this database."""

    work: Callable[[Settings, Bell], Work]
    clock: Callable[[Settings], Clock]
    check_start: Callable[[Database], None]


def worker_app(settings: Settings, redis_url: str, making: Making) -> Celery:
    """The Celery app of workers and of beat."""
    app = make_celery(redis_url)
    process = WorkerProcess(app, settings, redis_url, making)
    register(app, process.work, process.bell.ring_now)
    attend_with(app, process.pulse, process.attend)
    process.listen()
    return app


class WorkerProcess:
    """Answers Celery's signals, in the parent and in each process of its pool."""

    def __init__(self, app: Celery, settings: Settings, redis_url: str, making: Making) -> None:
        self._app = app
        self._settings = settings
        self._redis_url = redis_url
        self._making = making
        self._built: dict[int, Work] = {}
        self.bell = Bell(app)
        self.pulse = Pulse()

    def work(self) -> Work:
        """What this process works with. One per process: connections and models made before a fork must not
        be used after it."""
        pid = os.getpid()
        if pid not in self._built:
            self._built.clear()
            self._built[pid] = self._making.work(self._settings, self.bell)
        return self._built[pid]

    def attend(self, parent: int) -> None:
        """The life of the process beside the pool; with a doorbell of its own, for the parent's connection is
        not shared."""
        bell = Bell(make_celery(self._redis_url))
        work = self._making.work(self._settings, bell)
        Sweeper(work, bell.ring_now).start()
        IndexKeeper(work.db, self._settings.var, work.clock).start()
        watch(Watchdog(work, self.pulse, lambda: end_worker(parent)), parent)

    def listen(self) -> None:
        listening = (
            (setup_logging, self._keep_our_log),
            (celeryd_init, self._check),
            (beat_init, self._check),
            (celeryd_init, self._compile_before_fork),
            (worker_process_init, self._start_warm),
            (task_prerun, self._begin),
            (task_postrun, self._end),
            (task_failure, self._bear_witness),
        )
        for signal, answer in listening:
            signal.connect(answer, weak=False)

    def _keep_our_log(self, **_: object) -> None:
        # Somebody must answer this signal, or Celery sets up a log of its own, at a level of its own.
        pass

    def _check(self, **_: object) -> None:
        # A connection of its own, closed again: what is open before the pool forks is shared with every
        # child.
        db = Database(self._settings.database_url)
        self._making.check_start(db)
        db.close()

    def _compile_before_fork(self, **_: object) -> None:
        compile_all(load_words(language) for language in LANGUAGES)

    def _start_warm(self, **_: object) -> None:
        self.pulse.end(_slot())
        # In a thread: Celery takes a child that needs more than four seconds here for dead.
        threading.Thread(target=lambda: warm_up(self.work()), name="warm", daemon=True).start()

    def _begin(self, task: Any, **_: object) -> None:
        self.pulse.begin(_slot(), task.time_limit or self._app.conf.task_time_limit)

    def _end(self, **_: object) -> None:
        self.pulse.end(_slot())

    def _bear_witness(self, task_id: str, exception: BaseException, **_: object) -> None:
        # In the parent, which outlived the process of the task. While we are told to stop, it is we who end
        # it.
        stopping = state.should_stop is not None or state.should_terminate is not None
        if stopping or not isinstance(exception, WorkerLostError | TimeLimitExceeded):
            return
        db = Database(self._settings.database_url, WEB_BUSY_SECONDS)  # closed again, as in `_check`
        try:
            witness(db, self._making.clock(self._settings), task_id)
        except StoreBusy as error:
            # Without a witness the crash is not counted: the row runs alone once more.
            log.warning("a crash could not be written down", error=str(error))
        finally:
            db.close()


def _slot() -> int:
    return getattr(current_process(), "index", 0)  # only a pool of processes numbers them
