"""Deliveries, changed tickets and customers' acts, each a row before any work is done on it."""
from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import dialect as SqliteDialect
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.kinds import InboxKind, TurnKind, WorkState
from app.store.queues.leases import Leases
from app.store.queues.rows import InboxRow
from app.store.tables import inbox
from connectors.records import Subject


@dataclass(frozen=True, slots=True)
class NewRow:
    id: str
    desk: str
    kind: InboxKind
    key: str
    subject: str  # of `Subject`; a newer release may know more
    subject_id: str
    body: bytes
    received_at: int
    next_at: int


# Built once: building it anew took longer than running it, and this one runs while a desk waits. It says what
# it kept by RETURNING: the row count of an INSERT is not known on PostgreSQL.
_KEPT = (
    "id",
    "tenant",
    "desk",
    "kind",
    "delivery_key",
    "subject",
    "subject_id",
    "body",
    "received_at",
    "next_at",
    "state",
)
_KEEP = {
    name: maker(inbox).on_conflict_do_nothing(index_elements=["desk", "delivery_key"]).returning(inbox.c.id)
    for name, maker in (("sqlite", sqlite_insert), ("postgresql", pg_insert))
}
_KEEP_SQLITE = str(_KEEP["sqlite"].compile(dialect=SqliteDialect(), column_keys=_KEPT))

_OTHER = inbox.alias("other")
_BUSY = exists(
    select(_OTHER.c.id).where(
        _OTHER.c.desk == inbox.c.desk, _OTHER.c.subject_id == inbox.c.subject_id, _OTHER.c.id != inbox.c.id,
        _OTHER.c.state == WorkState.WORKING, _OTHER.c.lease_until >= bindparam("lost_before"),
    )
)
# The desk served longest ago goes first, so that one flooded desk cannot starve another. A row whose ticket
# is being worked on waits.
_ROWS = Leases(
    inbox,
    InboxRow.from_row,
    waits=inbox.c.state == WorkState.WAITING,
    held=inbox.c.state == WorkState.WORKING,
    waiting={"state": WorkState.WAITING},
    working={"state": WorkState.WORKING},
    blocked=_BUSY,
)
claim, renew, put_back, broke, witness = _ROWS.claim, _ROWS.renew, _ROWS.put_back, _ROWS.broke, _ROWS.witness
next_due, lone_due, count_abandoned = _ROWS.next_due, _ROWS.lone_due, _ROWS.count_abandoned

_OPEN = (WorkState.WAITING, WorkState.WORKING)
_MERGE = (
    update(inbox)
    .where(
        inbox.c.tenant == bindparam("of_tenant"),
        inbox.c.desk == bindparam("of_desk"),
        inbox.c.subject_id == bindparam("of_subject"),
        inbox.c.state == WorkState.WAITING,
        inbox.c.received_at <= bindparam("until"),
        inbox.c.kind != InboxKind.ACT,
    )
    .values(state=WorkState.DONE)
)
_LONE = (
    select(inbox.c.id)
    .where(
        inbox.c.desk == bindparam("of_desk"),
        inbox.c.subject_id == bindparam("of_subject"),
        inbox.c.state.in_(_OPEN),
        _ROWS.alone,
    )
    .limit(1)
)
_ARRIVALS = select(inbox.c.received_at).where(
    inbox.c.desk == bindparam("of_desk"),
    inbox.c.subject_id == bindparam("of_subject"),
    inbox.c.state.in_(_OPEN),
    inbox.c.kind == InboxKind.DELIVERY,
)


def accept(tx: Connection, tenant: str, row: NewRow) -> bool:
    """Keep the row; False when the desk has delivered this key before. One statement, so that two copies at
    once make one row."""
    return (
        tx.execute(_KEEP[tx.dialect.name], dict(zip(_KEPT, _values(tenant, row), strict=True))).first()
        is not None
    )


def accept_plainly(connection: sqlite3.Connection, tenant: str, row: NewRow) -> bool:
    """As `accept`, through the driver alone: the same statement, ready-made."""
    return connection.execute(_KEEP_SQLITE, _values(tenant, row)).fetchone() is not None


