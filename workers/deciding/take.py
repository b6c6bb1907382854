"""Taking the next due inbox row, with all that its work starts from, in one transaction: it costs one commit,
not three.

What is taken is raw. Opening secrets and parsing a policy happen after the commit, so that what breaks them
counts as a try.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from app.core.deciding.taking import (
    Arrived,
    Ask,
    AskStanding,
    Lease,
    Pace,
    PutBack,
    Standing,
    Steps,
    taking,
)
from app.core.kinds import InboxKind
from app.core.sending.crashes import given_up, runs_alone
from app.store import desks as desk_store
from app.store import policies, tickets
from app.store.desks import DeskRow
from app.store.queues import inbox, outbox
from app.store.queues.rows import InboxRow
from app.store.tickets import TicketRow
from connectors.records import Subject
from workers.rows.lease import LEASE_US
from workers.work import Work

KINDS, SUBJECTS = frozenset(InboxKind), frozenset(Subject)
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
    going: tuple[Steps, Ask] | None = None  # the step, and what it wants of the desk first


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
        taken = Taken(row, desk, None, policy, exhausted)
        if desk is None or exhausted or row.subject == Subject.ARTICLE:
            return taken
        if row.kind not in KINDS or row.subject not in SUBJECTS:
            return taken  # of a newer release
        return _until_desk(work, tx, taken, now)


def _until_desk(work: Work, tx: Connection, taken: Taken, now: int) -> Taken:
    """Follow the step as far as it goes without the desk."""
    row = taken.row
    alone = runs_alone(row.crashes, row.lone_runs)
    own_at = int(row.body) if row.kind == InboxKind.CHANGED and row.body else None
    steps = taking(Arrived(InboxKind(row.kind), alone, own_at), _pace(work), now)
    held: TicketRow | None = None
    ask = next(steps)
    while True:
        match ask:
            case AskStanding():
                ask = steps.send((now, _standing(tx, row)))
            case Lease():
                held = tickets.lease(tx, row.tenant, row.desk, row.subject_id, now, LEASE_US, work.new_id())
                ask = steps.send((now, held is not None))
            case PutBack(until):
                inbox.put_back(tx, row.id, row.fence, until, count=False)
                return taken
            case _:
                return replace(taken, held=held, going=(steps, ask))


def _pace(work: Work) -> Pace:
    settings = work.settings
    return Pace(int(settings.debounce_seconds * 1_000_000), int(settings.debounce_cap_seconds * 1_000_000))


def _standing(tx: Connection, row: InboxRow) -> Standing:
    if outbox.has_open(tx, row.desk, row.subject_id):
        return Standing(True, False, None)
    return Standing(
        False,
        inbox.breaks_others(tx, row.desk, row.subject_id),
        inbox.span_waiting(tx, row.desk, row.subject_id),
    )
