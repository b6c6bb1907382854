"""Effects on their way: in the order of their plan, under keys that exist once for ever, by a holder whose
fence is the newest."""
from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.core.sending import states as protocol
from app.core.sending.states import FENCED, Answered, OutboxRow, Started, Traced, Vanished
from app.store import desks as desk_store
from app.store.database import Database
from app.store.queues import outbox
from app.store.tables import outbox as outbox_table
from connectors.records import Sent, Stamp, Trace, Unknown
from tests.store.conftest import LEASE, NOW, SECOND, SLACK, TENANT, add_desk, effect_row

STAMP = Stamp("2026-03-03T10:00:00Z", NOW, NOW + 5 * SECOND, NOW)


def add(db: Database, *rows: outbox.NewOutboxRow) -> None:
    with db.write() as tx:
        outbox.add(tx, TENANT, rows, NOW)


def claim(db: Database, now: int = NOW):
    with db.write() as tx:
        return outbox.claim(tx, now, LEASE)


def save(db: Database, row, new: OutboxRow, now: int = NOW) -> bool:
    with db.write() as tx:
        return outbox.save(tx, row.id, row.fence, new, now)


def stored(db: Database, row_id: str):
    with db.read() as tx:
        return tx.execute(select(outbox_table).where(outbox_table.c.id == row_id)).one()


def sent(db: Database, row, now: int = NOW) -> None:
    state = protocol.step(outbox.protocol_row(row), Started(), now, FENCED)
    assert save(db, row, protocol.step(state, Answered(Sent("r1")), now, FENCED))


def test_the_rows_of_a_plan_go_out_in_their_order_each_after_the_one_before_was_sent(db):
    note, notice = (
        effect_row(place=0, effect="note", purpose="note"),
        effect_row(place=1, purpose="handoff_notice"),
    )
    add(db, notice, note)
    first = claim(db)
    assert first.id == note.id
    assert claim(db) is None
    sent(db, first)
    assert claim(db).id == notice.id


@pytest.mark.parametrize("state", ["ready", "unknown"])
def test_a_row_waits_while_an_earlier_one_of_its_plan_is_on_its_way(db, state):
    add(db, effect_row(place=0), effect_row(place=1))
    first = claim(db)
    save(
        db, first, replace(outbox.protocol_row(first), state=state, next_at=NOW + 60 * SECOND, lease_until=0)
    )
    assert claim(db) is None


@pytest.mark.parametrize("state", ["failed", "dead"])
def test_a_row_goes_on_after_an_earlier_one_of_its_plan_that_was_refused_or_given_up(db, state):
    add(db, effect_row(place=0), effect_row(place=1))
    first = claim(db)
    save(db, first, replace(outbox.protocol_row(first), state=state, lease_until=0))
    assert claim(db).place == 1


def test_the_third_crash_needs_a_run_alone_and_a_witness(db):
    add(db, effect_row())
    now = NOW
    for crashes in (1, 2):
        row = claim(db, now)
        assert row.crashes == crashes - 1
        now += LEASE + SLACK + 1
    assert claim(db, now) is None, "it rests after the second"
    now += 30 * SECOND
    assert claim(db, now) is None, "only a task of its own may take it"
    for unseen in range(3):
        with db.write() as tx:
            row = outbox.claim(tx, now, LEASE, alone=f"task-{unseen}")
        assert (row.crashes, row.lone_runs) == (2, unseen), "a worker that vanished whole is no witness"
        now += LEASE + SLACK + 1
    with db.write() as tx:
        assert not outbox.witness(tx, "task-0", now), "that run was over before"
        assert outbox.witness(tx, "task-2", now)
        assert not outbox.witness(tx, "task-2", now), "counted once"
    assert claim(db, now).crashes == 3


def test_plans_do_not_wait_for_each_other(db):
    add(db, effect_row("p1", 0), effect_row("p1", 1), effect_row("p2", 1, ticket="8"))
    assert {claim(db).plan, claim(db).plan} == {"p1", "p2"}


def test_a_row_is_due_at_its_time_and_held_by_one(db):
    add(db, effect_row(next_at=NOW + SECOND))
    assert claim(db) is None
    row = claim(db, NOW + SECOND)
    assert (row.fence, row.attempts, row.crashes) == (1, 1, 0)
    assert claim(db, NOW + SECOND) is None


