"""Knowledge as a worker uses it: one search per process and tenant, and the sync of all its sources."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import OperationalError

from app.core.verdicts import Findings
from app.store import desks as desk_store
from app.store import marks, sources
from app.store.database import Database, StoreBusy
from app.store.sources import SourceRow
from config.wording import LANGUAGES
from connectors.badrows import WHY_MAX, one_line
from connectors.contract import Knowledge
from connectors.errors import ConnectorError
from connectors.sources import FolderSource, JsonlSource, SourceError
from workers.knowledge.embed import Embedder
from workers.knowledge.search import NotReady, Searcher
from workers.knowledge.sync import Progress, shown, sync
from workers.rows.error_place import where

if TYPE_CHECKING:
    from workers.work import Work

HOLD = 120_000_000  # microseconds a sync may be silent before another one takes its place
WAIT_SECONDS = 0.5
log = structlog.get_logger(__name__)


class Finder:
    """A searcher that says honestly that it has nothing, before the first sync; and which languages its model
    understands."""

    def __init__(self, db: Database, tenant: str, var: Path, embedder: Embedder, model: str) -> None:
        self._searcher = Searcher(db, tenant, var, embedder)
        # the warm-up and the first ticket may come at once, and a searcher is for one thread
        self._lock = threading.Lock()
        # The bundled model was trained on English alone; a multilingual one says so in its name.
        self.languages = frozenset(LANGUAGES if "multilingual" in model.lower() else ("en",))

    def search(self, question: str, *, visibility: str = "public", k: int = 8) -> Findings:
        try:
            with self._lock:
                return self._searcher.search(question, visibility=visibility, k=k)
        except NotReady as error:
            log.warning("nothing to search", why=str(error))
            return Findings((), 0.0, "none", articles=0)

    def prepare(self) -> None:
        """Load the index and the model now, so that the first customer does not wait for them."""
        self.search("a first question, asked by nobody")


class SyncBusy(ConnectorError):
    """Another process syncs the same tenant right now."""


def sync_all(
    work: Work, tenant: str, progress: Callable[[str], None], *, wait: bool = False
) -> Mapping[str, Mapping[str, object]]:
    """Sync every source of the tenant; returns what changed by source. One source that cannot be read stops
    none of the others: its entry is {error, again}, `again` when another try may do.

    One sync at a time: another one waits when `wait` is set (a command), else SyncBusy is raised (a job,
    which is then put back).
    """
    holder = work.new_id()
    while not _hold(work, tenant, holder):
        if not wait:
            raise SyncBusy("another sync is at work")
        time.sleep(WAIT_SECONDS)

    def told(text: str) -> None:
        _hold(work, tenant, holder)
        progress(text)

    try:
        return _sync_each(work, tenant, told)
    finally:
        with work.db.write() as tx:
            marks.write(tx, f"syncing:{tenant}", "", 0)


def _hold(work: Work, tenant: str, holder: str) -> bool:
    now = work.clock()
    with work.db.write() as tx:
        return marks.take(tx, f"syncing:{tenant}", holder, now, now + HOLD)


def _sync_each(
    work: Work, tenant: str, progress: Callable[[str], None]
) -> Mapping[str, Mapping[str, object]]:
    with work.db.read() as tx:
        rows = sources.every(tx, tenant)
    if rows:
        work.embedder()  # a model that is missing is no source's fault: said once, in its own words
    return {_name(row): _sync_one(work, tenant, row, progress) for row in rows}


def _sync_one(
    work: Work, tenant: str, row: SourceRow, progress: Callable[[str], None]
) -> Mapping[str, object]:
    try:
        tell = _steps_of(_name(row), progress)
        return shown(
            sync(work.db, tenant, row, source_of(work, tenant, row), work.embedder(), work.clock, tell)
        )
    except (StoreBusy, OperationalError):
        raise  # the database's trouble is everybody's
    except SourceError as error:
        why, again = str(error), False
    except ConnectorError as error:
        why, again = f"the desk said: {error}", not error.permanent
    except Exception as error:
        # Whatever it is, the other sources are read: what they have withdrawn must not go on answering.
        log.warning("source not synced", source=row.id, error=type(error).__name__, at=where(error))
        why, again = f"could not be read ({type(error).__name__} at {where(error)})", False
    failed = {"error": one_line(why, WHY_MAX), "again": again}
    log.warning("source not synced", source=row.id, again=again)
    with work.db.write() as tx:
        sources.failed(tx, tenant, row.id, failed)
    return failed


def _steps_of(name: str, progress: Callable[[str], None]) -> Progress:
    def tell(step: str, done: int, total: int | None) -> None:
        progress(f"{name}: {step} {done}{f' of {total}' if total else ''}")

    return tell


def source_of(work: Work, tenant: str, row: SourceRow) -> Knowledge:
    """Where the articles of this source are read. Raises SourceError when its desk is gone."""
    if row.kind == "folder":
        return FolderSource(Path(row.location), row.base_url)
    if row.kind == "jsonl":
        return JsonlSource(Path(row.location), row.base_url)
    with work.db.read() as tx:
        desk = desk_store.get(tx, tenant, row.desk or "", work.keys)
    if desk is None:
        raise SourceError(f"its desk {row.desk!r} does not exist any more: remove the source")
    return work.connector(desk.kind).knowledge(desk.connection, work.clock)


def _name(row: SourceRow) -> str:
    return f"help centre of {row.desk}" if row.kind == "desk" else row.location
