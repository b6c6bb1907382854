"""What a row may cost its worker, and what a worker may still do with a row: leases, lone runs, rows of
another release, refused notes."""
from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import structlog

from app.core.sending.crashes import MAX_LONE_RUNS
from app.store.database import DEFAULT_TENANT
from app.store.queues import jobs as job_store
from app.store.tables import inbox, jobs, outbox, signals
from connectors.sandbox.faults import Fault
from tests.flow.faulty import PERSON, PUT, RETURN, answered_once, decided, rows_of, states, writes_to
from tests.flow.house import House
from tests.waiting import until
from workers import jobs as working
from workers.deciding.take import take
from workers.rows import lease
from workers.rows.lease import LEASE_US, Heartbeat
from workers.sending.deliver import deliver_one


class _Sluggish:
    """A database behind which some seconds pass with each commit."""

    def __init__(self, house: House, seconds: float) -> None:
        self.read, self._house, self._seconds = house.db.read, house, seconds

    @contextmanager
    def write(self) -> Iterator[Any]:
        with self._house.db.write() as tx:
            yield tx
        self._house.clock.advance(self._seconds)


@pytest.mark.parametrize(("seconds", "calls"), [(9.0, 1), (11.0, 0)])
def test_no_call_is_made_when_its_whole_time_and_five_seconds_are_not_left_of_the_lease(
    house: House, seconds: float, calls: int
) -> None:
    ticket = decided(house)
    assert deliver_one(replace(house.work, db=_Sluggish(house, seconds)))  # type: ignore[arg-type]
    assert len(writes_to(house, ticket)) == calls
    [row] = rows_of(house, ticket)
    assert (row.state, row.sends, row.attempts) == (("sent", 1, 1) if calls else ("ready", 0, 0)), (
        "what was not done is not counted"
    )
    house.settle(60)
    answered_once(house, ticket)


def test_rows_of_a_newer_release_wait_uncounted_and_say_what_to_do(house: House) -> None:
    ticket = decided(house)
    box = house.keys.box
    with house.db.write() as tx:
        tx.execute(
            outbox.update().values(
                body=box.encrypt(json.dumps({"kind": "hologram"}).encode()), requester=None
            )
        )
        tx.execute(inbox.update().values(state="waiting", kind="hologram", next_at=0, attempts=0))
        job_store.ask(tx, DEFAULT_TENANT, "j1", "hologram", {}, house.clock(), house.clock() + 10**12)
    with structlog.testing.capture_logs() as said:
        for _ in range(30):
            house.clock.advance(61)
            house.drain()
    [row] = rows_of(house, ticket)
    assert (row.state, row.attempts, row.sends, row.crashes) == ("ready", 0, 0, 0)
    assert {(r.state, r.attempts, r.crashes) for r in house.rows(inbox)} == {("waiting", 0, 0)}
    [job] = house.rows(jobs)
    assert (job.state, job.attempts) == ("waiting", 0) and "finish the upgrade of this host" in job.progress
    refused = [line for line in said if line["event"].startswith("row refused")]
    assert len(refused) > 20 and all(
        "finish the upgrade of this host" in json.dumps(line) for line in refused
    )
    assert house.replies(ticket) == []


def test_a_job_that_takes_longer_than_many_leases_is_run_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, leases = [], 6

    def long(work: Any, tenant: str, args: Any, progress: Any) -> dict[str, object]:
        runs.append(1)
        for _ in range(leases):
            house.clock.advance(LEASE_US * 2 // 3 / 1_000_000)
            until(lambda: house.rows(jobs)[0].lease_until >= house.clock() + LEASE_US, 10)
            with_other = threading.Thread(target=lambda: others.append(working.job_one(house.work)))
            with_other.start()
            with_other.join(10)
        return {"leases": leases}

    others: list[bool] = []
    monkeypatch.setattr(lease, "Heartbeat", partial(Heartbeat, every=0.01))
    monkeypatch.setitem(working.KINDS, "long", long)
    with house.db.write() as tx:
        job_store.ask(tx, DEFAULT_TENANT, "j1", "long", {}, house.clock(), house.clock() + 10**12)
    assert working.job_one(house.work)
    [job] = house.rows(jobs)
    assert (job.state, job.attempts, job.crashes, runs) == ("done", 1, 0, [1])
    assert others == [False] * leases, "nobody else finds it due"


def test_twenty_lone_runs_that_nobody_saw_end_bring_the_ticket_to_people(house: House) -> None:
    ticket = house.write(RETURN)
    house.clock.advance(3)
    with house.db.write() as tx:
        tx.execute(inbox.update().values(crashes=2))
    for n in range(MAX_LONE_RUNS):
        # Taken, and then the whole group of processes is gone: no witness, and no lease renewed.
        assert take(house.work, f"task {n}") is not None, n
        house.clock.advance(LEASE_US / 1_000_000 + 6)
    house.settle(120)
    [bad] = [r for r in house.deliveries() if r.subject_id == ticket]
    assert bad.state == "bad" and f"{MAX_LONE_RUNS} runs alone ended with their whole worker" in bad.result
    [note], [reply] = house.notes(ticket), house.replies(ticket)
    assert (
        "could not read this ticket" in note["plain_body"]
        and "You are in a person's queue" in reply["plain_body"]
    )


def test_a_refused_note_leaves_the_customers_notice_and_a_plain_note_instead(house: House) -> None:
    ticket = decided(house, PERSON)
    house.desk.do.faults.arm(Fault("answer", status=422, body='{"error": "RecordInvalid"}', **PUT))
    house.settle(120)
    refused, *rest = rows_of(house, ticket)
    assert (refused.purpose, refused.state) == ("note", "failed") and {r.state for r in rest} == {"sent"}
    [reply] = house.replies(ticket)
    assert "You are in a person's queue" in reply["plain_body"], (
        "the customer is told although the note was refused"
    )
    assert house.desk.do.once(int(ticket)) == 1
    assert len(house.notes(ticket)) == 1 and house.owner(ticket) == "people"
    assert "given_up" in {s.kind for s in house.rows(signals)}
    assert states(house, ticket).count("failed") == 1