def test_a_quiet_desks_one_row_does_not_wait_for_a_flooded_desks_hundred(db):
    add_desk(db, "quiet")
    add(db, *(effect_row(f"p{n}", ticket=str(n)) for n in range(10)))
    assert [claim(db, NOW + n).desk for n in range(3)] == ["calm"] * 3
    add(db, effect_row("q", desk="quiet"))
    assert claim(db, NOW + 4).desk == "quiet"


@pytest.mark.parametrize("status", ["paused", "broken"])
def test_rows_of_a_desk_that_is_not_active_stay(db, status):
    add(db, effect_row())
    with db.write() as tx:
        desk_store.set_status(tx, TENANT, "calm", status, "why")
    assert claim(db) is None


def test_a_row_left_sending_by_a_crash_comes_up_and_is_only_looked_up_after_hard_limit_and_settle(db):
    add(db, effect_row())
    row = claim(db)
    state = protocol.step(outbox.protocol_row(row), Started(), NOW, FENCED)
    assert save(db, row, state)
    assert claim(db, state.lease_until + SLACK) is None
    later = state.lease_until + SLACK + 1
    with db.read() as tx:
        assert outbox.count_abandoned(tx, later - 1) == 0
        assert outbox.count_abandoned(tx, later) == 1
    orphan = claim(db, later)
    assert (orphan.id, orphan.state, orphan.fence, orphan.crashes) == (row.id, "sending", 2, 1)
    unknown = protocol.step(outbox.protocol_row(orphan), Vanished(), later, FENCED)
    assert save(db, orphan, unknown, later)
    settled_at = NOW + FENCED.hard_limit + FENCED.settle
    assert claim(db, settled_at - 1) is None
    found = claim(db, settled_at)
    assert save(
        db,
        found,
        protocol.step(outbox.protocol_row(found), Traced(Trace("r9", False)), settled_at, FENCED),
        settled_at,
    )
    done = stored(db, row.id)
    assert (done.state, done.remote_id, done.done_at) == ("sent", "r9", settled_at)


def test_the_late_answer_of_a_holder_that_was_overtaken_is_not_written(db):
    add(db, effect_row())
    row = claim(db)
    state = protocol.step(outbox.protocol_row(row), Started(), NOW, FENCED)
    save(db, row, state)
    claim(db, state.lease_until + SLACK + 1)
    assert not save(db, row, protocol.step(state, Answered(Sent("r1")), NOW, FENCED))
    assert stored(db, row.id).state == "sending"


def test_a_crash_before_the_call_is_counted_and_the_row_goes_on(db):
    add(db, effect_row())
    claim(db)
    again = claim(db, NOW + LEASE + SLACK + 1)
    assert (again.state, again.crashes, again.attempts) == ("ready", 1, 1)


def test_a_try_that_did_not_count_is_given_back(db):
    add(db, effect_row())
    row = claim(db)
    held = protocol.step(
        outbox.protocol_row(row), protocol.Deferred(NOW, "kill switch", counts=False), NOW, FENCED
    )
    assert save(db, row, held)
    assert stored(db, row.id).attempts == 0


def test_a_lease_is_renewed_never_shortened_and_never_by_somebody_else(db):
    add(db, effect_row())
    row = claim(db)
    state = protocol.step(outbox.protocol_row(row), Started(), NOW, FENCED)
    save(db, row, state)
    with db.write() as tx:
        assert outbox.renew(tx, row.id, row.fence, NOW + LEASE)
        assert not outbox.renew(tx, row.id, row.fence + 1, NOW + 99 * LEASE)
    assert stored(db, row.id).lease_until == state.lease_until
    with db.write() as tx:
        assert outbox.renew(tx, row.id, row.fence, state.lease_until + SECOND)
    assert stored(db, row.id).lease_until == state.lease_until + SECOND


def test_a_row_that_ended_is_not_leased_again_by_a_late_heartbeat(db):
    add(db, effect_row())
    row = claim(db)
    sent(db, row)
    with db.write() as tx:
        assert not outbox.renew(tx, row.id, row.fence, NOW + LEASE)


def test_one_key_exists_once_for_ever(db):
    add(db, effect_row(key="k"))
    sent(db, claim(db))
    with pytest.raises(IntegrityError):
        add(db, effect_row("p2", key="k"))


