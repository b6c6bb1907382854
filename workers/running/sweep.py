"""The sweep: due rows are found within two seconds, whatever rang or did not ring.

Runs in beat and beside every worker, behind a lock in the database that ends when its holder would sweep
again: many hosts ask the database no more than one does, and when the holder dies the next one sweeps at that
same moment. Two at once would be harmless, too.
"""
from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from sqlalchemy import Connection

from app.store import echoes, marks, places, promises
from app.store.database import DEFAULT_TENANT, StoreBusy
from app.store.queues import inbox, jobs, outbox
from connectors.clock import DAY
from workers.desks.poll import ask_where_due, due_desks, syncs_due
from workers.work import Work

SWEEP_SECONDS = 1.0  # half of what is promised: a lock may just have been missed
MIN_SECONDS = 0.05
LOCK = "sweep"
_LONGEST = int(SWEEP_SECONDS * 1_000_000)
log = structlog.get_logger(__name__)


def sweep(work: Work, ring: Callable[[str], None], holder: str) -> float:
    """Ring for everything that is due, unless another holder has just done so; returns the seconds until it
    is worth looking again.

    At most SWEEP_SECONDS. The `holder` of the lock may sweep again at any time.
    """
    now = work.clock()
    with work.db.read() as tx:
        other, until = marks.until(tx, LOCK)
        if other != holder and now < until <= now + _LONGEST:
            return max(MIN_SECONDS, (until - now) / 1_000_000)
        next_inbox, next_outbox, orphans = (
            inbox.next_due(tx),
            outbox.next_due(tx),
            outbox.count_abandoned(tx, now),
        )
        abandoned, jobs_due = inbox.count_abandoned(tx, now), jobs.any_due(tx, now)
        polls, syncs = due_desks(tx, now), syncs_due(tx, now)
        alone, alone_job = inbox.lone_due(tx, now) or outbox.lone_due(tx, now), jobs.lone_due(tx, now)
    ahead = [(at - now) / 1_000_000 for at in (next_inbox, next_outbox) if at is not None and at > now]
    pause = max(MIN_SECONDS, min([SWEEP_SECONDS, *ahead]))
    with work.db.write() as tx:
        if not marks.take(tx, LOCK, holder, now, now + int(pause * 1_000_000), _LONGEST):
            return pause  # another was faster
        promises.lapse(tx, DEFAULT_TENANT, now)
        jobs_due = _ask_for_refit(tx, work, now) or jobs_due
        jobs_due = (ask_where_due(tx, syncs, work.new_id, now) if syncs else False) or jobs_due
    if abandoned or (next_inbox is not None and next_inbox <= now):
        ring("process")
    if orphans or (next_outbox is not None and next_outbox <= now):
        ring("deliver")
    if jobs_due:
        ring("jobs")
    if polls:
        ring("poll")
    if alone:
        ring("alone")
    if alone_job:
        ring("alone_job")
    return pause


def _ask_for_refit(tx: Connection, work: Work, now: int) -> bool:
    """Once a day what is over is forgotten, and the desks' confidence fitted anew; True when that was asked
    for just now."""
    day = now // DAY
    if marks.read(tx, "refit") == str(day):
        return False
    marks.write(tx, "refit", str(day))
    places.forget(tx, now)
    echoes.forget(tx, now)
    return jobs.ask(tx, DEFAULT_TENANT, work.new_id(), "refit", {}, now, now + DAY, once=f"refit:{day}")


class Sweeper:
    """Sweeps in a thread until stopped. A sweep that fails is tried again: it is the last thing that may give
    up."""

    def __init__(self, work: Work, ring: Callable[[str], None]) -> None:
        self._work, self._ring, self._holder = work, ring, work.new_id()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def _run(self) -> None:
        pause = MIN_SECONDS
        while not self._stop.wait(pause):
            try:
                pause = sweep(self._work, self._ring, self._holder)
            except StoreBusy as error:
                log.warning("sweep could not read the database", error=str(error))
                pause = SWEEP_SECONDS
            except Exception:
                log.exception("sweep failed")
                pause = SWEEP_SECONDS
