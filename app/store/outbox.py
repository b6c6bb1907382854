"""Effects on their way to a desk: written whole before the first call, and never twice under one key."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, and_, exists, insert, or_, select, update

from app.core.outbox import OutboxRow
from app.store.inbox import TAKE_OVER_SLACK
from app.store.stamps import stamp_json, stamp_of
from app.store.tables import desks, outbox
from connectors.records import Stamp

OPEN_STATES = ("ready", "sending", "unknown")


@dataclass(frozen=True, slots=True)
class NewOutboxRow:
    id: str
    plan: str
    place: int
    desk: str
    ticket: str
    target: str
    effect: str
    purpose: str
    key: str
    turn: str | None
    turn_id: str
    body: bytes
    body_hash: str
    requester: str | None
    stamp: Stamp | None
    tags: str  # JSON
    evidence: str | None  # JSON
    ledger_entry: str
    next_at: int


def add(tx: Connection, tenant: str, rows: Sequence[NewOutboxRow], now: int) -> None:
    """Write a plan's rows. Raises IntegrityError when a key or turn exists: the caller has computed a turn that was computed before."""
    for r in rows:
        tx.execute(insert(outbox).values(
            id=r.id, tenant=tenant, plan=r.plan, place=r.place, desk=r.desk, ticket=r.ticket, target=r.target, effect=r.effect,
            purpose=r.purpose, key=r.key, turn=r.turn, turn_id=r.turn_id, body=r.body, body_hash=r.body_hash, requester=r.requester,
            base_stamp=stamp_json(r.stamp), tags=r.tags, evidence=r.evidence, ledger_entry=r.ledger_entry, state="ready", next_at=r.next_at,
            created_at=now,
        ))


def claim(tx: Connection, now: int, lease_us: int) -> Row[tuple[object, ...]] | None:
    """The next due row, leased with a new fence; None when nothing is due.

    The desk served longest ago goes first. Rows of one plan go in order: a row waits until every earlier one of its plan was sent. A row
    left `sending` by a crash comes up when its lease is over; the caller turns it into `unknown`.
    """
    earlier = outbox.alias("earlier")
    blocked = exists(
        select(earlier.c.id).where(earlier.c.plan == outbox.c.plan, earlier.c.place < outbox.c.place, earlier.c.state != "sent")
    )
    free = outbox.c.lease_until < now - TAKE_OVER_SLACK
    due = or_(and_(outbox.c.state.in_(("ready", "unknown")), outbox.c.next_at <= now), outbox.c.state == "sending")
    query = (
        select(outbox).join(desks, desks.c.id == outbox.c.desk)
        .where(due, or_(outbox.c.lease_until == 0, free), ~blocked, desks.c.status == "active")
        .order_by(desks.c.claimed_at, outbox.c.next_at, outbox.c.id).limit(1)
    )
    if tx.dialect.name == "postgresql":
        query = query.with_for_update(of=outbox, skip_locked=True)
    row = tx.execute(query).first()
    if row is None:
        return None
    # Every orderly end of a step takes the lease away, so a row that still has one was dropped by a crash.
    crashed = row.lease_until > 0
    tx.execute(update(desks).where(desks.c.id == row.desk).values(claimed_at=now))
    return tx.execute(
        update(outbox).where(outbox.c.id == row.id, outbox.c.fence == row.fence)
        .values(fence=row.fence + 1, lease_until=now + lease_us, attempts=row.attempts + 1, crashes=row.crashes + crashed)
        .returning(outbox)
    ).first()


def protocol_row(row: Row[tuple[object, ...]]) -> OutboxRow:
    """The pure core's view of a stored row."""
    return OutboxRow(
        state=row.state, next_at=row.next_at, sends=row.sends, attempts=row.attempts, lease_until=row.lease_until,
        attempt_at=row.attempt_at, unknown_since=row.unknown_since, restamped=bool(row.restamped), stamp=stamp_of(row.base_stamp),
        remote_id=row.remote_id, result=row.result,
    )


