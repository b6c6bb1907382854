"""Deliveries, changed tickets and customers' acts, each a row before any work is done on it."""
from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import dialect as SqliteDialect
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.kinds import InboxKind, TurnKind, WorkState
from app.core.sending.crashes import ALONE_AFTER, MAX_LONE_RUNS, runs_alone, vanished, witnessed
from app.store.database import AnyRow
from app.store.queues.rows import InboxRow
from app.store.tables import desks, inbox
from connectors.records import Subject

TAKE_OVER_SLACK = 5_000_000  # microseconds a lease may be past its end before another host takes it: skew between hosts' clocks
CLAIM_TRIES = 20  # rows one claim looks at: those it lays aside, and those that two workers chose at once


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


_OPEN = (WorkState.WAITING, WorkState.WORKING)
_ALONE = and_(inbox.c.crashes == ALONE_AFTER, inbox.c.lone_runs < MAX_LONE_RUNS)

# Built once: building it anew took longer than running it, and this one runs while a desk waits. It says what it kept by RETURNING: the
# row count of an INSERT is not known on PostgreSQL.
_KEPT = ("id", "tenant", "desk", "kind", "delivery_key", "subject", "subject_id", "body", "received_at", "next_at", "state")
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


def _next(kind: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The row to be claimed next, of those that run alone or of the others."""
    due = or_(
        and_(inbox.c.state == WorkState.WAITING, inbox.c.next_at <= bindparam("now"), kind),
        and_(inbox.c.state == WorkState.WORKING, inbox.c.lease_until < bindparam("lost_before")),
    )
    return (
        select(inbox).join(desks, desks.c.id == inbox.c.desk)
        .where(due, ~_BUSY, desks.c.status == "active")
        .order_by(desks.c.claimed_at, inbox.c.next_at, inbox.c.id).limit(1)
        .with_for_update(of=inbox, skip_locked=True)
    )


_NEXT = {True: _next(_ALONE), False: _next(~_ALONE)}
_MINE = update(inbox).where(inbox.c.id == bindparam("of_id"), inbox.c.fence == bindparam("my_fence"))
_CLAIM = _MINE.where(~_BUSY).returning(inbox)
_SERVED = update(desks).where(desks.c.id == bindparam("of_desk")).values(claimed_at=bindparam("now"))
_MERGE = update(inbox).where(
    inbox.c.tenant == bindparam("of_tenant"), inbox.c.desk == bindparam("of_desk"), inbox.c.subject_id == bindparam("of_subject"),
    inbox.c.state == WorkState.WAITING, inbox.c.received_at <= bindparam("until"), inbox.c.kind != InboxKind.ACT,
).values(state=WorkState.DONE)
_LONE = select(inbox.c.id).where(
    inbox.c.desk == bindparam("of_desk"), inbox.c.subject_id == bindparam("of_subject"), inbox.c.state.in_(_OPEN), _ALONE,
).limit(1)
_ARRIVALS = select(inbox.c.received_at).where(
    inbox.c.desk == bindparam("of_desk"), inbox.c.subject_id == bindparam("of_subject"), inbox.c.state.in_(_OPEN),
    inbox.c.kind == InboxKind.DELIVERY)


def accept(tx: Connection, tenant: str, row: NewRow) -> bool:
    """Keep the row; False when the desk has delivered this key before. One statement, so that two copies at once make one row."""
    return tx.execute(_KEEP[tx.dialect.name], dict(zip(_KEPT, _values(tenant, row), strict=True))).first() is not None


def accept_plainly(connection: sqlite3.Connection, tenant: str, row: NewRow) -> bool:
    """As `accept`, through the driver alone: the same statement, ready-made."""
    return connection.execute(_KEEP_SQLITE, _values(tenant, row)).fetchone() is not None


def _values(tenant: str, row: NewRow) -> tuple[object, ...]:
    return (row.id, tenant, row.desk, row.kind, row.key, row.subject, row.subject_id, row.body, row.received_at, row.next_at,
            WorkState.WAITING)


def accept_act(tx: Connection, tenant: str, desk_id: str, ticket_id: str, act: str, key: str, now: int, row_id: str) -> bool:
    """Keep an `Act`; False when the same one (by its key) was kept before. Its name, as one asked again may be a newer release's."""
    row = NewRow(row_id, desk_id, InboxKind.ACT, TurnKind.ACT.turn(key), Subject.TICKET, ticket_id, act.encode(), now, now)
    return accept(tx, tenant, row)


def act_behind(tx: Connection, desk_id: str, turn: str) -> str | None:
    """The act that opened a turn (`person`, `failed`); None when the turn is no act's."""
    query = select(inbox.c.body).where(inbox.c.desk == desk_id, inbox.c.delivery_key == turn, inbox.c.kind == InboxKind.ACT)
    body = tx.execute(query).scalar_one_or_none()
    return None if body is None else bytes(body).decode()


def accept_changed(tx: Connection, tenant: str, desk_id: str, ticket_id: str, stamp: str, now: int, row_id: str, delay: int = 0,
                   own_at: int | None = None) -> bool:
    """Keep a ticket that the poll, or a stale write, says has changed; one row per ticket version.

    `own_at` is set when that version is the one our own write made, and is its moment: only who else acted then is news.
    """
    body = b"" if own_at is None else str(own_at).encode()
    key = f"{InboxKind.CHANGED}:{ticket_id}:{stamp}"
    row = NewRow(row_id, desk_id, InboxKind.CHANGED, key, Subject.TICKET, ticket_id, body, now, now + delay)
    return accept(tx, tenant, row)


def claim(tx: Connection, now: int, lease_us: int, alone: str | None = None) -> InboxRow | None:
    """The next due row, leased to the caller with a new fence; None when nothing is due.

    The desk served longest ago goes first, so that one flooded desk cannot starve another. A row whose ticket is being worked on waits.
    A row whose lease ran out was dropped by a crash and is taken over; the crash is counted here, once. A row that
    may only run alone is taken with `alone`, the id of the task that does nothing else; every other row without.
    """
    lost_before = now - TAKE_OVER_SLACK
    for _ in range(CLAIM_TRIES):
        row = tx.execute(_NEXT[alone is not None], {"now": now, "lost_before": lost_before}).first()
        if row is None:
            return None
        mine = {"of_id": row.id, "my_fence": row.fence, "fence": row.fence + 1}
        crashes, lone_runs, crashed = row.crashes, row.lone_runs, row.state == WorkState.WORKING
        if crashed:
            dropped = vanished(crashes, lone_runs)
            crashes, lone_runs = dropped.crashes, dropped.lone_runs
            if dropped.rest or runs_alone(crashes, lone_runs) != bool(alone):
                resting = {"state": WorkState.WAITING, "next_at": now + dropped.rest, "lease_until": 0}
                tx.execute(_MINE, {**mine, **resting, "crashes": crashes, "lone_runs": lone_runs})
                continue
        # The desk's row is taken first: on PostgreSQL two claims of one desk meet here, and the later one then sees the earlier's row.
        tx.execute(_SERVED, {"of_desk": row.desk, "now": now})
        # A worker's death is counted as a crash, not as a try as well.
        claimed = tx.execute(_CLAIM, {
            **mine, "lost_before": lost_before, "state": WorkState.WORKING, "lease_until": now + lease_us,
            "attempts": row.attempts + (not crashed), "crashes": crashes, "lone_runs": lone_runs, "lone_task": alone,
        }).first()
        if claimed is not None:
            return InboxRow.from_row(claimed)
    return None


def broke(tx: Connection, row_id: str, fence: int, now: int) -> bool:
    """The work on the row raised: count the crash and let it rest; False when the fence has moved on."""
    mine = and_(inbox.c.id == row_id, inbox.c.fence == fence, inbox.c.state == WorkState.WORKING)
    return _dropped(tx, tx.execute(select(inbox).where(mine)).first(), now)


def witness(tx: Connection, task: str, now: int) -> bool:
    """The process of a lone task died and its parent saw it: that is the third crash. False when the task held no row."""
    mine = and_(inbox.c.lone_task == task, inbox.c.state == WorkState.WORKING)
    return _dropped(tx, tx.execute(select(inbox).where(mine)).first(), now)


def _dropped(tx: Connection, row: AnyRow | None, now: int) -> bool:
    if row is None:
        return False
    dropped = witnessed(row.crashes, row.lone_runs)
    mine = update(inbox).where(inbox.c.id == row.id, inbox.c.fence == row.fence)
    return tx.execute(mine.values(state=WorkState.WAITING, next_at=now + dropped.rest, lease_until=0, fence=row.fence + 1,
                                  crashes=dropped.crashes)).rowcount == 1


def renew(tx: Connection, row_id: str, fence: int, lease_until: int) -> bool:
    """Stretch the lease; False when the row is somebody else's by now, or was ended."""
    mine = update(inbox).where(inbox.c.id == row_id, inbox.c.fence == fence, inbox.c.state == WorkState.WORKING)
    return tx.execute(mine.values(lease_until=lease_until)).rowcount == 1


def finish(tx: Connection, row_id: str, fence: int, state: WorkState, result: str, now: int) -> bool:
    """End the row as `done` or `bad`; False when the fence has moved on, and then the caller must keep its hands off."""
    ended = {"of_id": row_id, "my_fence": fence, "state": state, "result": result, "done_at": now, "lease_until": 0}
    return tx.execute(_MINE, ended).rowcount == 1


def put_back(tx: Connection, row_id: str, fence: int, next_at: int, *, count: bool = True) -> bool:
    """Let the row wait until `next_at`; False when it is not at work any more. With `count` False the claim uses up no attempt."""
    values: dict[str, object] = {"state": WorkState.WAITING, "next_at": next_at, "lease_until": 0}
    if not count:
        values["attempts"] = inbox.c.attempts - 1
    # Once a claim: a second time would give back an attempt that was never taken.
    mine = update(inbox).where(inbox.c.id == row_id, inbox.c.fence == fence, inbox.c.state == WorkState.WORKING)
    return tx.execute(mine.values(**values)).rowcount == 1


def merge_earlier(tx: Connection, tenant: str, desk: str, subject_id: str, read_at: int, into: str, now: int) -> int:
    """End all rows of the subject that arrived before it was read: the one answer covers them. Returns how many."""
    covered = {"of_tenant": tenant, "of_desk": desk, "of_subject": subject_id, "until": read_at}
    return tx.execute(_MERGE, {**covered, "result": f"merged into {into}", "done_at": now}).rowcount


def breaks_others(tx: Connection, desk: str, subject_id: str) -> bool:
    """Whether a row of the subject has broken its work so often that it may only run alone: its other rows would break theirs too."""
    return tx.execute(_LONE, {"of_desk": desk, "of_subject": subject_id}).first() is not None


def span_waiting(tx: Connection, desk: str, subject_id: str) -> tuple[int, int] | None:
    """When the oldest and the newest delivery of a subject arrived that are not done yet; None without any."""
    rows = tx.execute(_ARRIVALS, {"of_desk": desk, "of_subject": subject_id}).scalars().all()
    return (min(rows), max(rows)) if rows else None


def last_deliveries(tx: Connection, tenant: str) -> Mapping[str, int]:
    """Desk -> when its newest delivery came; desks without any are left out."""
    query = select(inbox.c.desk, func.max(inbox.c.received_at)).where(inbox.c.tenant == tenant, inbox.c.kind == InboxKind.DELIVERY)
    return {row.desk: int(row[1]) for row in tx.execute(query.group_by(inbox.c.desk))}


def next_due(tx: Connection) -> int | None:
    """When the earliest waiting row of an active desk is due, None without one. Rows that run alone have a ring of their own."""
    query = (
        select(inbox.c.next_at).join(desks, desks.c.id == inbox.c.desk)
        .where(inbox.c.state == WorkState.WAITING, desks.c.status == "active", ~_ALONE).order_by(inbox.c.next_at).limit(1)
    )
    return tx.execute(query).scalar_one_or_none()


def lone_due(tx: Connection, now: int) -> bool:
    """Whether a row that may only run alone is due."""
    query = (
        select(inbox.c.id).join(desks, desks.c.id == inbox.c.desk)
        .where(inbox.c.state == WorkState.WAITING, inbox.c.next_at <= now, desks.c.status == "active", _ALONE).limit(1)
    )
    return tx.execute(query).first() is not None


def count_abandoned(tx: Connection, now: int) -> int:
    """Rows of active desks whose worker has vanished."""
    query = (
        select(inbox.c.id).join(desks, desks.c.id == inbox.c.desk)
        .where(inbox.c.state == WorkState.WORKING, inbox.c.lease_until < now - TAKE_OVER_SLACK, desks.c.status == "active").limit(50)
    )
    return len(tx.execute(query).all())
