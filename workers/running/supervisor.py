"""The supervisor: a process of its own beside every worker that sweeps and watches. It has no task to be busy
with and no broker to wait for.

Not a thread of the worker's parent: that one forks its pool, and a fork takes along locks that a thread
happens to hold, and open database connections that must not be used, nor even closed, on the other side.
"""
from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, bootsteps

from app.store.database import StoreBusy
from app.store.queues import inbox, outbox
from workers.running.broker import end_with_parent
from workers.running.pool_state import Pulse
from workers.work import Work

STOPPED_SECONDS = 60.0  # due rows and no ring answered for this long: the worker has stopped consuming
ASKS = 6  # questions within that time, each of which must find rows that are due
LOOK_SECONDS = 2.0
log = structlog.get_logger(__name__)


class Watchdog:
    """Told to look now and then; ends the worker when rows are due and its own pool, free to take one,
    answers no ring.

    Its own: beside a busy worker one that has stopped consuming would not be seen in the rows. A worker that
    has nothing to do is in order, and so is one whose every process is at a task. That rows are due must have
    been so at every one of ASKS questions in a row: a row that has just come up is nobody's fault, and
    neither is a machine that was asleep. `end` must not return.
    """

    def __init__(
        self, work: Work, pulse: Pulse, end: Callable[[], None], seconds: float = STOPPED_SECONDS
    ) -> None:
        self._work, self._pulse, self._end = work, pulse, end
        self._pause, self._asked_at, self._seen, self._hungry = (
            seconds / ASKS,
            time.monotonic(),
            pulse.last,
            0,
        )

    def look(self) -> bool:
        """True when the worker was ended."""
        if self._pulse.last != self._seen or self._pulse.all_busy():
            self._seen, self._hungry, self._asked_at = self._pulse.last, 0, time.monotonic()
            return False
        if time.monotonic() - self._asked_at < self._pause:
            return False
        self._asked_at = time.monotonic()
        self._hungry = self._hungry + 1 if self._somebody_could_work() else 0
        if self._hungry < ASKS:
            return False
        log.error(
            "rows are due and this worker answers no ring: it has stopped consuming and is ended",
            asked=self._hungry,
        )
        self._end()
        return True

    def _somebody_could_work(self) -> bool:
        now = self._work.clock()
        # Claimed and rolled back: the only question that knows what really can be taken.
        with self._work.db.read() as tx:
            return inbox.claim(tx, now, 1) is not None or outbox.claim(tx, now, 1) is not None


def end_worker(parent: int) -> None:
    """End a worker that does nothing: its pool first, so that no child outlives it; whoever supervises it
    starts a new one.

    By SIGKILL: a gentle end waits for the very loop that has stopped, and nothing is lost by it, since every
    row under way has a lease and is taken up again as after any crash. The process that attends ends with the
    parent.
    """
    for child in _children(parent):
        if child != os.getpid():
            _kill(child)
    _kill(parent)


def attend_with(app: Celery, pulse: Pulse, run: Callable[[int], None]) -> None:
    """Have the worker of this app start `run(parent's pid)` in a process of its own, and start it again
    should it end."""

    class Attendant(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.components:Timer",)

        def __init__(self, worker: Any, **more: Any) -> None:
            super().__init__(worker, **more)
            pulse.hold(worker.concurrency or 1)
            # Now, before the pool and the broker's connection: the new process shares neither.
            self.pid = _fork(run)

        def start(self, worker: Any) -> None:
            worker.timer.call_repeatedly(LOOK_SECONDS, self.look)

        def stop(self, worker: Any) -> None:
            _kill(self.pid)

        def look(self) -> None:
            try:
                ended, _ = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:
                ended = self.pid  # somebody else has collected it
            if ended:
                log.error("the process that sweeps has ended; a new one is started")
                self.pid = _fork(run)

    app.steps["worker"].add(Attendant)


def _fork(run: Callable[[int], None]) -> int:
    arrange, parent = end_with_parent(signal.SIGKILL), os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C: the parent drains first, and we end with it
        if arrange is not None:
            arrange()
        run(parent)
    except Exception:
        log.exception("the process that sweeps broke")
    finally:
        os._exit(1)  # nothing of the parent's own cleaning up is ours to run


def watch(watchdog: Watchdog, parent: int) -> None:
    """Look every LOOK_SECONDS for as long as the parent lives."""
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
        try:
            watchdog.look()
        except StoreBusy as error:
            log.warning("the watchdog could not read the database", error=str(error))
        except Exception as error:
            log.error("the watchdog could not look", error=type(error).__name__)


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []  # not Linux, or gone


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it has gone by itself