def save(tx: Connection, row_id: str, fence: int, new: OutboxRow, now: int) -> bool:
    """Write the row as the core left it; False when the fence has moved on, and then nothing was written.

    A `stale` row was certainly never sent: it gives its key and turn free, so that the turn can be composed anew.
    """
    values: dict[str, object] = {
        "state": new.state, "next_at": new.next_at, "sends": new.sends, "attempts": new.attempts, "lease_until": new.lease_until,
        "attempt_at": new.attempt_at, "unknown_since": new.unknown_since, "restamped": new.restamped,
        "base_stamp": stamp_json(new.stamp), "remote_id": new.remote_id, "result": new.result,
    }
    if new.state not in OPEN_STATES:
        values["done_at"] = now
    if new.state == "stale":
        values |= {"key": f"stale:{row_id}", "turn": None}
    return tx.execute(update(outbox).where(outbox.c.id == row_id, outbox.c.fence == fence).values(**values)).rowcount == 1


def restamp_next(tx: Connection, plan: str, place: int, stamp: Stamp | None, next_at: int) -> None:
    """Give the rest of a plan the ticket version our own write made; they wait until the second it names is over."""
    rest = update(outbox).where(outbox.c.plan == plan, outbox.c.place > place, outbox.c.state == "ready")
    tx.execute(rest.values(base_stamp=stamp_json(stamp), next_at=next_at))


def end_rest(tx: Connection, plan: str, place: int, state: str, why: str, now: int) -> int:
    """End the rows of a plan after one that was not sent. They certainly never went out, so they give their turn free."""
    rest = tx.execute(
        select(outbox.c.id).where(outbox.c.plan == plan, outbox.c.place > place, outbox.c.state == "ready")
    ).scalars().all()
    for row_id in rest:
        tx.execute(update(outbox).where(outbox.c.id == row_id).values(
            state=state, result=why, done_at=now, key=f"stale:{row_id}", turn=None, fence=outbox.c.fence + 1))
    return len(rest)


def has_open(tx: Connection, desk: str, ticket: str) -> bool:
    """True while something of ours is still on its way to the ticket."""
    query = select(outbox.c.id).where(outbox.c.desk == desk, outbox.c.ticket == ticket, outbox.c.state.in_(OPEN_STATES)).limit(1)
    return tx.execute(query).first() is not None


def turn_is_taken(tx: Connection, desk: str, ticket: str, turn_id: str) -> bool:
    """True when something was composed for the turn and not overtaken: whatever became of it, it is not composed twice."""
    query = select(outbox.c.id).where(
        outbox.c.desk == desk, outbox.c.ticket == ticket, outbox.c.turn_id == turn_id, outbox.c.state != "stale"
    ).limit(1)
    return tx.execute(query).first() is not None


def key_is_taken(tx: Connection, key: str) -> bool:
    return tx.execute(select(outbox.c.id).where(outbox.c.key == key)).first() is not None


def tries_of_turn(tx: Connection, desk: str, ticket: str, turn_id: str) -> int:
    """How often a turn was composed and overtaken."""
    query = select(outbox.c.plan).where(
        outbox.c.desk == desk, outbox.c.ticket == ticket, outbox.c.turn_id == turn_id, outbox.c.state == "stale"
    ).distinct()
    return len(tx.execute(query).all())


def next_due(tx: Connection) -> int | None:
    query = select(outbox.c.next_at).where(outbox.c.state.in_(("ready", "unknown"))).order_by(outbox.c.next_at).limit(1)
    return tx.execute(query).scalar_one_or_none()


def count_orphans(tx: Connection, now: int) -> int:
    """Rows left `sending` by a worker that has vanished."""
    query = select(outbox.c.id).where(outbox.c.state == "sending", outbox.c.lease_until < now - TAKE_OVER_SLACK).limit(50)
    return len(tx.execute(query).all())


def renew(tx: Connection, row_id: str, fence: int, lease_until: int) -> bool:
    """Stretch the lease of a row that is being composed or sent; never shorten the one `sending` has taken."""
    mine = update(outbox).where(outbox.c.id == row_id, outbox.c.fence == fence, outbox.c.lease_until > 0)
    longer = update(outbox).where(outbox.c.id == row_id, outbox.c.fence == fence, outbox.c.lease_until.between(1, lease_until))
    tx.execute(longer.values(lease_until=lease_until))
    return tx.execute(mine.values(fence=fence)).rowcount == 1
