"""Cases of things done the same way twice, which must stay the same."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cases.door import DEFAULT_TENANT, Database, jobs, schema

NOW = 1_772_496_000_000_000
SECOND = 1_000_000
LEASE = 15 * SECOND


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/candor.db")
    schema.upgrade(made)
    yield made
    made.close()


def test_a_claim_of_a_job_is_given_back_once(store: Database) -> None:
    # As `inbox.put_back` has it: a second time would give back an attempt that was never taken.
    with store.write() as tx:
        jobs.ask(tx, DEFAULT_TENANT, "j1", "sync", {}, NOW, NOW + 1000 * SECOND)
        row = jobs.claim(tx, NOW, LEASE)
        assert row is not None
        given = [jobs.put_back(tx, row.id, row.fence, NOW, "the desk rests", count=False) for _ in range(2)]
        after = jobs.get(tx, DEFAULT_TENANT, "j1")
    assert given == [True, False]
    assert after is not None and after.attempts == 0
