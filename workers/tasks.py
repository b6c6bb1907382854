"""Celery tasks of three lines. They take no payload: what is due stands in the database, and the oldest due
desk goes first."""
from __future__ import annotations

import time
from collections.abc import Callable

from celery import Celery, Task

from app.store.database import Database
from app.store.queues import inbox, outbox
from app.store.queues import jobs as jobs_store
from workers.deciding.process import process_one
from workers.desks.poll import poll_due
from workers.jobs import job_one
from workers.rows.lease import Superseded
from workers.running.sweep import sweep
from workers.sending.deliver import deliver_one
from workers.work import Work

MAX_ROWS = 50  # of one ring; the next ring goes on, and other tasks get their turn between
# And this long: a row that is begun must end before the soft time limit, which would count as a crash of that
# row.
DRAIN_SECONDS = 20.0


def register(app: Celery, work: Callable[[], Work], ring: Callable[[str], None]) -> None:
    """Give the app its tasks. `work` is called inside the worker process, after the fork."""

    @app.task(name="candor.process")
    def process() -> None:
        _drain(lambda: process_one(work()))

    @app.task(name="candor.deliver")
    def deliver() -> None:
        _drain(lambda: deliver_one(work()))

    # Early ack: longer than the visibility timeout, a late one would come again and again while it runs. The
    # row is the truth.
    @app.task(name="candor.jobs", soft_time_limit=1500, time_limit=1700, acks_late=False)
    def jobs() -> None:
        job_one(work())

    # One row and nothing else, so that a death of this process speaks of that row; its parent is the witness
    # (`running/worker_process.py`).
    @app.task(name="candor.alone", bind=True)
    def alone(task: Task) -> None:
        one_alone(work(), task.request.id)

    @app.task(name="candor.alone_job", bind=True, soft_time_limit=1500, time_limit=1700, acks_late=False)
    def alone_job(task: Task) -> None:
        job_one(work(), task.request.id)

    @app.task(name="candor.poll")
    def poll() -> None:
        poll_due(work())

    @app.task(name="candor.sweep")
    def sweep_once() -> None:
        # a holder of its own: behind a second beat, or a worker's own sweep, it does nothing
        sweep(work(), ring, work().new_id())


def one_alone(work: Work, task: str) -> bool:
    """Work on one row that may only run alone; True when there was one."""
    try:
        return process_one(work, task) or deliver_one(work, task)
    except Superseded:
        return True


def witness(db: Database, clock: Callable[[], int], task: str) -> bool:
    """Called by a parent that outlived the process of a lone task: the row it held has had its third
    crash."""
    with db.write() as tx:
        return any(store.witness(tx, task, clock()) for store in (inbox, outbox, jobs_store))


def _drain(one: Callable[[], bool], seconds: float = DRAIN_SECONDS) -> None:
    ends = time.monotonic() + seconds
    for _ in range(MAX_ROWS):
        if time.monotonic() > ends:
            return
        try:
            if not one():
                return
        except Superseded:
            # Somebody else holds the row by now and writes its end; ours was not written.
            continue
