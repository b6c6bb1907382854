"""Deliveries as rows: each kept once, each ticket worked on by one worker, nobody starved, nothing lost by a
crash."""
from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select, update

from app.core.sending import crashes
from app.store import desks as desk_store
from app.store import tickets
from app.store.database import Database
from app.store.queues import inbox
from app.store.tables import inbox as inbox_table
from tests.store.conftest import LEASE, NOW, SECOND, SLACK, TENANT, add_desk, delivery


def keep(db: Database, *rows: inbox.NewRow) -> list[bool]:
    with db.write() as tx:
        return [inbox.accept(tx, TENANT, row) for row in rows]


def claim(db: Database, now: int = NOW):
    with db.write() as tx:
        return inbox.claim(tx, now, LEASE)


def stored(db: Database, row_id: str):
    with db.read() as tx:
        return tx.execute(select(inbox_table).where(inbox_table.c.id == row_id)).one()


def count(db: Database) -> int:
    with db.read() as tx:
        return tx.execute(select(func.count()).select_from(inbox_table)).scalar_one()


def test_a_delivery_is_kept_once_and_its_copy_is_known(db):
    assert keep(db, delivery(key="a"), delivery(key="a"), delivery(key="b")) == [True, False, True]
    assert count(db) == 2


def test_two_desks_may_use_the_same_key(db):
    add_desk(db, "second")
    assert keep(db, delivery(key="a"), delivery("second", key="a")) == [True, True]


