"""Effects on their way to a desk: written whole before the first call, and never twice under one key."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, and_, bindparam, exists, insert, or_, select, update

from app.core.kinds import OPEN_EFFECTS, EffectKind, EffectState, Purpose
from app.core.sending.crashes import ALONE_AFTER, MAX_LONE_RUNS, runs_alone, vanished, witnessed
from app.core.sending.states import OutboxRow
from app.store.queues.inbox import CLAIM_TRIES, TAKE_OVER_SLACK
from app.store.queues.rows import EffectRow
from app.store.queues.stamps import stamp_json, stamp_of
from app.store.tables import desks, outbox
from connectors.records import Stamp

_DUE = (EffectState.READY, EffectState.UNKNOWN)

# Statements of every ticket are built once: building one anew takes four times as long as running it.
_ADD = insert(outbox)
_OPEN = select(outbox.c.id).where(
    outbox.c.desk == bindparam("of_desk"), outbox.c.ticket == bindparam("of_ticket"), outbox.c.state.in_(OPEN_EFFECTS)).limit(1)
_OF_TURN = select(outbox.c.id).where(
    outbox.c.desk == bindparam("of_desk"), outbox.c.ticket == bindparam("of_ticket"), outbox.c.turn_id == bindparam("of_turn"),
    outbox.c.state != EffectState.STALE).limit(1)
_MINE = update(outbox).where(outbox.c.id == bindparam("of_id"), outbox.c.fence == bindparam("my_fence"))


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


def add(tx: Connection, tenant: str, rows: Sequence[NewOutboxRow], now: int) -> None:
    """Write a plan's rows. Raises IntegrityError when a key or turn exists: the caller has computed a turn that was computed before."""
    if rows:
        # All of a plan's rows in one statement.
        tx.execute(_ADD, [{
            "id": r.id, "tenant": tenant, "plan": r.plan, "place": r.place, "desk": r.desk, "ticket": r.ticket, "target": r.target,
            "effect": r.effect, "purpose": r.purpose, "key": r.key, "turn": r.turn, "turn_id": r.turn_id, "body": r.body,
            "body_hash": r.body_hash, "requester": r.requester, "base_stamp": stamp_json(r.stamp), "tags": r.tags,
            "seen_message": r.seen_message, "written_to": r.written_to, "evidence": r.evidence,
            "ledger_entry": r.ledger_entry, "state": EffectState.READY, "next_at": r.next_at, "created_at": now,
        } for r in rows])


_ALONE = and_(outbox.c.crashes == ALONE_AFTER, outbox.c.lone_runs < MAX_LONE_RUNS)


