"""Work that is given up: the act by which people hear of it all the same. What is told of it stands in
`workers/deciding/unread.py`.

    inbox row `bad`          ─▶ act `unreadable` ─▶ note "could not be read" + a notice, ticket to people
    note refused or dead     ─▶ act `unnoted`    ─▶ plain note without fields or group
    notice or reply unclear  ─▶ act `untold`     ─▶ note "the customer may not have been told", nothing public

The acts are worked on like deliveries, without reading the ticket: see `workers/deciding/unread.py`.
"""

from __future__ import annotations

import structlog
from sqlalchemy import Connection

from app.core.kinds import BLIND_ACTS, Act, EffectKind, Purpose, WorkState
from app.store import signals
from app.store.queues import inbox
from app.store.queues.rows import EffectRow, InboxRow
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
    shelf is all there is."""
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


def effect_lost(work: Work, tx: Connection, row: EffectRow, unclear: bool, now: int) -> None:
    """An effect was refused or given up: what it should have told is told in another way, once. Of that one
    only the shelf is left."""
    signals.add(tx, row.tenant, row.desk, row.ticket, "other", "given_up", 1.0, now, work.new_id())
    if (inbox.act_behind(tx, row.desk, row.turn_id) or "") in BLIND_ACTS:
        return
    act = (
        Act.UNNOTED
        if row.effect != EffectKind.PUBLIC
        else Act.UNTOLD
        if unclear or row.purpose == Purpose.HANDOFF_NOTICE
        else Act.FAILED
    )
    inbox.accept_act(tx, row.tenant, row.desk, row.ticket, act, f"{Act.FAILED}:{row.id}", now, work.new_id())
