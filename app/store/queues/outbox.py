"""Effects on their way to a desk: written whole before the first call, and never twice under one key."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, and_, bindparam, exists, insert, or_, select, update

from app.core.kinds import LOST_EFFECTS, OPEN_EFFECTS, EffectKind, EffectState, Purpose
from app.core.sending.states import OutboxRow
from app.store.queues.leases import LEASE_OVER, Leases
from app.store.queues.rows import EffectRow
from app.store.queues.stamps import stamp_json, stamp_of
from app.store.tables import outbox
from connectors.records import Stamp

_DUE = (EffectState.READY, EffectState.UNKNOWN)

# Statements of every ticket are built once: building one anew takes four times as long as running it.
_ADD = insert(outbox)
_OPEN = (
    select(outbox.c.id)
    .where(
        outbox.c.desk == bindparam("of_desk"),
        outbox.c.ticket == bindparam("of_ticket"),
        outbox.c.state.in_(OPEN_EFFECTS),
    )
    .limit(1)
)
_OF_TURN = (
    select(outbox.c.id)
    .where(
        outbox.c.desk == bindparam("of_desk"),
        outbox.c.ticket == bindparam("of_ticket"),
        outbox.c.turn_id == bindparam("of_turn"),
        outbox.c.state != EffectState.STALE,
    )
    .limit(1)
)

# Rows of one plan go in order: a row waits while an earlier one of its plan is on its way.
_EARLIER = outbox.alias("earlier")
_OUT_OF_TURN = exists(
    select(_EARLIER.c.id).where(
        _EARLIER.c.plan == outbox.c.plan,
        _EARLIER.c.place < outbox.c.place,
        _EARLIER.c.state.in_(OPEN_EFFECTS),
    )
)
# Every orderly end of a step takes the lease away, so a row that still has one is held, or was dropped by a
# crash. One left `sending` comes up when its lease is over; whoever claims it turns it into `unknown`.
_LEASED = outbox.c.lease_until > 0
_ROWS = Leases(
    outbox,
    EffectRow.from_row,
    waits=and_(outbox.c.state.in_(_DUE), outbox.c.lease_until == 0),
    held=and_(outbox.c.state.in_(OPEN_EFFECTS), _LEASED),
    waiting={},
    working={},
    blocked=_OUT_OF_TURN,
    calling=EffectState.SENDING,
    lost=(
        and_(outbox.c.state.in_(_DUE), outbox.c.next_at <= bindparam("now"), _LEASED),
        and_(outbox.c.state == EffectState.SENDING, _LEASED),
    ),
)
claim, renew, put_back, witness = _ROWS.claim, _ROWS.renew, _ROWS.put_back, _ROWS.witness
next_due, lone_due, count_abandoned = _ROWS.next_due, _ROWS.lone_due, _ROWS.count_abandoned


@dataclass(frozen=True, slots=True)
class NewOutboxRow:
    id: str
    plan: str
    place: int
    desk: str
    ticket: str
    target: str
    effect: EffectKind
    purpose: Purpose
    key: str
    turn: str | None
    turn_id: str
    body: bytes
    body_hash: str
    requester: str | None
    stamp: Stamp | None
    tags: str  # JSON
    seen_message: str | None
    evidence: str | None  # JSON
    ledger_entry: str
    next_at: int
    written_to: str | None = None
    basis: str | None = None  # JSON


def add(tx: Connection, tenant: str, rows: Sequence[NewOutboxRow], now: int) -> None:
    """Write a plan's rows. Raises IntegrityError when a key or turn exists: the caller has computed a turn
    that was computed before."""
    if rows:
        # All of a plan's rows in one statement.
        tx.execute(
            _ADD,
            [
                {
                    "id": r.id,
                    "tenant": tenant,
                    "plan": r.plan,
                    "place": r.place,
                    "desk": r.desk,
                    "ticket": r.ticket,
                    "target": r.target,
                    "effect": r.effect,
                    "purpose": r.purpose,
                    "key": r.key,
                    "turn": r.turn,
                    "turn_id": r.turn_id,
                    "body": r.body,
                    "body_hash": r.body_hash,
                    "requester": r.requester,
                    "base_stamp": stamp_json(r.stamp),
                    "tags": r.tags,
                    "seen_message": r.seen_message,
                    "written_to": r.written_to,
                    "basis": r.basis,
                    "evidence": r.evidence,
                    "ledger_entry": r.ledger_entry,
                    "state": EffectState.READY,
                    "next_at": r.next_at,
                    "created_at": now,
                }
                for r in rows
            ],
        )


def held(tx: Connection, row_id: str, fence: int) -> EffectRow | None:
    """The row as it stands now; None when the fence has moved on."""
    row = tx.execute(select(outbox).where(outbox.c.id == row_id, outbox.c.fence == fence)).first()
    return None if row is None else EffectRow.from_row(row)


def broke(tx: Connection, row_id: str, fence: int, new: OutboxRow, now: int) -> bool:
    """The work on the row raised: write it as the core left it, count the crash, let it rest; False when the
    fence has moved on."""
    # Written as still held: it is the queue that takes the lease away, with the crash.
    kept = save(tx, row_id, fence, replace(new, lease_until=LEASE_OVER), now)
    return kept and _ROWS.broke(tx, row_id, fence, now, not_before=new.next_at)


def protocol_row(row: EffectRow) -> OutboxRow:
    """The pure core's view of a stored row."""
    return OutboxRow(
        state=EffectState(row.state),
        next_at=row.next_at,
        sends=row.sends,
        attempts=row.attempts,
        lease_until=row.lease_until,
        attempt_at=row.attempt_at,
        unknown_since=row.unknown_since,
        restamped=row.restamped,
        stamp=stamp_of(row.base_stamp),
        remote_id=row.remote_id,
        result=row.result,
        silent_since=row.silent_since,
    )


