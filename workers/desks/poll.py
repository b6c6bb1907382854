"""The poll: the only source of what agents do, because the loop stop hides it from webhooks. It also finds
lost deliveries."""
from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog
from sqlalchemy import Connection

from app.store import desks as desk_store
from app.store import marks, sources, tickets
from app.store.desks import StoredDesk
from app.store.queues import inbox, jobs
from connectors.clock import MINUTE
from connectors.contract import ChangesBy
from connectors.errors import ConnectorError
from connectors.records import ChangedTicket, Status
from workers.desks.refusals import break_desk
from workers.work import Work

POLL_EVERY = MINUTE  # microseconds
SYNC_EVERY = 15 * MINUTE
LOCK = 120_000_000
PAGES_AT_ONCE = 5
HOW = "changes_by:"  # the mark of how a desk's changes are found
log = structlog.get_logger(__name__)


def due_desks(tx: Connection, now: int) -> Sequence[tuple[str, str]]:
    """(tenant, desk) of every active, installed desk that was not polled for a while."""
    return desk_store.not_polled_since(tx, now - POLL_EVERY)


def poll_due(work: Work) -> int:
    """Poll every desk whose turn it is; returns how many changed tickets were taken in."""
    with work.db.read() as tx:
        waiting = due_desks(tx, work.clock())
        syncs = syncs_due(tx, work.clock())
    if syncs:
        with work.db.write() as tx:
            ask_where_due(tx, syncs, work.new_id, work.clock())
    return sum(_poll_one(work, tenant, desk) for tenant, desk in waiting)


def _poll_one(work: Work, tenant: str, desk_id: str) -> int:
    now = work.clock()
    with work.db.write() as tx:
        if not marks.take(tx, f"poll:{desk_id}", work.new_id(), now, now + LOCK):
            return 0
        desk = desk_store.get(tx, tenant, desk_id, work.keys)
        assert desk is not None
        if desk.polled_at is not None and desk.polled_at > now - POLL_EVERY:
            marks.write(tx, f"poll:{desk_id}", "", 0)
            return 0  # another worker was faster
        # Counted before it is done: a desk whose answers break us is asked again in a minute, and holds up no
        # other desk.
        desk_store.polled(tx, tenant, desk_id, desk.poll_cursor, now)
    try:
        _see_gone(work, desk)
        return _take_in(work, desk)
    except ConnectorError as error:
        log.warning("poll failed", desk=desk_id, status=error.status, permanent=error.permanent)
        if error.status in (401, 403):
            break_desk(work, desk, error.status)
        return 0
    finally:
        with work.db.write() as tx:
            marks.write(tx, f"poll:{desk_id}", "", 0)


def _see_gone(work: Work, desk: StoredDesk) -> None:
    """Deleted tickets that the list of changed ones does not show: the links we gave out show nothing of them
    any more."""
    try:
        gone = work.desk(desk).gone_since(desk.poll_cursor)
    except ConnectorError as error:
        # A desk that refuses only this list is still polled; the ticket is found gone when it is read next.
        log.warning(
            "deleted tickets not listed", desk=desk.id, status=error.status, permanent=error.permanent
        )
        return
    if gone:
        with work.db.write() as tx:
            for ticket in gone:
                tickets.gone(tx, desk.tenant, desk.id, ticket)


def _take_in(work: Work, desk: StoredDesk) -> int:
    cursor, taken = desk.poll_cursor, 0
    for _ in range(PAGES_AT_ONCE):
        reader = work.desk(desk)
        changed, next_cursor = reader.changed_since(cursor, work.clock())
        now = work.clock()
        _say_how(work, desk, reader.changes_by)
        with work.db.write() as tx:
            taken += sum(_accept(work, tx, desk, ticket, now) for ticket in changed)
            # In one transaction with the rows: a crash repeats the page, and the rows' keys make that
            # harmless.
            desk_store.polled(tx, desk.tenant, desk.id, next_cursor, now)
        if not changed or next_cursor == cursor:
            break
        cursor = next_cursor
    return taken


def _say_how(work: Work, desk: StoredDesk, by: ChangesBy) -> None:
    """Tell the admin, on the desk's page and once in the log, when changes come by search: it needs no
    admin's right, and may be late."""
    with work.db.read() as tx:
        known = marks.read(tx, HOW + desk.id)
    if by == (known or ChangesBy.EXPORT):
        return
    if by is ChangesBy.SEARCH:
        why = "the assistant's user is not an admin: changed tickets are found by search, minutes late"
        log.warning("poll by search", desk=desk.id, why=why)
    with work.db.write() as tx:
        marks.write(tx, HOW + desk.id, by.value)


def _accept(work: Work, tx: Connection, desk: StoredDesk, changed: ChangedTicket, now: int) -> bool:
    known = tickets.find(tx, desk.tenant, desk.id, changed.id)
    if known is None and changed.status in (Status.DELETED, Status.CLOSED):
        return False  # ended before we ever met it
    if known is not None and changed.status is Status.DELETED:
        tickets.gone(tx, desk.tenant, desk.id, changed.id)
    # Our own write was the last change, or somebody acted within its second: the desk's stamps are no finer,
    # so it is looked up, once.
    own_at = changed.changed_at if known is not None and known.own_stamp == changed.stamp else None
    return inbox.accept_changed(
        tx, desk.tenant, desk.id, changed.id, changed.stamp, now, work.new_id(), own_at=own_at
    )


def ask_for_sync(tx: Connection, tenant: str, job_id: str, now: int) -> bool:
    """Ask for one sync of all sources of the tenant; False when one is already waiting or at work."""
    return jobs.ask(tx, tenant, job_id, "knowledge_sync", {}, now, now + 4 * SYNC_EVERY, f"sync:{tenant}")


def syncs_due(tx: Connection, now: int) -> Sequence[str]:
    """Tenants whose sources are to be read again, whatever their desks do: a folder has no desk, and a paused
    desk's pages are quoted by others."""
    return [
        tenant
        for tenant in sources.tenants(tx)
        if not now < marks.until(tx, _turn(tenant))[1] <= now + SYNC_EVERY
    ]


def ask_where_due(tx: Connection, tenants: Sequence[str], new_id: Callable[[], str], now: int) -> bool:
    """Ask for a sync of each tenant, unless somebody else has just done so; True when one was asked for."""
    mine = [t for t in tenants if marks.take(tx, _turn(t), new_id(), now, now + SYNC_EVERY, SYNC_EVERY)]
    asked = [ask_for_sync(tx, tenant, new_id(), now) for tenant in mine]
    return True in asked


def _turn(tenant: str) -> str:
    return f"sync:{tenant}"
