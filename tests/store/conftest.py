"""Both databases with the shipped schema: the schema is made once a run, each test gets it empty."""
from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import insert

from app.keys import Keys
from app.store import schema
from app.store.database import DEFAULT_TENANT, Database
from app.store.queues.inbox import NewRow
from app.store.queues.outbox import NewOutboxRow
from app.store.tables import desks, metadata

NOW = 1_772_496_000_000_000
SECOND = 1_000_000
LEASE = 15 * SECOND
SLACK = 5 * SECOND  # a lease may be taken over so long after its end
TENANT = DEFAULT_TENANT
_number = count(1)


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys((Fernet.generate_key().decode(),), b"l" * 32, b"k" * 32, b"s" * 32)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file nobody writes to."""
    file = tmp_path_factory.mktemp("empty") / "candor.db"
    db = Database(f"sqlite:///{file}")
    schema.upgrade(db)
    with db.engine.connect() as raw:
        raw.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return file


@pytest.fixture(scope="session")
def empty_postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of one migrated database, emptied before each test that uses it."""
    server = request.getfixturevalue("postgres_server")
    url = server.create("store_tests")
    db = Database(url)
    schema.upgrade(db)
    db.close()
    yield url
    server.drop("store_tests")


@pytest.fixture
def sqlite_store(empty_sqlite: Path, tmp_path: Path) -> str:
    shutil.copy(empty_sqlite, tmp_path / "candor.db")
    return f"sqlite:///{tmp_path}/candor.db"


@pytest.fixture
def postgres_store(empty_postgres: str) -> str:
    db = Database(empty_postgres)
    with db.write() as tx:
        for table in metadata.sorted_tables:
            tx.execute(table.delete())
    db.close()
    return empty_postgres


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest) -> str:
    """Of a database with the schema and no row: the test runs once on SQLite and once on PostgreSQL."""
    return str(request.getfixturevalue(f"{request.param}_store"))


@pytest.fixture
def open_store(store_url: str) -> Iterator[Callable[..., Database]]:
    """Opens the test's database once more, as another process would; all are closed at the end."""
    opened: list[Database] = []

    def open_one(busy_seconds: float = 20.0) -> Database:
        opened.append(Database(store_url, busy_seconds))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def db(open_store: Callable[..., Database]) -> Database:
    """The store with one desk, `calm`."""
    made = open_store()
    add_desk(made, "calm")
    return made


def new_id(kind: str = "id") -> str:
    return f"{kind}-{next(_number):06d}"


def add_desk(db: Database, desk: str, **values: object) -> None:
    with db.write() as tx:
        tx.execute(
            insert(desks).values(
                id=desk, tenant=TENANT, kind="zendesk", name=desk, settings="{}", created_at=NOW, **values
            )
        )


def delivery(
    desk: str = "calm",
    ticket: str = "7",
    key: str | None = None,
    at: int = NOW,
    due: int | None = None,
    **values: object,
) -> NewRow:
    row = {
        "id": new_id("in"),
        "desk": desk,
        "kind": "delivery",
        "key": key or new_id("key"),
        "subject": "ticket",
        "subject_id": ticket,
        "body": b"{}",
        "received_at": at,
        "next_at": at if due is None else due,
    }
    return NewRow(**(row | values))  # type: ignore[arg-type]


def effect_row(
    plan: str = "p1", place: int = 0, desk: str = "calm", ticket: str = "7", **values: object
) -> NewOutboxRow:
    row = {
        "id": new_id("out"),
        "plan": plan,
        "place": place,
        "desk": desk,
        "ticket": ticket,
        "target": desk,
        "effect": "public",
        "purpose": "answer",
        "key": new_id("key"),
        "turn": None,
        "turn_id": "m:1",
        "body": b"sealed",
        "body_hash": "h",
        "requester": None,
        "stamp": None,
        "tags": "[]",
        "seen_message": None,
        "evidence": None,
        "ledger_entry": "e1",
        "next_at": NOW,
    }
    return NewOutboxRow(**(row | values))  # type: ignore[arg-type]
