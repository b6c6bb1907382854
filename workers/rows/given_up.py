"""Inbox rows that are given up: the act by which people hear of it.

    inbox row `bad` ─▶ act `unreadable` ─▶ note "could not be read" + a notice, ticket to people

The act is worked on like a delivery, without reading the ticket: see `workers/deciding/unread.py`. What
follows from an outbox row that was given up is `app/core/sending/settle.py`.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from app.core.kinds import BLIND_ACTS, Act, WorkState
from app.store import signals
from app.store.queues import inbox
from app.store.queues.rows import InboxRow
from connectors.records import Subject
from workers.work import Work

log = structlog.get_logger(__name__)


def give_up(work: Work, row: InboxRow, why: str, *, readable: bool = True) -> None:
    """End an inbox row as `bad`, and see to it that a person hears of its ticket."""
    log.error("inbox row given up", row=row.id, desk=row.desk, why=why)
    now = work.clock()
    with work.db.write() as tx:
        if inbox.finish(tx, row.id, row.fence, WorkState.BAD, why, now):
            if row.subject == Subject.TICKET:
                inbox.merge_earlier(tx, row.tenant, row.desk, row.subject_id, now, row.id, now)
            tell_people(work, tx, row, now, readable=readable)
    work.ring()


def tell_people(work: Work, tx: Connection, row: InboxRow, now: int, *, readable: bool) -> None:
    """A signal always; a hand-off too, unless the ticket cannot be read or this row was one itself: then the
    dead letter is all there is."""
    signals.add(tx, row.tenant, row.desk, row.subject_id, "other", "given_up", 1.0, now, work.new_id())
    itself = row.act in BLIND_ACTS
    if readable and row.subject == Subject.TICKET and not itself:
        inbox.accept_act(
            tx,
            row.tenant,
            row.desk,
            row.subject_id,
            Act.UNREADABLE,
            f"{Act.UNREADABLE}:{row.id}",
            now,
            work.new_id(),
        )