def test_an_answer_and_a_hand_off_notice_to_one_turn_exclude_each_other(db):
    add(db, effect_row("p1", purpose="answer", turn="turn-1"))
    with pytest.raises(IntegrityError):
        add(db, effect_row("p2", purpose="handoff_notice", turn="turn-1"))
    # rows without a turn do not
    add(db, effect_row("p3", purpose="note"), effect_row("p3", place=1, purpose="note"))


def test_a_plan_is_written_whole_or_not_at_all(db):
    add(db, effect_row(key="k"))
    with pytest.raises(IntegrityError):
        add(db, effect_row("p2", key="new"), effect_row("p2", 1, key="k"))
    with db.read() as tx:
        assert tx.execute(select(outbox_table.c.key)).scalars().all() == ["k"]


def test_a_stale_row_gives_key_and_turn_free_so_that_the_turn_can_be_composed_anew(db):
    add(db, effect_row(key="k", turn="t", turn_id="m:1"))
    row = claim(db)
    save(
        db,
        row,
        protocol.step(outbox.protocol_row(row), protocol.Overtaken("the customer wrote again"), NOW, FENCED),
    )
    with db.read() as tx:
        assert outbox.tries_of_turn(tx, "calm", "7", "m:1") == 1
        assert not outbox.turn_is_taken(tx, "calm", "7", "m:1")
    add(db, effect_row("p2", key="k", turn="t", turn_id="m:1"))
    with db.read() as tx:
        assert outbox.turn_is_taken(tx, "calm", "7", "m:1")


@pytest.mark.parametrize("state", ["failed", "dead", "unknown", "sent"])
def test_a_row_that_may_have_gone_out_keeps_key_and_turn(db, state):
    add(db, effect_row(key="k", turn="t"))
    row = claim(db)
    save(db, row, replace(outbox.protocol_row(row), state=state, lease_until=0))
    with pytest.raises(IntegrityError):
        add(db, effect_row("p2", turn="t"))


def test_a_holder_of_a_row_that_was_ended_with_its_plan_writes_nothing(db):
    add(db, effect_row(place=0), effect_row(place=1))
    sent(db, claim(db))
    held = claim(db)
    with db.write() as tx:
        assert outbox.end_rest(tx, "p1", 0, "failed", "an earlier row was dead", NOW) == 1
    assert not save(db, held, protocol.step(outbox.protocol_row(held), Started(), NOW, FENCED))
    assert stored(db, held.id).state == "failed"


def test_the_rest_of_a_plan_ends_with_it_and_gives_its_turn_free(db):
    add(db, effect_row(place=0), effect_row(place=1, key="k1", turn="t1"), effect_row(place=2))
    first = claim(db)
    save(db, first, protocol.step(outbox.protocol_row(first), protocol.GivenUp("gone"), NOW, FENCED))
    with db.write() as tx:
        assert outbox.end_rest(tx, "p1", 0, "failed", "an earlier row was dead", NOW) == 2
    with db.read() as tx:
        assert not outbox.has_open(tx, "calm", "7")
    add(db, effect_row("p2", key="k1", turn="t1"))


def test_what_was_sent_gives_the_rest_of_the_plan_the_new_stamp_and_a_moment_to_wait(db):
    add(db, effect_row(place=0), effect_row(place=1))
    first = claim(db)
    sent(db, first)
    with db.write() as tx:
        outbox.restamp_next(tx, "p1", 0, STAMP, NOW + SECOND)
    assert claim(db) is None
    second = claim(db, NOW + SECOND)
    assert outbox.protocol_row(second).stamp == STAMP


def test_a_row_comes_back_as_the_protocol_left_it(db):
    add(db, effect_row(stamp=STAMP))
    row = claim(db)
    state = protocol.step(outbox.protocol_row(row), Started(), NOW, FENCED)
    unknown = protocol.step(state, Answered(Unknown("time-out")), NOW + SECOND, FENCED)
    assert save(db, row, unknown)
    assert outbox.protocol_row(stored(db, row.id)) == unknown


def test_the_sweep_sees_the_next_due_row_and_whether_anything_is_open(db):
    with db.read() as tx:
        assert outbox.next_due(tx) is None
        assert not outbox.has_open(tx, "calm", "7")
    add(db, effect_row(next_at=NOW + 9))
    with db.read() as tx:
        assert outbox.next_due(tx) == NOW + 9
        assert outbox.has_open(tx, "calm", "7")
