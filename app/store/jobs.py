"""What the web process or a command asks of a worker: a row, polled by who asked."""
from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, Row, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.store.inbox import TAKE_OVER_SLACK
from app.store.tables import jobs

MAX_ATTEMPTS = 3


def ask(tx: Connection, tenant: str, job_id: str, kind: str, args: Mapping[str, object], now: int, expires: int,
        once: str | None = None) -> bool:
    """Ask for a job; False when one under the same `once` is already there."""
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    statement = maker(jobs).values(
        id=job_id, tenant=tenant, kind=kind, args=json.dumps(args, sort_keys=True), state="waiting", progress="", next_at=now,
        expires=expires, once=once, fence=0, lease_until=0, attempts=0, created_at=now,
    )
    if once:
        statement = statement.on_conflict_do_nothing(index_elements=["once"])
    # RETURNING, not the row count: that is not known for an INSERT on PostgreSQL.
    return tx.execute(statement.returning(jobs.c.id)).first() is not None


def claim(tx: Connection, now: int, lease_us: int) -> Row[tuple[object, ...]] | None:
    due = or_(and_(jobs.c.state == "waiting", jobs.c.next_at <= now),
              and_(jobs.c.state == "working", jobs.c.lease_until < now - TAKE_OVER_SLACK))
    query = select(jobs).where(due).order_by(jobs.c.next_at).limit(1)
    if tx.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    row = tx.execute(query).first()
    if row is None:
        return None
    return tx.execute(
        update(jobs).where(jobs.c.id == row.id, jobs.c.fence == row.fence)
        .values(state="working", fence=row.fence + 1, attempts=row.attempts + 1, lease_until=now + lease_us).returning(jobs)
    ).first()


def any_due(tx: Connection, now: int) -> bool:
    due = or_(and_(jobs.c.state == "waiting", jobs.c.next_at <= now),
              and_(jobs.c.state == "working", jobs.c.lease_until < now - TAKE_OVER_SLACK))
    return tx.execute(select(jobs.c.id).where(due).limit(1)).first() is not None


def progress(tx: Connection, job_id: str, fence: int, text: str, lease_until: int) -> bool:
    mine = update(jobs).where(jobs.c.id == job_id, jobs.c.fence == fence)
    return tx.execute(mine.values(progress=text, lease_until=lease_until)).rowcount == 1


def finish(tx: Connection, job_id: str, fence: int, state: str, result: Mapping[str, object]) -> bool:
    """`done` or `bad`. The `once` mark is given free, so that the same thing can be asked for again."""
    mine = update(jobs).where(jobs.c.id == job_id, jobs.c.fence == fence)
    return tx.execute(mine.values(state=state, result=json.dumps(result, sort_keys=True), once=None, lease_until=0)).rowcount == 1


def get(tx: Connection, tenant: str, job_id: str) -> Row[tuple[object, ...]] | None:
    return tx.execute(select(jobs).where(jobs.c.tenant == tenant, jobs.c.id == job_id)).first()


def put_back(tx: Connection, job_id: str, fence: int, next_at: int, why: str) -> bool:
    mine = update(jobs).where(jobs.c.id == job_id, jobs.c.fence == fence)
    return tx.execute(mine.values(state="waiting", next_at=next_at, progress=why, lease_until=0)).rowcount == 1
