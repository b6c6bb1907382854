"""One mechanism, three queues: what holds for a claim of one queue holds for a claim of each."""
from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, update

from app.core.sending.states import OutboxRow
from app.store import tables
from app.store.database import Database
from app.store.queues import inbox, jobs, outbox
from app.store.queues.leases import LEASE_OVER, Leases
from tests.store.conftest import LEASE, NOW, SECOND, SLACK, TENANT, delivery, effect_row

TABLES = {inbox: tables.inbox, outbox: tables.outbox, jobs: tables.jobs}
QUEUES = pytest.mark.parametrize("queue", TABLES, ids=lambda queue: queue.__name__.rpartition(".")[2])
REST = 30 * SECOND
OVER = LEASE + SLACK + 1


def waiting(queue: ModuleType, tx: Connection) -> None:
    """One row that is due now."""
    if queue is inbox:
        assert inbox.accept(tx, TENANT, delivery())
    elif queue is outbox:
        outbox.add(tx, TENANT, [effect_row()], NOW)
    else:
        assert jobs.ask(tx, TENANT, "j1", "knowledge_sync", {}, NOW, NOW + 1000 * SECOND)


def put_back(queue: ModuleType, tx: Connection, row: Any, next_at: int, *, count: bool = True) -> bool:
    why = ("the desk rests",) if queue is jobs else ()
    return queue.put_back(tx, row.id, row.fence, next_at, *why, count=count)


def broke(queue: ModuleType, tx: Connection, row: Any, now: int) -> bool:
    if queue is outbox:
        return outbox.broke(tx, row.id, row.fence, OutboxRow("ready", NOW, attempts=row.attempts), now)
    return queue.broke(tx, row.id, row.fence, now)


def stored(queue: ModuleType, tx: Connection) -> Any:
    return tx.execute(select(TABLES[queue])).one()


@QUEUES
def test_a_claim_is_given_back_once(db: Database, queue: ModuleType) -> None:
    with db.write() as tx:
        waiting(queue, tx)
        row = queue.claim(tx, NOW, LEASE)
        assert [put_back(queue, tx, row, NOW, count=False) for _ in range(3)] == [True, False, False]
        assert (stored(queue, tx).attempts, stored(queue, tx).lease_until) == (0, 0)
        again = queue.claim(tx, NOW, LEASE)
        assert (again.attempts, again.fence) == (1, 2)


@QUEUES
def test_a_claim_put_back_as_a_try_counts(db: Database, queue: ModuleType) -> None:
    with db.write() as tx:
        waiting(queue, tx)
        row = queue.claim(tx, NOW, LEASE)
        assert put_back(queue, tx, row, NOW + SECOND)
        assert queue.claim(tx, NOW, LEASE) is None
        assert queue.claim(tx, NOW + SECOND, LEASE).attempts == 2


@QUEUES
def test_whoever_was_overtaken_writes_nothing(db: Database, queue: ModuleType) -> None:
    with db.write() as tx:
        waiting(queue, tx)
        old = queue.claim(tx, NOW, LEASE)
        assert queue.claim(tx, NOW + OVER - 1, LEASE) is None
        new = queue.claim(tx, NOW + OVER, LEASE)
        assert (new.fence, new.attempts, new.crashes) == (old.fence + 1, 1, 1)
        before = stored(queue, tx)
        assert not put_back(queue, tx, old, NOW)
        assert not queue.renew(tx, old.id, old.fence, NOW + 99 * LEASE)
        assert not broke(queue, tx, old, NOW)
        assert stored(queue, tx) == before


@QUEUES
def test_a_lease_is_stretched_never_shortened_and_not_after_its_end(db: Database, queue: ModuleType) -> None:
    with db.write() as tx:
        waiting(queue, tx)
        row = queue.claim(tx, NOW, LEASE)
        assert queue.renew(tx, row.id, row.fence, NOW + 2 * LEASE)
        assert queue.renew(tx, row.id, row.fence, NOW + LEASE)
        assert stored(queue, tx).lease_until == NOW + 2 * LEASE
        assert put_back(queue, tx, row, NOW)
        assert not queue.renew(tx, row.id, row.fence, NOW + 3 * LEASE)
        assert stored(queue, tx).lease_until == 0


@QUEUES
def test_what_raises_rests_then_runs_alone_and_a_witness_counts_once(db: Database, queue: ModuleType) -> None:
    with db.write() as tx:
        waiting(queue, tx)
        row = queue.claim(tx, NOW, LEASE)
        assert [broke(queue, tx, row, NOW) for _ in range(2)] == [True, False]
        row = queue.claim(tx, NOW + 5 * SECOND, LEASE)
        assert (row.crashes, row.attempts) == (1, 2)
        assert broke(queue, tx, row, NOW)
        assert not queue.lone_due(tx, NOW + REST - 1)
        assert queue.lone_due(tx, NOW + REST)
        assert queue.claim(tx, NOW + REST, LEASE) is None
        assert queue.claim(tx, NOW + REST, LEASE, alone="task").lone_task == "task"
        assert not queue.lone_due(tx, NOW + REST), "somebody has it"
        assert not queue.witness(tx, "another task", NOW + REST)
        assert [queue.witness(tx, "task", NOW + REST) for _ in range(2)] == [True, False]
        assert (stored(queue, tx).crashes, stored(queue, tx).lease_until) == (3, 0)


def test_a_call_that_died_alone_is_left_for_the_next_claim_to_write_down(db: Database) -> None:
    with db.write() as tx:
        waiting(outbox, tx)
        tx.execute(update(tables.outbox).values(crashes=2))
        outbox.claim(tx, NOW, LEASE, alone="task")
        tx.execute(update(tables.outbox).values(state="sending"))
        assert outbox.witness(tx, "task", NOW)
        assert (stored(outbox, tx).state, stored(outbox, tx).lease_until, stored(outbox, tx).next_at) == (
            "sending",
            LEASE_OVER,
            NOW,
        )
        assert outbox.count_abandoned(tx, NOW) == 1
        assert outbox.claim(tx, NOW, LEASE).state == "sending"


@QUEUES
def test_every_queue_has_the_same_mechanism(queue: ModuleType) -> None:
    for name in ("claim", "renew", "witness", "lone_due"):
        assert getattr(queue, name).__func__ is getattr(Leases, name), (
            f"{queue.__name__} has a {name} of its own"
        )


@QUEUES
def test_no_statement_of_a_claim_is_built_twice(db: Database, queue: ModuleType) -> None:
    def round_of_claims() -> set[int]:
        ran: list[object] = []
        event.listen(
            db.engine, "before_execute", see := lambda connection, statement, *rest: ran.append(statement)
        )
        with db.write() as tx:
            row = queue.claim(tx, NOW, LEASE)
            queue.renew(tx, row.id, row.fence, NOW + 2 * LEASE)
            put_back(queue, tx, row, NOW, count=False)
            queue.lone_due(tx, NOW)
            queue.witness(tx, "task", NOW)
        event.remove(db.engine, "before_execute", see)
        kept.extend(ran)  # alive, so that no id is used again
        return {id(statement) for statement in ran}

    kept: list[object] = []
    with db.write() as tx:
        waiting(queue, tx)
    first = round_of_claims()
    assert len(first) >= 5
    assert round_of_claims() == first
