"""Jobs: what the web process or a command may not do itself. Each kind is one function; a command calls the
same one in its own process."""
from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import structlog

from app.core.kinds import WorkState
from app.core.sending.crashes import given_up, why_given_up
from app.store.queues import jobs
from app.store.queues.rows import JobRow
from connectors.clock import MINUTE
from connectors.errors import ConnectorError
from workers.deciding.confidence import refit_all
from workers.knowledge.run import sync_all
from workers.rows.lease import LEASE_US, OTHER_RELEASE, hold
from workers.work import Work

RETRY_US = MINUTE
log = structlog.get_logger(__name__)
Progress = Callable[[str], None]
Job = Callable[[Work, str, Mapping[str, object], Progress], Mapping[str, object]]

def _knowledge_sync(
    work: Work, tenant: str, _args: Mapping[str, object], progress: Progress
) -> Mapping[str, object]:
    result = sync_all(work, tenant, progress)
    failed = [name for name, source in result.items() if source.get("again")]
    if failed:
        # All sources were read; the job is put back for these, which costs the others next to nothing.
        raise ConnectorError(f"{', '.join(failed)} could not be read yet")
    return result


KINDS: dict[str, Job] = {
    "knowledge_sync": _knowledge_sync,
    "refit": lambda work, tenant, args, progress: refit_all(work, tenant, progress),
}


def job_one(work: Work, alone: str | None = None) -> bool:
    """Run the next due job, if there is one; True when there was. `alone`: the id of a task of its own."""
    now = work.clock()
    with work.db.write() as tx:
        row = jobs.claim(tx, now, LEASE_US, alone)
    if row is None:
        return False
    # The lease lives as long as the process does, however long the job takes: nobody runs it a second time
    # meanwhile.
    with hold(work, jobs, row, None, lambda tx, error, now: jobs.broke(tx, row.id, row.fence, now)):
        _work_on(work, row, now)
    return True


def _work_on(work: Work, row: JobRow, now: int) -> None:
    if row.kind not in KINDS and row.expires >= now:
        with work.db.write() as tx:
            why = f"this release knows no job {row.kind!r}: finish the upgrade of this host"
            jobs.put_back(tx, row.id, row.fence, now + OTHER_RELEASE, why, count=False)
    elif row.kind not in KINDS:
        _finish(
            work,
            row,
            WorkState.BAD,
            {"error": f"no worker knew the job {row.kind!r}: finish the upgrade, then ask again"},
        )
    elif given_up(row.crashes, row.lone_runs):
        _finish(work, row, WorkState.BAD, {"error": why_given_up(row.crashes, row.lone_runs)})
    elif row.attempts > jobs.MAX_ATTEMPTS:
        _finish(work, row, WorkState.BAD, {"error": f"gave up after {jobs.MAX_ATTEMPTS} tries"})
    elif row.expires < now:
        _finish(
            work,
            row,
            WorkState.BAD,
            {"error": "nobody had time for it before it expired: is a worker running?"},
        )
    else:
        _run(work, row)


def _run(work: Work, row: JobRow) -> None:
    def progress(text: str) -> None:
        with work.db.write() as tx:
            jobs.progress(tx, row.id, row.fence, text, work.clock() + LEASE_US)

    try:
        result = KINDS[row.kind](work, row.tenant, json.loads(row.args), progress)
    except ConnectorError as error:
        log.warning("job failed at the desk", job=row.id, kind=row.kind, status=error.status)
        if error.permanent:
            _finish(work, row, WorkState.BAD, {"error": str(error)})
        else:
            with work.db.write() as tx:
                jobs.put_back(tx, row.id, row.fence, work.clock() + RETRY_US, str(error))
        return
    _finish(work, row, WorkState.DONE, result)


def _finish(work: Work, row: JobRow, state: WorkState, result: Mapping[str, object]) -> None:
    with work.db.write() as tx:
        jobs.finish(tx, row.id, row.fence, state, result)
