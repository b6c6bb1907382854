"""One inbox row -> verdict -> outbox rows, in one transaction.

    claim ─▶ re-read ticket ─▶ read ─▶ (search) ─▶ decide ─▶ (queue, wait) ─▶ compose ─▶ ledger + outbox + ticket + row, at once

The delivery is a hint: everything is decided on the ticket as it is now.
"""
from __future__ import annotations

import structlog
from sqlalchemy import Row

from app.store import desks as desk_store
from app.store import inbox, outbox, policies, tickets
from app.store.desks import StoredDesk
from app.store.tickets import StoredTicket
from config.policy import Policy
from connectors.errors import ConnectorError
from connectors.records import Ticket
from workers.compose import compose
from workers.lease import LEASE_US, Heartbeat
from workers.poll import ask_for_sync
from workers.record import record
from workers.situate import situate
from workers.work import Work

log = structlog.get_logger(__name__)
BEHIND_OWN_WRITES = 1_000_000  # microseconds between looks while our own writes are still on their way to the ticket
TICKET_BUSY = 500_000
FIRST_BACKOFF, LONGEST_BACKOFF = 5_000_000, 600_000_000
MAX_DESK_FAILURES = 40  # about five hours of a desk that does not answer


def process_one(work: Work) -> bool:
    """Work on the next due inbox row, if there is one; True when there was."""
    now = work.clock()
    with work.db.write() as tx:
        row = inbox.claim(tx, now, LEASE_US)
    if row is None:
        return False
    desk = _desk(work, row)
    if desk is None:
        _end(work, row, "bad", "its desk does not exist any more")
    elif _exhausted(row):
        _end(work, row, "bad", f"gave up after {row.attempts} tries and {row.crashes} crashes: open it in the console to replay it")
    elif row.subject == "article":
        _sync_knowledge(work, row)
    else:
        _process_ticket(work, row, desk)
    return True


def _process_ticket(work: Work, row: Row[tuple[object, ...]], desk: StoredDesk) -> None:
    wait_until = _not_yet(work, row)
    if wait_until is not None:
        with work.db.write() as tx:
            inbox.put_back(tx, row.id, row.fence, wait_until, count=False)
        return
    now = work.clock()
    with work.db.write() as tx:
        held = tickets.lease(tx, row.tenant, desk.id, row.subject_id, now, LEASE_US, work.new_id())
        if held is None:
            inbox.put_back(tx, row.id, row.fence, now + TICKET_BUSY, count=False)
            return
        policy = policies.load(tx, row.tenant, policies.current_version(tx, row.tenant))
    with Heartbeat(lambda: _renew(work, row, held)):
        try:
            _decide_and_record(work, row, desk, held, policy)
        except ConnectorError as error:
            _desk_failed(work, row, held, desk, error)


def _decide_and_record(work: Work, row: Row[tuple[object, ...]], desk: StoredDesk, held: StoredTicket, policy: Policy) -> None:
    read_at = work.clock()
    ticket: Ticket = work.desk(desk).ticket(row.subject_id)
    situated = situate(work, row, desk, held, policy, ticket, read_at)
    composed = compose(work, desk, policy, ticket, situated)
    record(work, row, desk, held, ticket, situated, composed, read_at)
    log.info("processed", desk=desk.id, ticket=ticket.id, verdict=type(situated.decision.verdict).__name__, effects=len(composed.planned))


def _not_yet(work: Work, row: Row[tuple[object, ...]]) -> int | None:
    """When to look again: the customer may still be writing, or our own words are still on their way."""
    now = work.clock()
    with work.db.read() as tx:
        if outbox.has_open(tx, row.desk, row.subject_id):
            # A later delivery of the same ticket waits behind an earlier one.
            return now + BEHIND_OWN_WRITES
        span = inbox.span_waiting(tx, row.desk, row.subject_id) if row.kind == "delivery" else None
    if span is None:
        return None
    oldest, newest = span
    settings = work.settings
    quiet_at = newest + int(settings.debounce_seconds * 1_000_000)
    latest = oldest + int(settings.debounce_cap_seconds * 1_000_000)
    due = min(quiet_at, latest)
    return due if due > now else None


def _desk(work: Work, row: Row[tuple[object, ...]]) -> StoredDesk | None:
    with work.db.read() as tx:
        return desk_store.get(tx, row.tenant, row.desk, work.keys)


def _exhausted(row: Row[tuple[object, ...]]) -> bool:
    return row.crashes >= inbox.MAX_CRASHES or row.attempts > MAX_DESK_FAILURES


def _sync_knowledge(work: Work, row: Row[tuple[object, ...]]) -> None:
    now = work.clock()
    with work.db.write() as tx:
        # One sync covers every article event that arrived before it starts.
        ask_for_sync(tx, row.tenant, work.new_id(), now)
        inbox.finish(tx, row.id, row.fence, "done", "help centre will be synced", now)
    work.ring()


def _desk_failed(work: Work, row: Row[tuple[object, ...]], held: StoredTicket, desk: StoredDesk, error: ConnectorError) -> None:
    now = work.clock()
    log.warning("desk call failed", desk=desk.id, status=error.status, permanent=error.permanent)
    with work.db.write() as tx:
        tickets.release(tx, held.id, held.fence)
        if error.status in (401, 403):
            # Every further call would fail the same way: stop, keep every row, tell the admin on the desk's page.
            desk_store.set_status(tx, desk.tenant, desk.id, "broken", f"the desk refuses our key ({error.status}): connect it again")
            inbox.put_back(tx, row.id, row.fence, now, count=False)
        elif error.status in (404, 410):
            inbox.finish(tx, row.id, row.fence, "done", f"the desk has no such ticket any more: {error}", now)
        else:
            # Other refusals say something about us or the desk, not about the ticket: the row waits, and in the end a person sees it.
            wait = int((error.retry_after or 0) * 1_000_000) or min(FIRST_BACKOFF << min(row.attempts, 8), LONGEST_BACKOFF)
            inbox.put_back(tx, row.id, row.fence, now + wait, count=error.status != 429)


def _end(work: Work, row: Row[tuple[object, ...]], state: str, why: str) -> None:
    log.error("inbox row given up", row=row.id, desk=row.desk, why=why)
    with work.db.write() as tx:
        inbox.finish(tx, row.id, row.fence, state, why, work.clock())


def _renew(work: Work, row: Row[tuple[object, ...]], held: StoredTicket) -> bool:
    until = work.clock() + LEASE_US
    with work.db.write() as tx:
        return inbox.renew(tx, row.id, row.fence, until) and tickets.renew(tx, held.id, held.fence, until)
