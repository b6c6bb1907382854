"""Marks, caps, jobs, policies and promises: small tables, each with one promise of its own."""
from __future__ import annotations

import threading

import pytest
from sqlalchemy import insert

from app.core.verdicts import Wait
from app.store import caps, marks, policies, promises
from app.store.database import Database
from app.store.queues import jobs
from app.store.tables import policy_versions
from config.load import SHIPPED_POLICY
from config.policy import Mode
from config.policy_text import PolicyError
from tests.store.conftest import LEASE, NOW, SECOND, SLACK, TENANT

MINUTE = 60 * SECOND


def test_a_lock_is_held_by_one_until_it_ends_by_itself(db):
    def take(holder: str, now: int) -> bool:
        with db.write() as tx:
            return marks.take(tx, "sweep", holder, now, now + MINUTE)

    assert take("a", NOW)
    assert not take("b", NOW + 1)
    assert take("a", NOW + 2)  # its own again
    assert not take("b", NOW + MINUTE)
    assert take("b", NOW + 2 + MINUTE)


def test_a_lock_asked_for_by_many_at_once_goes_to_one(db):
    got: list[bool] = []
    ready = threading.Barrier(8)

    def work(number: int) -> None:
        ready.wait()
        with db.write() as tx:
            got.append(marks.take(tx, "poll", f"holder-{number}", NOW, NOW + MINUTE))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(got) == 1


def test_a_mark_is_overwritten_and_a_lock_written_free_can_be_taken(db):
    with db.write() as tx:
        marks.write(tx, "x", "1")
        marks.write(tx, "x", "2")
        assert marks.read(tx, "x") == "2"
        assert marks.take(tx, "lock", "a", NOW, NOW + MINUTE)
        marks.write(tx, "lock", "", 0)
        assert marks.take(tx, "lock", "b", NOW, NOW + MINUTE)


def cap(db: Database, desk: str, topic: str, what: str, until: int | None = None) -> None:
    with db.write() as tx:
        caps.set_cap(
            tx, TENANT, desk, topic, what, f"{what} because", "admin", until, NOW, f"{desk}-{topic}-{what}"
        )


def ceiling(
    db: Database, desk: str = "calm", topic: str = "returns", now: int = NOW, tenant: str = TENANT
) -> Mode:
    with db.read() as tx:
        return caps.ceiling(tx, tenant, desk, topic, now)


def test_without_a_cap_the_ceiling_is_send(db):
    assert ceiling(db) is Mode.SEND


def test_the_lowest_cap_that_fits_counts(db):
    cap(db, "*", "*", "draft")
    cap(db, "calm", "returns", "watch")
    cap(db, "other", "*", "watch")
    assert ceiling(db) is Mode.WATCH
    assert ceiling(db, topic="shipping") is Mode.DRAFT
    assert ceiling(db, tenant="another tenant") is Mode.SEND


def test_a_cap_ends_at_its_time_and_can_be_lifted(db):
    cap(db, "calm", "*", "draft", until=NOW + 5)
    assert (ceiling(db, now=NOW + 4), ceiling(db, now=NOW + 5)) == (Mode.DRAFT, Mode.SEND)
    cap(db, "calm", "*", "watch")
    with db.write() as tx:
        assert caps.lift(tx, TENANT, "calm", "*", "watch") == 1
        assert caps.lift(tx, TENANT, "calm", "*", "watch") == 0
    assert ceiling(db, now=NOW + 5) is Mode.SEND


def test_the_kill_switch_names_its_reason_and_is_no_ceiling(db):
    cap(db, "*", "*", "kill", until=NOW + 5)
    with db.read() as tx:
        assert caps.killed(tx, TENANT, "calm", NOW) == "kill because"
        assert caps.killed(tx, TENANT, "calm", NOW + 5) is None
        assert caps.killed(tx, "another tenant", "calm", NOW) is None
    assert ceiling(db) is Mode.SEND


def ask(db: Database, job: str, once: str | None = None) -> bool:
    with db.write() as tx:
        return jobs.ask(tx, TENANT, job, "knowledge_sync", {"desk": "calm"}, NOW, NOW + MINUTE, once)


