from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from app.store import users
from tests.web.seeding import WebHouse, build


@pytest.fixture
def house(tmp_path: Path) -> Iterator[WebHouse]:
    made = build(tmp_path)
    yield made
    made.db.close()


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    # The same algorithm, made cheap: these tests try many passwords. The browser tests hash at full cost.
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(users, "_hasher", quick)
    monkeypatch.setattr(users, "_DECOY", quick.hash("nobody's password"))