def claim(tx: Connection, now: int, lease_us: int, alone: str | None = None) -> EffectRow | None:
    """The next due row, leased with a new fence; None when nothing is due.

    The desk served longest ago goes first. Rows of one plan go in order: a row waits while an earlier one of its plan is on its way. A row
    left `sending` by a crash comes up when its lease is over; the caller turns it into `unknown`. A row that may only run alone is taken
    with `alone`, the id of the task that does nothing else; every other row without (`app.core.sending.crashes`).
    """
    earlier = outbox.alias("earlier")
    blocked = exists(
        select(earlier.c.id).where(earlier.c.plan == outbox.c.plan, earlier.c.place < outbox.c.place, earlier.c.state.in_(OPEN_EFFECTS))
    )
    over = and_(outbox.c.lease_until > 0, outbox.c.lease_until < now - TAKE_OVER_SLACK)
    kind = _ALONE if alone else ~_ALONE
    due = or_(
        and_(outbox.c.state.in_(_DUE), outbox.c.next_at <= now, or_(and_(outbox.c.lease_until == 0, kind), over)),
        and_(outbox.c.state == EffectState.SENDING, over),
    )
    query = (
        select(outbox).join(desks, desks.c.id == outbox.c.desk)
        .where(due, ~blocked, desks.c.status == "active")
        .order_by(desks.c.claimed_at, outbox.c.next_at, outbox.c.id).limit(1)
    )
    if tx.dialect.name == "postgresql":
        query = query.with_for_update(of=outbox, skip_locked=True)
    for _ in range(CLAIM_TRIES):
        row = tx.execute(query).first()
        if row is None:
            return None
        mine = update(outbox).where(outbox.c.id == row.id, outbox.c.fence == row.fence)
        crashes, lone_runs = row.crashes, row.lone_runs
        # Every orderly end of a step takes the lease away, so a row that still has one was dropped by a crash.
        crashed = row.lease_until > 0
        if crashed:
            dropped = vanished(crashes, lone_runs)
            crashes, lone_runs = dropped.crashes, dropped.lone_runs
            # A row left `sending` is only written down as `unknown` now: that breaks nobody, and it rests long enough after it.
            if row.state != EffectState.SENDING and (dropped.rest or runs_alone(crashes, lone_runs) != bool(alone)):
                tx.execute(mine.values(next_at=now + dropped.rest, lease_until=0, fence=row.fence + 1, crashes=crashes,
                                       lone_runs=lone_runs))
                continue
        tx.execute(update(desks).where(desks.c.id == row.desk).values(claimed_at=now))
        # A worker's death is counted as a crash, not as a try as well.
        claimed = tx.execute(
            mine.values(fence=row.fence + 1, lease_until=now + lease_us, attempts=row.attempts + (not crashed), crashes=crashes,
                        lone_runs=lone_runs, lone_task=alone)
            .returning(outbox)
        ).first()
        return None if claimed is None else EffectRow.from_row(claimed)
    return None


def held(tx: Connection, row_id: str, fence: int) -> EffectRow | None:
    """The row as it stands now; None when the fence has moved on."""
    row = tx.execute(select(outbox).where(outbox.c.id == row_id, outbox.c.fence == fence)).first()
    return None if row is None else EffectRow.from_row(row)


def broke(tx: Connection, row_id: str, fence: int, new: OutboxRow, now: int) -> bool:
    """The work on the row raised: write it as the core left it, count the crash, let it rest; False when the fence has moved on."""
    row = tx.execute(select(outbox.c.crashes, outbox.c.lone_runs).where(outbox.c.id == row_id, outbox.c.fence == fence)).first()
    if row is None:
        return False
    dropped = witnessed(row.crashes, row.lone_runs)
    saved = save(tx, row_id, fence, replace(new, next_at=max(new.next_at, now + dropped.rest), lease_until=0), now)
    tx.execute(update(outbox).where(outbox.c.id == row_id).values(crashes=dropped.crashes))
    return saved


def witness(tx: Connection, task: str, now: int) -> bool:
    """The process of a lone task died and its parent saw it: that is the third crash. False when the task held no row."""
    row = tx.execute(select(outbox).where(outbox.c.lone_task == task, outbox.c.lease_until > 0)).first()
    if row is None:
        return False
    dropped = witnessed(row.crashes, row.lone_runs)
    mine = update(outbox).where(outbox.c.id == row.id, outbox.c.fence == row.fence)
    # A row it was sending keeps a lease that is over: whoever takes it next finds it `sending`, and writes it down as unknown.
    lease, next_at = (1, row.next_at) if row.state == EffectState.SENDING else (0, now)
    return tx.execute(mine.values(crashes=dropped.crashes, lease_until=lease, next_at=next_at, fence=row.fence + 1)).rowcount == 1