def claim(db: Database, now: int = NOW):
    with db.write() as tx:
        return jobs.claim(tx, now, LEASE)


def test_a_job_is_asked_for_once_until_it_is_done(db):
    assert ask(db, "j1", "sync")
    assert not ask(db, "j2", "sync")
    row = claim(db)
    assert not ask(db, "j3", "sync")
    with db.write() as tx:
        assert jobs.finish(tx, row.id, row.fence, "done", {"articles": 3})
    assert ask(db, "j4", "sync")
    assert ask(db, "j5") and ask(db, "j6")


def test_a_job_is_worked_on_by_one_and_taken_over_after_a_crash(db):
    ask(db, "j1")
    row = claim(db)
    assert (row.state, row.attempts) == ("working", 1)
    assert claim(db) is None
    assert claim(db, NOW + LEASE + SLACK) is None
    again = claim(db, NOW + LEASE + SLACK + 1)
    assert (again.id, again.fence, again.attempts, again.crashes) == ("j1", 2, 1, 1)
    with db.write() as tx:
        assert not jobs.finish(tx, row.id, row.fence, "done", {})
        assert not jobs.progress(tx, row.id, row.fence, "half", NOW)
        assert not jobs.put_back(tx, row.id, row.fence, NOW, "later")
        assert jobs.progress(tx, again.id, again.fence, "half", NOW + 9 * LEASE)
        assert jobs.finish(tx, again.id, again.fence, "bad", {"error": "x"})
    with db.read() as tx:
        done = jobs.get(tx, TENANT, "j1")
        assert (done.state, done.progress, done.result) == ("bad", "half", '{"error": "x"}')
        assert jobs.get(tx, "another tenant", "j1") is None
        assert not jobs.any_due(tx, NOW + MINUTE)


def test_a_job_put_back_waits_for_its_time(db):
    ask(db, "j1")
    row = claim(db)
    with db.write() as tx:
        assert jobs.put_back(tx, row.id, row.fence, NOW + MINUTE, "the desk is down")
    with db.read() as tx:
        assert not jobs.any_due(tx, NOW)
        assert jobs.any_due(tx, NOW + MINUTE)


def test_a_policy_version_is_kept_whole_and_numbered(db):
    shipped = SHIPPED_POLICY.read_text("utf-8")
    with db.write() as tx:
        assert policies.current_version(tx, TENANT) == 0
        assert policies.add(tx, TENANT, shipped, "owner", "first", NOW) == 1
        assert (
            policies.add(
                tx,
                TENANT,
                shipped.replace("company: Larkfield", "company: Oakfield"),
                "owner",
                "renamed",
                NOW,
            )
            == 2
        )
        assert policies.current_version(tx, TENANT) == 2
        assert [policies.load(tx, TENANT, n).company for n in (1, 2)] == ["Larkfield", "Oakfield"]
        assert policies.load(tx, TENANT, 2).version == 2
        assert policies.text(tx, TENANT, 1) == shipped
        assert policies.current_version(tx, "another tenant") == 0


def test_a_policy_that_does_not_hold_is_never_kept(db):
    with pytest.raises(PolicyError), db.write() as tx:
        policies.add(tx, TENANT, "company: x", "owner", "broken", NOW)
    with db.read() as tx:
        assert policies.current_version(tx, TENANT) == 0


def test_a_version_kept_by_an_earlier_release_loads_although_no_new_one_may_hold_its_keys(db):
    old = SHIPPED_POLICY.read_text("utf-8") + 'bot_allowlist: ["5"]\n'
    with pytest.raises(PolicyError, match="bot_allowlist"), db.write() as tx:
        policies.add(tx, TENANT, old, "owner", "new", NOW)
    with db.write() as tx:
        tx.execute(
            insert(policy_versions).values(
                tenant=TENANT, version=1, yaml=old, by="owner", why="old", created_at=NOW
            )
        )
        assert policies.load(tx, TENANT, 1).company == "Larkfield"


