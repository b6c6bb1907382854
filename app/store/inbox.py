"""Deliveries, changed tickets and customers' acts, each a row before any work is done on it."""
from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Row, and_, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import dialect as SqliteDialect
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.store.tables import desks, inbox

TAKE_OVER_SLACK = 5_000_000  # microseconds a lease may be past its end before another host takes it: skew between hosts' clocks
MAX_ATTEMPTS = 5
MAX_CRASHES = 3
CLAIM_TRIES = 3  # two workers that choose rows of one ticket at once: the later one chooses again
ALONE_AFTER_CRASHES_WAIT = 30_000_000  # microseconds a row rests after its second crash


@dataclass(frozen=True, slots=True)
class NewRow:
    id: str
    desk: str
    kind: str  # delivery | changed | act
    key: str
    subject: str  # ticket | article
    subject_id: str
    body: bytes
    received_at: int
    next_at: int


# Built once: building it anew took longer than running it, and this one runs while a desk waits. It says what it kept by RETURNING: the
# row count of an INSERT is not known on PostgreSQL.
_KEPT = ("id", "tenant", "desk", "kind", "delivery_key", "subject", "subject_id", "body", "received_at", "next_at", "state")
_KEEP = {
    name: maker(inbox).on_conflict_do_nothing(index_elements=["desk", "delivery_key"]).returning(inbox.c.id)
    for name, maker in (("sqlite", sqlite_insert), ("postgresql", pg_insert))
}
_KEEP_SQLITE = str(_KEEP["sqlite"].compile(dialect=SqliteDialect(), column_keys=_KEPT))


def accept(tx: Connection, tenant: str, row: NewRow) -> bool:
    """Keep the row; False when the desk has delivered this key before. One statement, so that two copies at once make one row."""
    values = (row.id, tenant, row.desk, row.kind, row.key, row.subject, row.subject_id, row.body, row.received_at, row.next_at, "waiting")
    if tx.dialect.name == "sqlite":
        # Ready-made for the driver: handing the values through SQLAlchemy took as long again as the statement.
        return tx.exec_driver_sql(_KEEP_SQLITE, values).first() is not None
    return tx.execute(_KEEP[tx.dialect.name], dict(zip(_KEPT, values, strict=True))).first() is not None


def accept_act(tx: Connection, tenant: str, desk_id: str, ticket_id: str, act: str, key: str, now: int, row_id: str) -> bool:
    """Keep a customer's act on the ticket page; False when the same act (by its key) was kept before."""
    row = NewRow(row_id, desk_id, "act", f"act:{key}", "ticket", ticket_id, act.encode(), now, now)
    return accept(tx, tenant, row)


def act_behind(tx: Connection, desk_id: str, turn: str) -> str | None:
    """The act that opened a turn (`person`, `failed`); None when the turn is no act's."""
    query = select(inbox.c.body).where(inbox.c.desk == desk_id, inbox.c.delivery_key == turn, inbox.c.kind == "act")
    body = tx.execute(query).scalar_one_or_none()
    return None if body is None else bytes(body).decode()


def accept_changed(tx: Connection, tenant: str, desk_id: str, ticket_id: str, stamp: str, now: int, row_id: str, delay: int = 0) -> bool:
    """Keep a ticket that the poll, or a stale write, says has changed; one row per ticket version."""
    row = NewRow(row_id, desk_id, "changed", f"changed:{ticket_id}:{stamp}", "ticket", ticket_id, b"", now, now + delay)
    return accept(tx, tenant, row)


