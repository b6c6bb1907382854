"""One inbox row -> verdict -> outbox rows, in one transaction.

    claim ─▶ re-read ticket ─▶ read ─▶ (search) ─▶ decide ─▶ (queue, wait) ─▶ compose ─▶ ledger + outbox + ticket + row, at once

The delivery is a hint: everything is decided on the ticket as it is now.
"""
from __future__ import annotations

import structlog
from sqlalchemy import Row

from app.store import desks as desk_store
from app.store import inbox, policies, tickets
from app.store.desks import StoredDesk
from app.store.tickets import StoredTicket
from config.policy import Policy
from connectors.errors import ConnectorError
from connectors.records import Ticket
from workers.compose import compose
from workers.lease import LEASE_US, Heartbeat
from workers.poll import ask_for_sync
from workers.record import record
from workers.refusals import break_desk, refuses_us
from workers.situate import situate
from workers.take import Taken, take
from workers.work import Work

log = structlog.get_logger(__name__)
FIRST_BACKOFF, LONGEST_BACKOFF = 5_000_000, 600_000_000


def process_one(work: Work) -> bool:
    """Work on the next due inbox row, if there is one; True when there was."""
    taken = take(work)
    if taken is None:
        return False
    row = taken.row
    if taken.desk is None:
        _end(work, row, "bad", "its desk does not exist any more")
    elif taken.exhausted:
        _end(work, row, "bad", f"gave up after {row.attempts} tries and {row.crashes} crashes: open it in the console to replay it")
    elif row.subject == "article":
        _sync_knowledge(work, row)
    elif taken.held is not None:
        _process_ticket(work, taken, desk_store.opened(taken.desk, work.keys), taken.held)
    return True


def _process_ticket(work: Work, taken: Taken, desk: StoredDesk, held: StoredTicket) -> None:
    with Heartbeat(lambda: _renew(work, taken.row, held)):
        try:
            _decide_and_record(work, taken.row, desk, held, policies.parsed(*taken.policy))
        except ConnectorError as error:
            _desk_failed(work, taken.row, held, desk, error)


def _decide_and_record(work: Work, row: Row[tuple[object, ...]], desk: StoredDesk, held: StoredTicket, policy: Policy) -> None:
    read_at = work.clock()
    ticket: Ticket = work.desk(desk).ticket(row.subject_id)
    situated = situate(work, row, desk, held, policy, ticket, read_at)
    composed = compose(work, desk, policy, ticket, situated)
    record(work, row, desk, held, ticket, situated, composed, read_at)
    log.info("processed", desk=desk.id, ticket=ticket.id, verdict=type(situated.decision.verdict).__name__, effects=len(composed.planned))


def _sync_knowledge(work: Work, row: Row[tuple[object, ...]]) -> None:
    now = work.clock()
    with work.db.write() as tx:
        # One sync covers every article event that arrived before it starts.
        ask_for_sync(tx, row.tenant, work.new_id(), now)
        inbox.finish(tx, row.id, row.fence, "done", "help centre will be synced", now)
    work.ring()


def _desk_failed(work: Work, row: Row[tuple[object, ...]], held: StoredTicket, desk: StoredDesk, error: ConnectorError) -> None:
    log.warning("desk call failed", desk=desk.id, status=error.status, permanent=error.permanent)
    refused = error.status in (401, 403) and refuses_us(work, desk, error.status)
    if refused:
        break_desk(work, desk, error.status)
    now = work.clock()
    with work.db.write() as tx:
        tickets.release(tx, held.id, held.fence)
        if refused:
            inbox.put_back(tx, row.id, row.fence, now, count=False)
        elif error.status == 403 and error.permanent:
            # Nothing of the ticket is known, not even whom to hand it to: a person sees it among the dead letters.
            why = "the assistant's user may not see this ticket (403): give it access to the ticket's group or brand, or leave it to people"
            inbox.finish(tx, row.id, row.fence, "bad", why, now)
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