def save(tx: Connection, row_id: str, fence: int, new: OutboxRow, now: int) -> bool:
    """Write the row as the core left it; False when the fence has moved on, and then nothing was written.

    A `stale` row was certainly never sent: it gives its key and turn free, so that the turn can be composed
    anew.
    """
    values: dict[str, object] = {
        "state": new.state,
        "next_at": new.next_at,
        "sends": new.sends,
        "attempts": new.attempts,
        "lease_until": new.lease_until,
        "attempt_at": new.attempt_at,
        "unknown_since": new.unknown_since,
        "restamped": new.restamped,
        "base_stamp": stamp_json(new.stamp),
        "remote_id": new.remote_id,
        "result": new.result,
        "silent_since": new.silent_since,
    }
    if new.state not in OPEN_EFFECTS:
        values["done_at"] = now
    if new.state == EffectState.STALE:
        values |= {"key": f"stale:{row_id}", "turn": None}
    return _ROWS.write(tx, row_id, fence, values)


def restamp_next(tx: Connection, plan: str, place: int, stamp: Stamp | None, next_at: int) -> None:
    """Give the rest of a plan the ticket version our own write made; they wait until the second it names is
    over."""
    rest = update(outbox).where(
        outbox.c.plan == plan, outbox.c.place > place, outbox.c.state == EffectState.READY
    )
    tx.execute(rest.values(base_stamp=stamp_json(stamp), next_at=next_at))


def end_rest(tx: Connection, plan: str, place: int, state: EffectState, why: str, now: int) -> int:
    """End the rows of a plan after one that was not sent. They certainly never went out, so they give their
    turn free."""
    rest = (
        tx.execute(
            select(outbox.c.id).where(
                outbox.c.plan == plan, outbox.c.place > place, outbox.c.state == EffectState.READY
            )
        )
        .scalars()
        .all()
    )
    for row_id in rest:
        tx.execute(update(outbox).where(outbox.c.id == row_id).values(
            state=state, result=why, done_at=now, key=f"stale:{row_id}", turn=None, fence=outbox.c.fence + 1))
    return len(rest)


def behind(tx: Connection, plan: str, place: int) -> list[OutboxRow]:
    """The rows of a plan that come after the place, as the core sees them."""
    rows = tx.execute(select(outbox).where(outbox.c.plan == plan, outbox.c.place > place))
    return [protocol_row(EffectRow.from_row(row)) for row in rows]


def has_open(tx: Connection, desk: str, ticket: str) -> bool:
    """True while something of ours is still on its way to the ticket."""
    return tx.execute(_OPEN, {"of_desk": desk, "of_ticket": ticket}).first() is not None


def turn_is_taken(tx: Connection, desk: str, ticket: str, turn_id: str) -> bool:
    """True when something was composed for the turn and not overtaken: whatever became of it, it is not
    composed twice."""
    return (
        tx.execute(_OF_TURN, {"of_desk": desk, "of_ticket": ticket, "of_turn": turn_id}).first() is not None
    )


def written(tx: Connection, desk: str, ticket: str) -> set[str | None]:
    """The desk's ids of all that our rows wrote into the ticket; None among them where a row was given up,
    and may have written something whose id nobody learned."""
    query = select(outbox.c.remote_id).where(
        outbox.c.desk == desk,
        outbox.c.ticket == ticket,
        or_(
            outbox.c.remote_id.is_not(None),
            and_(outbox.c.state.in_(LOST_EFFECTS), outbox.c.sends > 0),
        ),
    )
    return set(tx.execute(query).scalars())


def key_is_taken(tx: Connection, key: str) -> bool:
    return tx.execute(select(outbox.c.id).where(outbox.c.key == key)).first() is not None


def tries_of_turn(tx: Connection, desk: str, ticket: str, turn_id: str) -> int:
    """How often a turn was composed and overtaken."""
    query = (
        select(outbox.c.plan)
        .where(
            outbox.c.desk == desk,
            outbox.c.ticket == ticket,
            outbox.c.turn_id == turn_id,
            outbox.c.state == EffectState.STALE,
        )
        .distinct()
    )
    return len(tx.execute(query).all())
