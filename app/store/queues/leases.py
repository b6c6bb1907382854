"""The rows of a queue, each in one worker's hands at a time: one mechanism for deliveries, effects and jobs.

    waits ─ claim ─▶ held ─┬─ ended by the queue's own rules
      ▲                    ├─ put back
      │                    ├─ broke, or died with a witness: a crash is counted
      └────────────────────┴─ its lease ran out: the next claim counts the crash

Every write of a holder carries the fence of its claim: after the next claim it writes nothing.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, bindparam, case, or_, select, update

from app.core.sending.crashes import ALONE_AFTER, MAX_LONE_RUNS, Dropped, runs_alone, vanished, witnessed
from app.store.database import AnyRow
from app.store.tables import desks

# microseconds a lease may be past its end before another host takes it: skew between hosts' clocks
TAKE_OVER_SLACK = 5_000_000
CLAIM_TRIES = 20  # rows one claim looks at: those it lays aside, and those that two workers chose at once
LEASE_OVER = 1  # a lease that was over long ago
# of abandoned rows; whoever asks only wants to know whether there are any, and about how many
MAX_COUNTED = 50

R = TypeVar("R")
_SERVED = update(desks).where(desks.c.id == bindparam("of_desk")).values(claimed_at=bindparam("now"))


class Leases(Generic[R]):
    """One queue's table, with every statement built once: building one anew takes longer than running it.

    `waits` and `held` say by which columns a row shows that nobody has it, or somebody; `waiting` and
    `working` are what is written to show it. `lost` are the ways in which a row is one that its holder
    dropped, once its lease is over; without it, that it is held. `blocked` rows may not be claimed now; it
    may use `:lost_before`, the latest end of a lease that is over. `calling` is the state of a row whose call
    to the outside may have been made: whoever comes next must first write that down. Rows with a desk are
    claimed while it is active, of the desk served longest ago first.
    """

    def __init__(
        self,
        table: Table,
        record: Callable[[AnyRow], R],
        waits: ColumnElement[bool],
        held: ColumnElement[bool],
        *,
        waiting: Mapping[str, object],
        working: Mapping[str, object],
        lost: Sequence[ColumnElement[bool]] = (),
        blocked: ColumnElement[bool] | None = None,
        calling: str | None = None,
    ) -> None:
        c = table.c
        self._table, self._record = table, record
        self._waiting, self._working, self._calling = waiting, working, calling
        self._with_desk = "desk" in c
        # may only be taken by a task of its own
        self.alone = and_(c.crashes == ALONE_AFTER, c.lone_runs < MAX_LONE_RUNS)
        free = () if blocked is None else (~blocked,)
        over = [and_(way, c.lease_until < bindparam("lost_before")) for way in lost or (held,)]

        def claimable(kind: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
            due = or_(and_(waits, c.next_at <= bindparam("now"), kind), *over)
            shown = (c.id, c.fence, c.state, c.attempts, c.crashes, c.lone_runs, held.label("was_held"))
            served = (c.desk, desks.c.claimed_at) if self._with_desk else ()
            query = (
                self._active(select(*shown, *served))
                .where(due, *free)
                .order_by(*served[1:], c.next_at, c.id)
                .limit(1)
            )
            return query.with_for_update(of=table, skip_locked=True)

        self._next = {True: claimable(self.alone), False: claimable(~self.alone)}
        self._mine = update(table).where(c.id == bindparam("of_id"), c.fence == bindparam("my_fence"))
        self._claim = self._mine.where(*free).returning(table)
        in_hand = self._mine.where(held)
        until: ColumnElement[int] = bindparam("until")
        self._renew = in_hand.values(lease_until=case((c.lease_until > until, c.lease_until), else_=until))
        self._put_back = {True: in_hand, False: in_hand.values(attempts=c.attempts - 1)}
        counts = select(c.id, c.fence, c.state, c.next_at, c.crashes, c.lone_runs).where(held)
        self._held_row = counts.where(c.id == bindparam("of_id"), c.fence == bindparam("my_fence"))
        self._held_alone = counts.where(c.lone_task == bindparam("of_task"))
        self._next_due = (
            self._active(select(c.next_at)).where(waits, ~self.alone).order_by(c.next_at).limit(1)
        )
        self._lone_due = (
            self._active(select(c.id)).where(waits, c.next_at <= bindparam("now"), self.alone).limit(1)
        )
        self._abandoned = (
            self._active(select(c.id))
            .where(held, c.lease_until < bindparam("lost_before"))
            .limit(MAX_COUNTED)
        )

    def _active(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        if not self._with_desk:
            return query
        return query.join(desks, desks.c.id == self._table.c.desk).where(desks.c.status == "active")

    def claim(self, tx: Connection, now: int, lease_us: int, alone: str | None = None) -> R | None:
        """The next due row, leased to the caller with a new fence; None when nothing is due.

        A row whose lease ran out was dropped by a crash and is taken over; the crash is counted here, once. A
        row that may only run alone is taken with `alone`, the id of the task that does nothing else; every
        other row without (`app.core.sending.crashes`).
        """
        lost_before = now - TAKE_OVER_SLACK
        for _ in range(CLAIM_TRIES):
            row = tx.execute(self._next[alone is not None], {"now": now, "lost_before": lost_before}).first()
            if row is None:
                return None
            dropped = (
                vanished(row.crashes, row.lone_runs)
                if row.was_held
                else Dropped(row.crashes, row.lone_runs, 0)
            )
            new = {"of_id": row.id, "my_fence": row.fence, "fence": row.fence + 1,
                   "crashes": dropped.crashes, "lone_runs": dropped.lone_runs}
            if row.was_held and self._must_rest(row, dropped, alone):
                tx.execute(
                    self._mine, {**new, **self._waiting, "next_at": now + dropped.rest, "lease_until": 0}
                )
                continue
            if self._with_desk:
                # The desk's row is taken first: on PostgreSQL two claims of one desk meet here, and the later
                # one then sees the earlier's row.
                tx.execute(_SERVED, {"of_desk": row.desk, "now": now})
            # A worker's death is counted as a crash, not as a try as well.
            claimed = tx.execute(
                self._claim,
                {
                    **new,
                    **self._working,
                    "lost_before": lost_before,
                    "lease_until": now + lease_us,
                    "lone_task": alone,
                    "attempts": row.attempts + (not row.was_held),
                },
            ).first()
            if claimed is not None:
                return self._record(claimed)
        return None

    def _must_rest(self, row: AnyRow, dropped: Dropped, alone: str | None) -> bool:
        if row.state == self._calling:
            # it is only written down as unknown now: that breaks nobody, and it rests long enough after it
            return False
        return bool(dropped.rest) or runs_alone(dropped.crashes, dropped.lone_runs) != bool(alone)

    def renew(self, tx: Connection, row_id: str, fence: int, lease_until: int) -> bool:
        """Stretch the lease, and never shorten it; False when the row is somebody else's by now, or was
        ended."""
        return (
            tx.execute(self._renew, {"of_id": row_id, "my_fence": fence, "until": lease_until}).rowcount == 1
        )

    def write(self, tx: Connection, row_id: str, fence: int, values: Mapping[str, object]) -> bool:
        """Write what came of the work; False when the fence has moved on, and then the caller must keep its
        hands off."""
        return tx.execute(self._mine, {"of_id": row_id, "my_fence": fence, **values}).rowcount == 1

    def put_back(
        self, tx: Connection, row_id: str, fence: int, next_at: int, *, count: bool = True, **also: object
    ) -> bool:
        """Let the row wait until `next_at`; False when it is not at work any more. With `count` False the
        claim uses up no attempt.

        Once a claim: a second time would give back an attempt that was never taken.
        """
        values = {**self._waiting, "next_at": next_at, "lease_until": 0, **also}
        return tx.execute(self._put_back[count], {"of_id": row_id, "my_fence": fence, **values}).rowcount == 1

    def broke(self, tx: Connection, row_id: str, fence: int, now: int, not_before: int = 0) -> bool:
        """The work on the row raised: count the crash and let it rest; False when it is not at work any
        more."""
        return self._drop(
            tx, tx.execute(self._held_row, {"of_id": row_id, "my_fence": fence}).first(), now, not_before
        )

    def witness(self, tx: Connection, task: str, now: int) -> bool:
        """The process of a lone task died and its parent saw it: that is the third crash. False when the task
        held no row."""
        return self._drop(tx, tx.execute(self._held_alone, {"of_task": task}).first(), now, 0)

    def _drop(self, tx: Connection, row: AnyRow | None, now: int, not_before: int) -> bool:
        if row is None:
            return False
        dropped = witnessed(row.crashes, row.lone_runs)
        next_at, lease = max(now + dropped.rest, not_before), 0
        if row.state == self._calling:
            # It keeps a lease that is over: whoever takes it next finds it so, and writes it down as unknown.
            next_at, lease = row.next_at, LEASE_OVER
        return self.write(
            tx,
            row.id,
            row.fence,
            {
                **self._waiting,
                "next_at": next_at,
                "lease_until": lease,
                "fence": row.fence + 1,
                "crashes": dropped.crashes,
            },
        )

    def next_due(self, tx: Connection) -> int | None:
        """When the earliest waiting row is due, None without one. Rows that run alone have a ring of their
        own."""
        at: int | None = tx.execute(self._next_due).scalar_one_or_none()
        return at

    def lone_due(self, tx: Connection, now: int) -> bool:
        """Whether a row that may only run alone is due."""
        return tx.execute(self._lone_due, {"now": now}).first() is not None

    def count_abandoned(self, tx: Connection, now: int) -> int:
        """Rows whose worker has vanished; at most MAX_COUNTED."""
        return len(tx.execute(self._abandoned, {"lost_before": now - TAKE_OVER_SLACK}).all())
