"""What the web process or a command asks of a worker: a row, polled by who asked."""
from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.kinds import WorkState
from app.core.sending.crashes import ALONE_AFTER, MAX_LONE_RUNS, runs_alone, vanished, witnessed
from app.store.database import AnyRow
from app.store.queues.inbox import CLAIM_TRIES, TAKE_OVER_SLACK
from app.store.queues.rows import JobRow
from app.store.tables import jobs

MAX_ATTEMPTS = 3


def ask(tx: Connection, tenant: str, job_id: str, kind: str, args: Mapping[str, object], now: int, expires: int,
        once: str | None = None) -> bool:
    """Ask for a job; False when one under the same `once` is already there."""
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    statement = maker(jobs).values(
        id=job_id, tenant=tenant, kind=kind, args=json.dumps(args, sort_keys=True), state=WorkState.WAITING, progress="", next_at=now,
        expires=expires, once=once, fence=0, lease_until=0, attempts=0, crashes=0, lone_runs=0, created_at=now,
    )
    if once:
        statement = statement.on_conflict_do_nothing(index_elements=["once"])
    # RETURNING, not the row count: that is not known for an INSERT on PostgreSQL.
    return tx.execute(statement.returning(jobs.c.id)).first() is not None


_ALONE = and_(jobs.c.crashes == ALONE_AFTER, jobs.c.lone_runs < MAX_LONE_RUNS)


def claim(tx: Connection, now: int, lease_us: int, alone: str | None = None) -> JobRow | None:
    """The next due job, leased with a new fence; None when nothing is due. `alone` as for the inbox: the id of a task of its own."""
    query = select(jobs).where(_due(now, _ALONE if alone else ~_ALONE)).order_by(jobs.c.next_at).limit(1)
    if tx.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    for _ in range(CLAIM_TRIES):
        row = tx.execute(query).first()
        if row is None:
            return None
        mine = update(jobs).where(jobs.c.id == row.id, jobs.c.fence == row.fence)
        crashes, lone_runs, crashed = row.crashes, row.lone_runs, row.state == WorkState.WORKING
        if crashed:
            dropped = vanished(crashes, lone_runs)
            crashes, lone_runs = dropped.crashes, dropped.lone_runs
            if dropped.rest or runs_alone(crashes, lone_runs) != bool(alone):
                tx.execute(mine.values(state=WorkState.WAITING, next_at=now + dropped.rest, lease_until=0, fence=row.fence + 1,
                                       crashes=crashes, lone_runs=lone_runs))
                continue
        claimed = tx.execute(
            mine.values(state=WorkState.WORKING, fence=row.fence + 1, attempts=row.attempts + (not crashed), lease_until=now + lease_us,
                        crashes=crashes, lone_runs=lone_runs, lone_task=alone).returning(jobs)
        ).first()
        return None if claimed is None else JobRow.from_row(claimed)
    return None


def broke(tx: Connection, job_id: str, fence: int, now: int) -> bool:
    """The job raised: count the crash and let it rest; False when the fence has moved on."""
    mine = and_(jobs.c.id == job_id, jobs.c.fence == fence, jobs.c.state == WorkState.WORKING)
    return _dropped(tx, tx.execute(select(jobs).where(mine)).first(), now)


def witness(tx: Connection, task: str, now: int) -> bool:
    """The process of a lone task died and its parent saw it: that is the third crash. False when the task held no job."""
    mine = and_(jobs.c.lone_task == task, jobs.c.state == WorkState.WORKING)
    return _dropped(tx, tx.execute(select(jobs).where(mine)).first(), now)


def _dropped(tx: Connection, row: AnyRow | None, now: int) -> bool:
    if row is None:
        return False
    dropped = witnessed(row.crashes, row.lone_runs)
    mine = update(jobs).where(jobs.c.id == row.id, jobs.c.fence == row.fence)
    return tx.execute(mine.values(state=WorkState.WAITING, next_at=now + dropped.rest, lease_until=0, fence=row.fence + 1,
                                  crashes=dropped.crashes)).rowcount == 1


def any_due(tx: Connection, now: int) -> bool:
    return tx.execute(select(jobs.c.id).where(_due(now, ~_ALONE)).limit(1)).first() is not None


def lone_due(tx: Connection, now: int) -> bool:
    """Whether a job that may only run alone is due."""
    query = select(jobs.c.id).where(jobs.c.state == WorkState.WAITING, jobs.c.next_at <= now, _ALONE).limit(1)
    return tx.execute(query).first() is not None


def _due(now: int, kind: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(and_(jobs.c.state == WorkState.WAITING, jobs.c.next_at <= now, kind),
               and_(jobs.c.state == WorkState.WORKING, jobs.c.lease_until < now - TAKE_OVER_SLACK))


def renew(tx: Connection, job_id: str, fence: int, lease_until: int) -> bool:
    """Stretch the lease; False when the job is somebody else's by now, or was ended."""
    mine = update(jobs).where(jobs.c.id == job_id, jobs.c.fence == fence, jobs.c.state == WorkState.WORKING)
    return tx.execute(mine.values(lease_until=lease_until)).rowcount == 1


def progress(tx: Connection, job_id: str, fence: int, text: str, lease_until: int) -> bool:
    mine = update(jobs).where(jobs.c.id == job_id, jobs.c.fence == fence)
    return tx.execute(mine.values(progress=text, lease_until=lease_until)).rowcount == 1


def finish(tx: Connection, job_id: str, fence: int, state: WorkState, result: Mapping[str, object]) -> bool:
    """`done` or `bad`. The `once` mark is given free, so that the same thing can be asked for again."""
    mine = update(jobs).where(jobs.c.id == job_id, jobs.c.fence == fence)
    return tx.execute(mine.values(state=state, result=json.dumps(result, sort_keys=True), once=None, lease_until=0)).rowcount == 1


def get(tx: Connection, tenant: str, job_id: str) -> JobRow | None:
    row = tx.execute(select(jobs).where(jobs.c.tenant == tenant, jobs.c.id == job_id)).first()
    return None if row is None else JobRow.from_row(row)


def put_back(tx: Connection, job_id: str, fence: int, next_at: int, why: str, *, count: bool = True) -> bool:
    """Let the job wait until `next_at`. With `count` False the claim does not use up one of its attempts."""
    values: dict[str, object] = {"state": WorkState.WAITING, "next_at": next_at, "progress": why, "lease_until": 0}
    if not count:
        values["attempts"] = jobs.c.attempts - 1
    return tx.execute(update(jobs).where(jobs.c.id == job_id, jobs.c.fence == fence).values(**values)).rowcount == 1