def test_the_fallback_is_no_ceiling_and_the_widest_fits_too(db):
    cap(db, "*", "returns", "fallback", until=NOW + 5)
    cap(db, "calm", "*", "draft")
    with db.read() as tx:
        held = caps.of_turn(tx, TENANT, "calm", "returns", NOW)
        assert (held.ceiling, held.fallback.why) == (Mode.DRAFT, "fallback because")
        assert caps.of_turn(tx, TENANT, "calm", "shipping", NOW).fallback is None
        assert caps.of_turn(tx, TENANT, "calm", "returns", NOW + 5).fallback is None
        assert caps.of_turn(tx, "another tenant", "calm", "returns", NOW).fallback is None
        assert [row.topic for row in caps.fallbacks(tx, TENANT, NOW)] == ["returns"] and not caps.fallbacks(
            tx, TENANT, NOW + 5
        )


WAIT = Wait(600, 1800, NOW + 30 * MINUTE, None, None, 2, NOW, "v1", {"agents": 3})
NO_WAIT = Wait(None, None, None, "queue_new", None, None, NOW, "v1")


def promise(db: Database, row_id: str = "p1", wait: Wait = WAIT, now: int = NOW) -> None:
    with db.write() as tx:
        promises.make(tx, TENANT, "calm", "7", "Support", wait, "e1", now, row_id)


def state_of(db: Database, row_id: str = "p1"):
    with db.read() as tx:
        found = tx.execute(promises.promises.select().where(promises.promises.c.id == row_id)).one()
        return found.state, found.replied_at


def replied(db: Database, at: int) -> int:
    with db.write() as tx:
        return promises.replied(tx, TENANT, "calm", "7", at)


def lapse(db: Database, now: int) -> int:
    with db.write() as tx:
        return promises.lapse(tx, TENANT, now)


def test_a_promise_is_kept_up_to_its_bound_and_broken_after_it(db):
    promise(db)
    assert replied(db, WAIT.bound_at) == 1
    assert state_of(db) == ("kept", WAIT.bound_at)
    promise(db, "p2")
    assert replied(db, WAIT.bound_at + 1) == 0
    assert state_of(db, "p2") == ("broken", WAIT.bound_at + 1)
    assert state_of(db) == ("kept", WAIT.bound_at)


def test_a_promise_is_broken_the_moment_it_lapses(db):
    promise(db)
    assert lapse(db, WAIT.bound_at) == 0
    assert lapse(db, WAIT.bound_at + 1) == 1
    assert state_of(db) == ("broken", None)
    assert replied(db, WAIT.bound_at + MINUTE) == 0
    assert state_of(db) == ("broken", WAIT.bound_at + MINUTE)


def test_a_reply_in_time_that_the_poll_saw_late_keeps_the_promise(db):
    promise(db)
    lapse(db, WAIT.bound_at + MINUTE)
    assert replied(db, WAIT.bound_at - SECOND) == 1
    assert state_of(db) == ("kept", WAIT.bound_at - SECOND)


def test_a_reply_from_before_the_promise_does_not_keep_it(db):
    promise(db)
    assert replied(db, NOW - 1) == 0
    assert state_of(db) == ("open", None)


def test_saying_that_we_cannot_say_is_kept_too_and_never_broken(db):
    promise(db, wait=NO_WAIT)
    assert lapse(db, NOW + 10**15) == 0
    assert replied(db, NOW + 1) == 0
    assert state_of(db) == ("none", None)


def test_the_same_event_of_a_queue_seen_twice_is_one(db):
    with db.write() as tx:
        for row_id in ("q1", "q2"):
            promises.queue_event(tx, TENANT, "calm", "Support", "7", "replied", NOW, row_id)
        promises.queue_event(tx, TENANT, "calm", "Support", "7", "replied", NOW + 1, "q3")
        promises.queue_event(tx, TENANT, "calm", "Support", "8", "arrived", NOW, "q4")
    with db.read() as tx:
        assert promises.replies_seen(tx, TENANT, "calm", "Support") == 1
        assert promises.replies_seen(tx, TENANT, "calm", "Billing") == 0