def claim(tx: Connection, now: int, lease_us: int) -> Row[tuple[object, ...]] | None:
    """The next due row, leased to the caller with a new fence; None when nothing is due.

    The desk served longest ago goes first, so that one flooded desk cannot starve another. A row whose ticket is being worked on waits.
    A row whose lease ran out was dropped by a crash and is taken over; the crash is counted here, once.
    """
    other = inbox.alias("other")
    busy = exists(
        select(other.c.id).where(
            other.c.desk == inbox.c.desk, other.c.subject_id == inbox.c.subject_id, other.c.id != inbox.c.id,
            other.c.state == "working", other.c.lease_until >= now - TAKE_OVER_SLACK,
        )
    )
    due = or_(
        and_(inbox.c.state == "waiting", inbox.c.next_at <= now),
        and_(inbox.c.state == "working", inbox.c.lease_until < now - TAKE_OVER_SLACK),
    )
    query = (
        select(inbox).join(desks, desks.c.id == inbox.c.desk)
        .where(due, ~busy, desks.c.status == "active")
        .order_by(desks.c.claimed_at, inbox.c.next_at, inbox.c.id).limit(1)
    )
    if tx.dialect.name == "postgresql":
        query = query.with_for_update(of=inbox, skip_locked=True)
    for _ in range(CLAIM_TRIES):
        row = tx.execute(query).first()
        if row is None:
            return None
        # The desk's row is taken first: on PostgreSQL two claims of one desk meet here, and the later one then sees the earlier's row.
        tx.execute(update(desks).where(desks.c.id == row.desk).values(claimed_at=now))
        claimed = tx.execute(
            update(inbox).where(inbox.c.id == row.id, inbox.c.fence == row.fence, ~busy)
            .values(state="working", fence=row.fence + 1, lease_until=now + lease_us, attempts=row.attempts + 1,
                    crashes=row.crashes + (row.state == "working"))
            .returning(inbox)
        ).first()
        if claimed is not None:
            return claimed
    return None


def renew(tx: Connection, row_id: str, fence: int, lease_until: int) -> bool:
    """Stretch the lease; False when the row is somebody else's by now, or was ended."""
    mine = update(inbox).where(inbox.c.id == row_id, inbox.c.fence == fence, inbox.c.state == "working")
    return tx.execute(mine.values(lease_until=lease_until)).rowcount == 1


def finish(tx: Connection, row_id: str, fence: int, state: str, result: str, now: int) -> bool:
    """End the row as `done` or `bad`; False when the fence has moved on, and then the caller must keep its hands off."""
    done = update(inbox).where(inbox.c.id == row_id, inbox.c.fence == fence)
    return tx.execute(done.values(state=state, result=result, done_at=now, lease_until=0)).rowcount == 1


def put_back(tx: Connection, row_id: str, fence: int, next_at: int, *, count: bool = True) -> bool:
    """Let the row wait until `next_at`. With `count` False the claim does not use up one of its attempts."""
    values: dict[str, object] = {"state": "waiting", "next_at": next_at, "lease_until": 0}
    if not count:
        values["attempts"] = inbox.c.attempts - 1
    return tx.execute(update(inbox).where(inbox.c.id == row_id, inbox.c.fence == fence).values(**values)).rowcount == 1


def merge_earlier(tx: Connection, tenant: str, desk: str, subject_id: str, read_at: int, into: str, now: int) -> int:
    """End all rows of the subject that arrived before it was read: the one answer covers them. Returns how many."""
    rows = update(inbox).where(
        inbox.c.tenant == tenant, inbox.c.desk == desk, inbox.c.subject_id == subject_id, inbox.c.state == "waiting",
        inbox.c.received_at <= read_at, inbox.c.kind != "act",
    )
    return tx.execute(rows.values(state="done", result=f"merged into {into}", done_at=now)).rowcount


def span_waiting(tx: Connection, desk: str, subject_id: str) -> tuple[int, int] | None:
    """When the oldest and the newest delivery of a subject arrived that are not done yet; None without any."""
    rows = tx.execute(
        select(inbox.c.received_at).where(
            inbox.c.desk == desk, inbox.c.subject_id == subject_id, inbox.c.state.in_(("waiting", "working")), inbox.c.kind == "delivery"
        )
    ).scalars().all()
    return (min(rows), max(rows)) if rows else None


def next_due(tx: Connection) -> int | None:
    """When the earliest waiting row is due, None without one."""
    query = select(inbox.c.next_at).where(inbox.c.state == "waiting").order_by(inbox.c.next_at).limit(1)
    return tx.execute(query).scalar_one_or_none()


def count_abandoned(tx: Connection, now: int) -> int:
    """Rows whose worker has vanished."""
    query = select(inbox.c.id).where(inbox.c.state == "working", inbox.c.lease_until < now - TAKE_OVER_SLACK).limit(50)
    return len(tx.execute(query).all())