def _values(tenant: str, row: NewRow) -> tuple[object, ...]:
    return (
        row.id,
        tenant,
        row.desk,
        row.kind,
        row.key,
        row.subject,
        row.subject_id,
        row.body,
        row.received_at,
        row.next_at,
        WorkState.WAITING,
    )


def accept_act(
    tx: Connection, tenant: str, desk_id: str, ticket_id: str, act: str, key: str, now: int, row_id: str
) -> bool:
    """Keep an `Act`; False when the same one (by its key) was kept before. Its name, as one asked again may
    be a newer release's."""
    row = NewRow(
        row_id,
        desk_id,
        InboxKind.ACT,
        TurnKind.ACT.turn(key),
        Subject.TICKET,
        ticket_id,
        act.encode(),
        now,
        now,
    )
    return accept(tx, tenant, row)


def act_behind(tx: Connection, desk_id: str, turn: str) -> str | None:
    """The act that opened a turn (`person`, `failed`); None when no act opened it."""
    query = select(inbox.c.body).where(
        inbox.c.desk == desk_id, inbox.c.delivery_key == turn, inbox.c.kind == InboxKind.ACT
    )
    body = tx.execute(query).scalar_one_or_none()
    return None if body is None else bytes(body).decode()


def accept_changed(
    tx: Connection,
    tenant: str,
    desk_id: str,
    ticket_id: str,
    stamp: str,
    now: int,
    row_id: str,
    delay: int = 0,
    own_at: int | None = None,
) -> bool:
    """Keep a ticket that the poll, or a stale write, says has changed; one row per ticket version.

    `own_at` is set when that version is the one our own write made, and is its moment: only who else acted
    then is news.
    """
    body = b"" if own_at is None else str(own_at).encode()
    key = f"{InboxKind.CHANGED}:{ticket_id}:{stamp}"
    row = NewRow(row_id, desk_id, InboxKind.CHANGED, key, Subject.TICKET, ticket_id, body, now, now + delay)
    return accept(tx, tenant, row)


def finish(tx: Connection, row_id: str, fence: int, state: WorkState, result: str, now: int) -> bool:
    """End the row as `done` or `bad`; False when the fence has moved on, and then the caller must keep its
    hands off."""
    return _ROWS.write(
        tx, row_id, fence, {"state": state, "result": result, "done_at": now, "lease_until": 0}
    )


def merge_earlier(
    tx: Connection, tenant: str, desk: str, subject_id: str, read_at: int, into: str, now: int
) -> int:
    """End all rows of the subject that arrived before it was read: the one answer covers them. Returns how
    many."""
    covered = {"of_tenant": tenant, "of_desk": desk, "of_subject": subject_id, "until": read_at}
    return tx.execute(_MERGE, {**covered, "result": f"merged into {into}", "done_at": now}).rowcount


def breaks_others(tx: Connection, desk: str, subject_id: str) -> bool:
    """Whether a row of the subject has broken its work so often that it may only run alone: its other rows
    would break theirs too."""
    return tx.execute(_LONE, {"of_desk": desk, "of_subject": subject_id}).first() is not None


def span_waiting(tx: Connection, desk: str, subject_id: str) -> tuple[int, int] | None:
    """When the oldest and the newest delivery of a subject arrived that are not done yet; None without
    any."""
    rows = tx.execute(_ARRIVALS, {"of_desk": desk, "of_subject": subject_id}).scalars().all()
    return (min(rows), max(rows)) if rows else None


def last_deliveries(tx: Connection, tenant: str) -> Mapping[str, int]:
    """Desk -> when its newest delivery came; desks without any are left out."""
    query = select(inbox.c.desk, func.max(inbox.c.received_at)).where(
        inbox.c.tenant == tenant, inbox.c.kind == InboxKind.DELIVERY
    )
    return {row.desk: int(row[1]) for row in tx.execute(query.group_by(inbox.c.desk))}