def test_fifty_copies_at_once_make_one_row(db):
    kept: list[bool] = []
    ready = threading.Barrier(50)

    def arrive() -> None:
        ready.wait()
        kept.extend(keep(db, delivery(key="same")))

    threads = [threading.Thread(target=arrive) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(kept) == [False] * 49 + [True]
    assert count(db) == 1


def test_an_act_and_a_changed_ticket_are_kept_once_each(db):
    with db.write() as tx:
        assert inbox.accept_act(tx, TENANT, "calm", "7", "person", "link1", NOW, "a1")
        assert not inbox.accept_act(tx, TENANT, "calm", "7", "person", "link1", NOW, "a2")
        assert inbox.accept_changed(tx, TENANT, "calm", "7", "stamp1", NOW, "c1")
        assert not inbox.accept_changed(tx, TENANT, "calm", "7", "stamp1", NOW, "c2")
        assert inbox.accept_changed(tx, TENANT, "calm", "7", "stamp2", NOW, "c3", delay=SECOND)
    assert stored(db, "c3").next_at == NOW + SECOND


def test_a_row_is_claimed_when_it_is_due_and_not_before(db):
    keep(db, delivery(due=NOW + SECOND))
    assert claim(db) is None
    row = claim(db, NOW + SECOND)
    assert (row.state, row.fence, row.attempts, row.crashes, row.lease_until) == (
        "working",
        1,
        1,
        0,
        NOW + SECOND + LEASE,
    )


def test_a_claimed_row_is_nobody_elses(db):
    keep(db, delivery())
    assert claim(db) is not None
    assert claim(db) is None


def test_a_second_row_of_a_ticket_waits_while_the_first_is_worked_on(db):
    keep(db, delivery(ticket="7"), delivery(ticket="7"), delivery(ticket="8"))
    first, second = claim(db), claim(db)
    assert {first.subject_id, second.subject_id} == {"7", "8"}
    assert claim(db) is None
    with db.write() as tx:
        inbox.finish(tx, (first if first.subject_id == "7" else second).id, 1, "done", "answer", NOW)
    assert claim(db).subject_id == "7"


def test_many_claims_at_once_never_take_two_rows_of_one_ticket(db):
    keep(db, *(delivery(ticket=str(n % 4)) for n in range(16)))
    taken: list[str] = []
    ready = threading.Barrier(8)

    def work() -> None:
        ready.wait()
        row = claim(db)
        if row is not None:
            taken.append(row.subject_id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == len(set(taken))
    while (row := claim(db)) is not None:
        taken.append(row.subject_id)
    assert sorted(taken) == ["0", "1", "2", "3"]


def test_a_quiet_desk_is_not_starved_by_a_flooded_one(db):
    add_desk(db, "quiet")
    keep(db, *(delivery(ticket=str(n)) for n in range(20)))
    assert [claim(db, NOW + n).desk for n in range(5)] == ["calm"] * 5
    keep(db, delivery("quiet", at=NOW + 5), delivery("quiet", ticket="9", at=NOW + 5))
    assert [claim(db, NOW + 10 + n).desk for n in range(4)] == ["quiet", "calm", "quiet", "calm"]


def test_a_row_dropped_by_a_crash_is_taken_over_after_lease_and_slack_and_the_crash_is_counted(db):
    keep(db, delivery())
    lost = claim(db)
    assert claim(db, NOW + LEASE + SLACK) is None
    found = claim(db, NOW + LEASE + SLACK + 1)
    assert (found.id, found.fence, found.crashes, found.attempts) == (lost.id, 2, 1, 1)


def test_a_row_rests_after_its_second_crash_runs_alone_and_only_a_witness_counts_the_third(db):
    keep(db, delivery())
    now = NOW
    for _ in range(2):
        assert claim(db, now) is not None
        now += LEASE + SLACK + 1
    assert claim(db, now) is None
    now += 30 * SECOND
    with db.read() as tx:
        assert inbox.lone_due(tx, now) and not inbox.lone_due(tx, now - 1)
        assert inbox.next_due(tx) is None, "no ring for those who may not take it"
    assert claim(db, now) is None
    for unseen in range(20):
        with db.write() as tx:
            row = inbox.claim(tx, now, LEASE, alone=f"task-{unseen}")
        assert (row.crashes, row.lone_runs, row.attempts) == (2, unseen, 2), "unseen ends cost no attempt"
        now += LEASE + SLACK + 1
    assert claim(db, now).lone_runs == 20, "twenty unseen ends are enough: whoever comes next ends it"
    assert crashes.given_up(2, stored(db, row.id).lone_runs)


def test_a_row_that_breaks_its_work_alone_is_given_up_at_once(db):
    keep(db, delivery())
    now = NOW
    for _ in range(2):
        row = claim(db, now)
        with db.write() as tx:
            assert inbox.broke(tx, row.id, row.fence, now)
            assert not inbox.broke(tx, row.id, row.fence, now)
        now += 30 * SECOND
    with db.write() as tx:
        row = inbox.claim(tx, now, LEASE, alone="task")
        assert inbox.witness(tx, "task", now)
    row = claim(db, now)
    assert (row.crashes, row.lone_task) == (3, None)


def test_a_ticket_whose_worker_crashed_is_not_blocked_for_its_other_rows(db):
    keep(db, delivery(ticket="7", at=NOW), delivery(ticket="7", at=NOW + 1, due=NOW))
    claim(db)
    later = NOW + LEASE + SLACK + 1
    assert claim(db, later) is not None
    assert claim(db, later) is None


def test_a_holder_that_was_overtaken_writes_nothing(db):
    keep(db, delivery())
    old = claim(db)
    new = claim(db, NOW + LEASE + SLACK + 1)
    with db.write() as tx:
        assert not inbox.finish(tx, old.id, old.fence, "done", "late", NOW)
        assert not inbox.put_back(tx, old.id, old.fence, NOW)
        assert not inbox.renew(tx, old.id, old.fence, NOW + 99 * LEASE)
    row = stored(db, old.id)
    assert (row.state, row.fence, row.result, row.lease_until) == (
        "working",
        new.fence,
        None,
        new.lease_until,
    )


def test_a_renewed_lease_is_not_taken_over(db):
    keep(db, delivery())
    row = claim(db)
    with db.write() as tx:
        assert inbox.renew(tx, row.id, row.fence, NOW + 2 * LEASE)
    assert claim(db, NOW + LEASE + SLACK + 1) is None


def test_a_heartbeat_that_comes_late_does_not_lease_a_row_that_was_let_go(db):
    keep(db, delivery())
    row = claim(db)
    with db.write() as tx:
        assert inbox.finish(tx, row.id, row.fence, "done", "answer", NOW)
        assert not inbox.renew(tx, row.id, row.fence, NOW + LEASE)
    assert stored(db, row.id).lease_until == 0


@pytest.mark.parametrize("status", ["paused", "broken"])
def test_rows_of_a_desk_that_is_not_active_stay_and_go_on_later(db, status):
    keep(db, delivery())
    with db.write() as tx:
        desk_store.set_status(tx, TENANT, "calm", status, "an admin paused it")
    assert claim(db) is None
    assert count(db) == 1
    with db.write() as tx:
        desk_store.set_status(tx, TENANT, "calm", "active", None)
    assert claim(db) is not None


def test_a_row_put_back_comes_up_again_and_counts_the_try_unless_told_not_to(db):
    keep(db, delivery())
    row = claim(db)
    with db.write() as tx:
        assert inbox.put_back(tx, row.id, row.fence, NOW + SECOND)
    assert claim(db) is None
    again = claim(db, NOW + SECOND)
    assert (again.attempts, again.crashes) == (2, 0)
    with db.write() as tx:
        assert inbox.put_back(tx, again.id, again.fence, NOW, count=False)
    assert stored(db, row.id).attempts == 1


def test_everything_that_arrived_before_the_ticket_was_read_is_merged_but_acts_are_not(db):
    early, late = delivery(at=NOW), delivery(at=NOW + 5)
    other = delivery(ticket="8")
    keep(db, early, late, other)
    with db.write() as tx:
        inbox.accept_act(tx, TENANT, "calm", "7", "person", "k", NOW, "act")
        assert inbox.merge_earlier(tx, TENANT, "calm", "7", NOW + 1, "row-x", NOW + 6) == 1
    assert stored(db, early.id).result == "merged into row-x"
    assert [stored(db, i).state for i in (early.id, late.id, other.id, "act")] == [
        "done",
        "waiting",
        "waiting",
        "waiting",
    ]


def test_the_span_of_a_burst_runs_from_its_oldest_to_its_newest_open_delivery(db):
    rows = [delivery(at=NOW + n) for n in (0, 3, 9)]
    keep(db, *rows)
    with db.read() as tx:
        assert inbox.span_waiting(tx, "calm", "7") == (NOW, NOW + 9)
        assert inbox.span_waiting(tx, "calm", "8") is None
    with db.write() as tx:
        tx.execute(update(inbox_table).where(inbox_table.c.id == rows[2].id).values(state="done"))
    with db.read() as tx:
        assert inbox.span_waiting(tx, "calm", "7") == (NOW, NOW + 3)


def test_the_sweep_sees_what_is_due_and_what_was_abandoned(db):
    with db.read() as tx:
        assert inbox.next_due(tx) is None
    keep(db, delivery(due=NOW + 7), delivery(ticket="8", due=NOW + 3))
    with db.read() as tx:
        assert inbox.next_due(tx) == NOW + 3
    claim(db, NOW + 3)
    with db.read() as tx:
        assert inbox.count_abandoned(tx, NOW + LEASE) == 0
        assert inbox.count_abandoned(tx, NOW + 3 + LEASE + SLACK + 1) == 1


# Tickets: the second lock, held across desk calls.

def lease(db: Database, now: int = NOW, row_id: str = "t1"):
    with db.write() as tx:
        return tickets.lease(tx, TENANT, "calm", "7", now, LEASE, row_id)


def test_a_ticket_is_held_by_one_worker_until_it_is_let_go_or_its_lease_is_long_over(db):
    held = lease(db)
    assert (held.id, held.owner, held.fence) == ("t1", "assistant", 1)
    assert lease(db, row_id="t2") is None
    assert lease(db, NOW + LEASE + SLACK) is None
    overtaking = lease(db, NOW + LEASE + SLACK + 1, "t3")
    assert (overtaking.id, overtaking.fence) == ("t1", 2)
    with db.write() as tx:
        assert not tickets.save(tx, held.id, held.fence, owner="people")
        assert not tickets.renew(tx, held.id, held.fence, NOW + 99 * LEASE)
        assert not tickets.release(tx, held.id, held.fence)
        assert tickets.save(tx, overtaking.id, overtaking.fence, owner="people")
    with db.read() as tx:
        assert tickets.find(tx, TENANT, "calm", "7").owner == "people"


def test_a_ticket_that_was_let_go_is_free_at_once_and_no_late_heartbeat_holds_it_again(db):
    held = lease(db)
    with db.write() as tx:
        assert tickets.release(tx, held.id, held.fence)
        assert not tickets.renew(tx, held.id, held.fence, NOW + LEASE)
    assert lease(db).fence == 2


def test_a_ticket_met_by_many_workers_at_once_is_one_row_with_one_holder(db):
    got: list[object] = []
    ready = threading.Barrier(8)

    def work(number: int) -> None:
        ready.wait()
        got.append(lease(db, row_id=f"new-{number}"))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(one is not None for one in got) == 1


def test_a_turn_of_which_nothing_left_the_house_may_be_decided_again(db):
    held = lease(db)
    with db.write() as tx:
        tickets.save(tx, held.id, held.fence, handled_turn="m:1", owner="people")
        tickets.reopen_turn(tx, TENANT, "calm", "7", "m:0", to_assistant=True)
    with db.read() as tx:
        assert tickets.find(tx, TENANT, "calm", "7").handled_turn == "m:1"
    with db.write() as tx:
        tickets.reopen_turn(tx, TENANT, "calm", "7", "m:1", to_assistant=True)
        tickets.note_stamp(tx, TENANT, "calm", "7", "stamp2")
    with db.read() as tx:
        row = tickets.find(tx, TENANT, "calm", "7")
    assert (row.handled_turn, row.owner, row.own_stamp) == (None, "assistant", "stamp2")
