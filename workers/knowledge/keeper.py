"""Each host builds the newest index from the rows by itself, also when nobody asks it anything: a quiet host
must not fall behind.

A thread beside the worker looks; the building is done by a process of its own, because the worker's parent
forks and must stay free of faiss and its threads.
"""
from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.store import freshness, snapshots
from app.store.database import Database, StoreBusy
from connectors.clock import Clock
from workers.knowledge.search import build_snapshot

LOOK_SECONDS = 15.0
GRACE = 10_000_000  # microseconds a worker that has a question gets to build it first
BUILD_SECONDS = 900.0
log = structlog.get_logger(__name__)


def missing(db: Database, var: Path, now: int, grace: int = GRACE) -> list[tuple[str, str, str]]:
    """(tenant, visibility, snapshot) of each newest snapshot older than `grace` that this host has no index
    of."""
    with db.read() as tx:
        newest = snapshots.newest_of_each(tx)
    return [
        (tenant, visibility, snapshot)
        for (tenant, visibility), (snapshot, made_at) in sorted(newest.items())
        if made_at <= now - grace and snapshot not in freshness.built(var, tenant, visibility)
    ]


class IndexKeeper:
    """Looks until stopped. What fails is logged and tried again at the next look."""

    def __init__(
        self, db: Database, var: Path, clock: Clock, build: Callable[[str, str, str], None] | None = None
    ) -> None:
        self._db, self._var, self._clock = db, var, clock
        self._build = build or self._in_a_process
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="index-keeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()

    def look(self) -> None:
        """Build what is missing now."""
        for tenant, visibility, snapshot in missing(self._db, self._var, self._clock()):
            self._build(tenant, visibility, snapshot)

    def _run(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self.look()
            except (SQLAlchemyError, StoreBusy, OSError, subprocess.SubprocessError) as error:
                log.warning(
                    "the index could not be brought up to date; tried again soon", error=type(error).__name__
                )

    def _in_a_process(self, tenant: str, visibility: str, snapshot: str) -> None:
        # The database's address holds a password: by the environment, never on a command line.
        environment = {**os.environ, "CANDOR_KEEPER_DATABASE": self._db.url, "OMP_NUM_THREADS": "1"}
        words = [
            sys.executable,
            "-m",
            "workers.knowledge.keeper",
            str(self._var),
            tenant,
            visibility,
            snapshot,
        ]
        done = subprocess.run(
            words,
            env=environment,
            cwd=Path(__file__).resolve().parents[2],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=BUILD_SECONDS,
            check=False,
        )
        if done.returncode:
            log.warning("the index was not built", snapshot=snapshot, why=_kind_of(done.stderr))
        else:
            log.info("index built", snapshot=snapshot, visibility=visibility)


def _kind_of(said: str) -> str:
    """Of a traceback its last line's kind, of a sentence of ours the sentence."""
    last = said.strip().rpartition("\n")[2]
    return last.partition(":")[0][:100] if "Traceback" in said else last[:300]


def main() -> int:
    var, tenant, visibility, snapshot = sys.argv[1:]
    db = Database(os.environ["CANDOR_KEEPER_DATABASE"])
    if visibility not in snapshots.VISIBILITIES:
        sys.exit(f"visibility must be one of {', '.join(snapshots.VISIBILITIES)}, not {visibility!r}")
    # Without waiting: whoever holds the lock is building the same.
    build_snapshot(
        db, tenant, freshness.index_folder(Path(var), tenant) / visibility / snapshot, snapshot, wait=False
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
