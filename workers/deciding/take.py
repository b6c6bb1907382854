"""Taking the next due inbox row, with all that its work starts from, in one transaction: it costs one commit,
not three.

What is taken is raw. Opening secrets and parsing a policy happen after the commit, so that what breaks them
counts as a try.
"""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from app.core.kinds import InboxKind
from app.core.sending.crashes import given_up, runs_alone
from app.store import desks as desk_store
from app.store import policies, tickets
from app.store.desks import DeskRow
from app.store.queues import inbox, outbox
from app.store.queues.rows import InboxRow
from app.store.tickets import TicketRow
from connectors.records import Subject
from workers.rows.lease import LEASE_US, TICKET_BUSY
from workers.work import Work

# microseconds between looks while our own writes are still on their way to the ticket
BEHIND_OWN_WRITES = 1_000_000
MAX_DESK_FAILURES = 40  # about five hours of a desk that does not answer


READ_CALLS = 2  # of reading one ticket: begun only when all of them may go, or the first would be wasted


@dataclass(frozen=True, slots=True)
class Taken:
    """A claimed row. `desk` is None when its desk is gone; `held` when there is no ticket to work on now: the
    row was put back."""

    row: InboxRow
    desk: DeskRow | None
    held: TicketRow | None
    policy: tuple[str, int]  # its YAML and version
    exhausted: bool = False


def take(work: Work, alone: str | None = None) -> Taken | None:
    """The next due row and, if it is about a ticket that may be worked on now, the ticket with its lease;
    None when nothing is due.

    `alone` is the id of a task that does nothing else: it takes a row whose work has broken before.
    """
    now = work.clock()
    with work.db.write() as tx:
        row = inbox.claim(tx, now, LEASE_US, alone)
        if row is None:
            return None
        policy = policies.newest(tx, row.tenant)
        desk = desk_store.row_of(tx, row.tenant, row.desk)
        exhausted = given_up(row.crashes, row.lone_runs) or row.attempts > MAX_DESK_FAILURES
        if desk is None or exhausted or row.subject == Subject.ARTICLE:
            return Taken(row, desk, None, policy, exhausted)
        wait_until = _not_yet(work, tx, row, now)
        if wait_until is None:
            held = tickets.lease(tx, row.tenant, row.desk, row.subject_id, now, LEASE_US, work.new_id())
            if held is not None:
                return Taken(row, desk, held, policy)
            wait_until = now + TICKET_BUSY
        inbox.put_back(tx, row.id, row.fence, wait_until, count=False)
        return Taken(row, desk, None, policy)


def _not_yet(work: Work, tx: Connection, row: InboxRow, now: int) -> int | None:
    """When to look again: the customer may still be writing, or our own words are still on their way."""
    if outbox.has_open(tx, row.desk, row.subject_id):
        # A later delivery of the same ticket waits behind an earlier one.
        return now + BEHIND_OWN_WRITES
    if not runs_alone(row.crashes, row.lone_runs) and inbox.breaks_others(tx, row.desk, row.subject_id):
        return now + BEHIND_OWN_WRITES
    # The poll may be faster than the customer's next message: what it finds is held back like the delivery it
    # ran ahead of.
    span = inbox.span_waiting(tx, row.desk, row.subject_id) if row.kind != InboxKind.ACT else None
    if span is None:
        return None
    oldest, newest = span
    settings = work.settings
    quiet_at = newest + int(settings.debounce_seconds * 1_000_000)
    latest = oldest + int(settings.debounce_cap_seconds * 1_000_000)
    due = min(quiet_at, latest)
    return due if due > now else None
