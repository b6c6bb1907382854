"""Several workers and one limit: nearly all of it is used, never more; and where the workers keep what they
know of it."""
from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import pytest
import redis

from app.store.database import Database
from app.store.paces import DatabasePaceStore
from app.store.schema import upgrade
from connectors.clock import SetClock
from connectors.contract import Connection
from connectors.errors import RateLimited
from connectors.limits import MemoryPaceStore, PaceStore, RateBudget
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.rates import RULES
from connectors.zendesk.sandbox import SandboxZendesk
from tests.figures import Figures
from tests.flow.faulty import RETURN
from tests.flow.house import MORNING, House
from workers.running.shared_pace import RedisPaceStore, SharedPaceStore

WORKERS = 3
PER_MINUTE = 100
SECONDS = 310
FIRST = 4


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    db = Database(sqlite_url, 5.0)
    upgrade(db)
    yield db
    db.close()


@pytest.fixture(params=["redis", "database"])
def store(request: pytest.FixtureRequest, database: Database) -> PaceStore:
    there = RedisPaceStore(str(request.getfixturevalue("redis_url"))) if request.param == "redis" else None
    return SharedPaceStore(there, DatabasePaceStore(database))


def test_workers_that_share_a_limit_use_nearly_all_of_it_and_never_more(
    store: PaceStore, figures: Figures, request: pytest.FixtureRequest
) -> None:
    clock = SetClock(MORNING)
    name = f"desk-{os.getpid()}-{request.node.callspec.id}"
    with SandboxZendesk(clock=clock) as desk:
        desk.do.switch(updates_per_minute=PER_MINUTE, updates_per_ticket=0)
        ticket = desk.do.customer_ticket(
            name="Maya", email="maya@example.com", subject="A question", text="Where is it?"
        )
        given = Connection(
            name, {"subdomain": desk.account, "email": desk.email, "api_token": desk.token}, {}, desk.url
        )
        workers = [
            ZendeskClient(given, clock, RateBudget(RULES, store, name, 0.2), sandbox_allowed=True)
            for _ in range(WORKERS)
        ]

        def work(client: ZendeskClient) -> None:
            while True:
                try:
                    client.raw("PUT", f"/api/v2/tickets/{ticket}.json", body={"ticket": {"priority": "high"}})
                except RateLimited:
                    return

        with ThreadPoolExecutor(WORKERS) as pool:
            for _ in range(SECONDS):
                list(pool.map(work, workers))
                clock.advance(1)
        statuses = [r["status"] for r in desk.do.requests("PUT", rf"/tickets/{ticket}")]
    over, used = statuses.count(429), statuses.count(200) / (PER_MINUTE * SECONDS / 60)
    figures(
        "limits",
        "share_of_the_rate_used",
        used,
        len(statuses),
        store=request.node.callspec.id,
        limit=PER_MINUTE,
        workers=WORKERS,
    )
    figures("limits", "calls_over_the_limit", over, len(statuses), store=request.node.callspec.id)
    assert over == 0
    assert used >= 0.95


def test_a_pace_is_never_written_by_two_at_once(store: PaceStore, request: pytest.FixtureRequest) -> None:
    name = f"count-{os.getpid()}-{request.node.callspec.id}"

    def one(_: int) -> None:
        store.change(name, lambda text: (str(int(text or 0) + 1), None))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(80)))
    assert store.read(name) == "80"


def test_threads_that_ask_first_at_the_same_moment_share_one_client(redis_url: str) -> None:
    for _ in range(50):
        store, together = RedisPaceStore(redis_url), Barrier(8)

        def first(_: int, store: RedisPaceStore = store, together: Barrier = together) -> str:
            together.wait()
            return store.change("first", lambda text: ("there", "answered"))

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(first, range(8))) == {"answered"}


def test_without_redis_the_database_keeps_it_and_without_both_the_process_does(
    database: Database, tmp_path: Path
) -> None:
    nowhere = RedisPaceStore(f"redis+socket://{tmp_path}/no.sock")
    with pytest.raises(redis.RedisError):
        nowhere.read("pace:x")
    store = SharedPaceStore(nowhere, DatabasePaceStore(database))
    store.change("pace:x", lambda text: ("kept", None))
    assert DatabasePaceStore(database).read("pace:x") == "kept"
    locked = Database(database.url, 0.05)
    alone = SharedPaceStore(None, DatabasePaceStore(locked))
    with database.write():
        alone.change("pace:x", lambda text: ("mine", None))
    assert alone.read("pace:x") == "kept", "the database answers again, and is asked first"
    locked.close()
    assert MemoryPaceStore().read("pace:x") is None


def test_a_flood_of_people_nobody_has_heard_of_gets_no_more_replies_than_its_cap_and_holds_up_no_customer(
    house: House, figures: Figures
) -> None:
    known = "maya@example.com"
    house.write(RETURN, email=known)
    house.settle(30)
    house.clock.advance(3_700)
    house.work = replace(house.work, settings=replace(house.work.settings, first_contacts_per_hour=FIRST))
    flood = [house.write(RETURN, email=f"forged{n}@example.com") for n in range(3 * FIRST)]
    house.settle(60)
    customer = house.write(RETURN, email=known)
    house.settle(60)
    assert len(house.replies(customer)) == 1, "whoever is known is answered at once"
    written = sum(len(house.replies(t)) for t in flood)
    figures("limits", "replies_to_first_contacts", written, len(flood), cap=FIRST)
    assert written == FIRST
    house.clock.advance(3_600)
    house.settle(60)
    assert sum(len(house.replies(t)) for t in flood) == 2 * FIRST, "the others wait, and are not lost"
