"""A claimed row in a worker's hands: its lease is renewed while work goes on, and a crash of the work is
written down.

Renewed, a lease can be short, and so tell a dead worker from a slow one.
"""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Protocol

import structlog
from sqlalchemy import Connection

from app.store import tickets
from app.store.database import StoreBusy
from app.store.tickets import TicketRow
from connectors.clock import MINUTE
from workers.rows.error_place import where
from workers.work import Work

LEASE_US = 15_000_000
RENEW_SECONDS = 5.0
# microseconds until a row that a newer release wrote is offered again, to whichever host takes it then
OTHER_RELEASE = MINUTE
log = structlog.get_logger(__name__)


class Superseded(Exception):
    """Another worker has taken the row or the ticket meanwhile; nothing was written, and its work stands."""


class Claimed(Protocol):
    """A row of any queue, as its claim returned it."""

    @property
    def id(self) -> str: ...
    @property
    def fence(self) -> int: ...


class Queue(Protocol):
    """What `hold` needs of a queue: `app.store.queues.inbox`, `outbox` and `jobs` are three."""

    @property
    def renew(self) -> Callable[[Connection, str, int, int], bool]: ...


@contextmanager
def hold(work: Work, queue: Queue, row: Claimed, held: TicketRow | None,
         broke: Callable[[Connection, Exception, int], object]) -> Iterator[Heartbeat]:
    """Keep the row's lease, and the ticket's it is about, until the block ends; whoever claimed both does the
    work inside.

    What the work raises is not the fault of the other rows: it is logged, `broke` writes the crash down, and
    the block ends as if in order. Only StoreBusy and Superseded go on to the caller, as they are not the
    fault of this row either: its lease runs out, and it comes up again."""
    def renew() -> bool:
        until = work.clock() + LEASE_US
        with work.db.write() as tx:
            mine = queue.renew(tx, row.id, row.fence, until)
            return mine and (held is None or tickets.renew(tx, held.id, held.fence, until))

    try:
        with Heartbeat(renew) as heart:
            yield heart
    except (StoreBusy, Superseded):
        raise
    except Exception as error:
        log.error(
            "the work on a row broke",
            kind=type(row).__name__,
            row=row.id,
            error=type(error).__name__,
            where=where(error),
        )
        with work.db.write() as tx:
            if held is not None:
                tickets.release(tx, held.id, held.fence)
            broke(tx, error, work.clock())


class Heartbeat:
    """Calls `renew` every few seconds until the block ends. `renew` returns False when the lease is lost;
    `lost` then says so.

    Work that has lost its lease must not write: every state write carries the fence, and fails.
    """

    def __init__(self, renew: Callable[[], bool], every: float = RENEW_SECONDS) -> None:
        self._renew, self._every = renew, every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.lost = False

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every):
            try:
                held = self._renew()
            except Exception as error:
                # A renewal that cannot be written leaves the lease to run out; the fence then keeps us from
                # writing.
                log.warning("lease not renewed", error=type(error).__name__)
                continue
            if not held:
                self.lost = True
                return
