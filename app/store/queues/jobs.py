"""What the web process or a command asks of a worker: a row, polled by who asked."""
from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.kinds import WorkState
from app.store.queues.leases import Leases
from app.store.queues.rows import JobRow
from app.store.tables import jobs

MAX_ATTEMPTS = 3


_ROWS = Leases(
    jobs, JobRow.from_row, waits=jobs.c.state == WorkState.WAITING, held=jobs.c.state == WorkState.WORKING,
    waiting={"state": WorkState.WAITING}, working={"state": WorkState.WORKING},
)
claim, renew, broke, witness = _ROWS.claim, _ROWS.renew, _ROWS.broke, _ROWS.witness
lone_due = _ROWS.lone_due

# Without a `once` nothing is in its way. RETURNING, not the row count: that is not known for an INSERT on
# PostgreSQL.
_ASK = {
    name: maker(jobs).on_conflict_do_nothing(index_elements=["once"]).returning(jobs.c.id)
    for name, maker in (("sqlite", sqlite_insert), ("postgresql", pg_insert))
}


def ask(
    tx: Connection,
    tenant: str,
    job_id: str,
    kind: str,
    args: Mapping[str, object],
    now: int,
    expires: int,
    once: str | None = None,
) -> bool:
    """Ask for a job; False when one under the same `once` is already there."""
    row = {
        "id": job_id,
        "tenant": tenant,
        "kind": kind,
        "args": json.dumps(args, sort_keys=True),
        "state": WorkState.WAITING,
        "progress": "",
        "next_at": now,
        "expires": expires,
        "once": once or None,
        "created_at": now,
    }
    return tx.execute(_ASK[tx.dialect.name], row).first() is not None


def any_due(tx: Connection, now: int) -> bool:
    """Whether a job that needs no task of its own is due, or was left by a worker that vanished."""
    at = _ROWS.next_due(tx)
    return (at is not None and at <= now) or _ROWS.count_abandoned(tx, now) > 0


def progress(tx: Connection, job_id: str, fence: int, text: str, lease_until: int) -> bool:
    """Tell whoever waits how far the job is, and keep it longer; False when it is not at work any more."""
    return renew(tx, job_id, fence, lease_until) and _ROWS.write(tx, job_id, fence, {"progress": text})


def put_back(tx: Connection, job_id: str, fence: int, next_at: int, why: str, *, count: bool = True) -> bool:
    """Let the job wait until `next_at`, as `Leases.put_back` has it; `why` is for whoever waits."""
    return _ROWS.put_back(tx, job_id, fence, next_at, count=count, progress=why)


def finish(tx: Connection, job_id: str, fence: int, state: WorkState, result: Mapping[str, object]) -> bool:
    """`done` or `bad`. The `once` mark is given free, so that the same thing can be asked for again."""
    ended = {"state": state, "result": json.dumps(result, sort_keys=True), "once": None, "lease_until": 0}
    return _ROWS.write(tx, job_id, fence, ended)


def get(tx: Connection, tenant: str, job_id: str) -> JobRow | None:
    row = tx.execute(select(jobs).where(jobs.c.tenant == tenant, jobs.c.id == job_id)).first()
    return None if row is None else JobRow.from_row(row)