def protocol_row(row: EffectRow) -> OutboxRow:
    """The pure core's view of a stored row."""
    return OutboxRow(
        state=EffectState(row.state), next_at=row.next_at, sends=row.sends, attempts=row.attempts, lease_until=row.lease_until,
        attempt_at=row.attempt_at, unknown_since=row.unknown_since, restamped=row.restamped, stamp=stamp_of(row.base_stamp),
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
    if new.state not in OPEN_EFFECTS:
        values["done_at"] = now
    if new.state == EffectState.STALE:
        values |= {"key": f"stale:{row_id}", "turn": None}
    return tx.execute(_MINE, {"of_id": row_id, "my_fence": fence, **values}).rowcount == 1


def restamp_next(tx: Connection, plan: str, place: int, stamp: Stamp | None, next_at: int) -> None:
    """Give the rest of a plan the ticket version our own write made; they wait until the second it names is over."""
    rest = update(outbox).where(outbox.c.plan == plan, outbox.c.place > place, outbox.c.state == EffectState.READY)
    tx.execute(rest.values(base_stamp=stamp_json(stamp), next_at=next_at))


def end_rest(tx: Connection, plan: str, place: int, state: EffectState, why: str, now: int) -> int:
    """End the rows of a plan after one that was not sent. They certainly never went out, so they give their turn free."""
    rest = tx.execute(
        select(outbox.c.id).where(outbox.c.plan == plan, outbox.c.place > place, outbox.c.state == EffectState.READY)
    ).scalars().all()
    for row_id in rest:
        tx.execute(update(outbox).where(outbox.c.id == row_id).values(
            state=state, result=why, done_at=now, key=f"stale:{row_id}", turn=None, fence=outbox.c.fence + 1))
    return len(rest)


def has_open(tx: Connection, desk: str, ticket: str) -> bool:
    """True while something of ours is still on its way to the ticket."""
    return tx.execute(_OPEN, {"of_desk": desk, "of_ticket": ticket}).first() is not None


def turn_is_taken(tx: Connection, desk: str, ticket: str, turn_id: str) -> bool:
    """True when something was composed for the turn and not overtaken: whatever became of it, it is not composed twice."""
    return tx.execute(_OF_TURN, {"of_desk": desk, "of_ticket": ticket, "of_turn": turn_id}).first() is not None


def key_is_taken(tx: Connection, key: str) -> bool:
    return tx.execute(select(outbox.c.id).where(outbox.c.key == key)).first() is not None


def tries_of_turn(tx: Connection, desk: str, ticket: str, turn_id: str) -> int:
    """How often a turn was composed and overtaken."""
    query = select(outbox.c.plan).where(
        outbox.c.desk == desk, outbox.c.ticket == ticket, outbox.c.turn_id == turn_id, outbox.c.state == EffectState.STALE
    ).distinct()
    return len(tx.execute(query).all())


def next_due(tx: Connection) -> int | None:
    """When the earliest row of an active desk is due, None without one. Rows that run alone have a ring of their own."""
    query = (
        select(outbox.c.next_at).join(desks, desks.c.id == outbox.c.desk)
        .where(outbox.c.state.in_(_DUE), desks.c.status == "active", ~_ALONE).order_by(outbox.c.next_at).limit(1)
    )
    return tx.execute(query).scalar_one_or_none()


def lone_due(tx: Connection, now: int) -> bool:
    """Whether a row that may only run alone is due."""
    query = (
        select(outbox.c.id).join(desks, desks.c.id == outbox.c.desk)
        .where(outbox.c.state.in_(_DUE), outbox.c.next_at <= now, desks.c.status == "active", _ALONE).limit(1)
    )
    return tx.execute(query).first() is not None


def count_orphans(tx: Connection, now: int) -> int:
    """Rows of active desks that a vanished worker has left under a lease."""
    over = and_(outbox.c.lease_until > 0, outbox.c.lease_until < now - TAKE_OVER_SLACK)
    query = (
        select(outbox.c.id).join(desks, desks.c.id == outbox.c.desk)
        .where(outbox.c.state.in_(OPEN_EFFECTS), over, desks.c.status == "active").limit(50)
    )
    return len(tx.execute(query).all())


def renew(tx: Connection, row_id: str, fence: int, lease_until: int) -> bool:
    """Stretch the lease of a row that is being composed or sent; never shorten the one `sending` has taken."""
    mine = update(outbox).where(outbox.c.id == row_id, outbox.c.fence == fence, outbox.c.lease_until > 0)
    longer = update(outbox).where(outbox.c.id == row_id, outbox.c.fence == fence, outbox.c.lease_until.between(1, lease_until))
    tx.execute(longer.values(lease_until=lease_until))
    return tx.execute(mine.values(fence=fence)).rowcount == 1
