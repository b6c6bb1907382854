"""Jobs: what the web process or a command may not do itself. Each kind is one function; a command calls the same one in its own process."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import structlog
from sqlalchemy import Row

from app.store import jobs
from connectors.errors import ConnectorError
from workers.knowledge.run import sync_all
from workers.work import Work

LEASE_US = 120_000_000  # renewed with each word of progress
RETRY_US = 60_000_000
log = structlog.get_logger(__name__)
Progress = Callable[[str], None]
Job = Callable[[Work, str, Mapping[str, object], Progress], Mapping[str, object]]

KINDS: dict[str, Job] = {"knowledge_sync": lambda work, tenant, args, progress: sync_all(work, tenant, progress)}


def job_one(work: Work) -> bool:
    """Run the next due job, if there is one; True when there was."""
    now = work.clock()
    with work.db.write() as tx:
        row = jobs.claim(tx, now, LEASE_US)
    if row is None:
        return False
    if row.kind not in KINDS:
        _finish(work, row, "bad", {"error": f"this release knows no job {row.kind!r}: finish the upgrade"})
    elif row.attempts > jobs.MAX_ATTEMPTS:
        _finish(work, row, "bad", {"error": f"gave up after {jobs.MAX_ATTEMPTS} tries"})
    elif row.expires < now:
        _finish(work, row, "bad", {"error": "nobody had time for it before it expired: is a worker running?"})
    else:
        _run(work, row)
    return True


def _run(work: Work, row: Row[tuple[object, ...]]) -> None:
    def progress(text: str) -> None:
        with work.db.write() as tx:
            jobs.progress(tx, row.id, row.fence, text, work.clock() + LEASE_US)

    try:
        result = KINDS[row.kind](work, row.tenant, json.loads(row.args), progress)
    except ConnectorError as error:
        log.warning("job failed at the desk", job=row.id, kind=row.kind, status=error.status)
        if error.permanent:
            _finish(work, row, "bad", {"error": str(error)})
        else:
            with work.db.write() as tx:
                jobs.put_back(tx, row.id, row.fence, work.clock() + RETRY_US, str(error))
        return
    _finish(work, row, "done", result)


def _finish(work: Work, row: Row[tuple[object, ...]], state: str, result: Mapping[str, object]) -> None:
    with work.db.write() as tx:
        jobs.finish(tx, row.id, row.fence, state, result)
