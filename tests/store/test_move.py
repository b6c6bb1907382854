"""Everything goes to another database: whole, once, and also when it was killed in the middle."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, text, update

from app.keys import Keys
from app.store import audit, ledger, move, presence, requesters, schema, standing
from app.store.database import Database
from app.store.move import MoveError
from app.store.queues import inbox, outbox
from app.store.standing import LEAVING
from app.store.tables import desks, marks, metadata, passages, policy_versions, versions
from app.store.tables import inbox as inbox_rows
from app.store.tables import ledger as ledger_rows
from tests.services import ROOT
from tests.store.conftest import LEASE, NOW, TENANT, add_desk, delivery, effect_row
from tests.waiting import until

ROWS = 40


@pytest.fixture
def filled(sqlite_store: str, keys: Keys) -> Iterator[Database]:
    """An SQLite store with a bit of everything that is easily lost: bytes, booleans, nulls, chains, words of
    every script."""
    db = Database(sqlite_store)
    add_desk(db, "calm")
    fill(db, keys)
    yield db
    db.close()


def fill(db: Database, keys: Keys) -> None:
    with db.write() as tx:
        tx.execute(
            insert(policy_versions).values(
                tenant=TENANT, version=1, yaml="company: Grüße ✓ 你好", by="t", why="", created_at=NOW
            )
        )
        person = requesters.meet(tx, TENANT, "maya@example.com", keys, NOW, "person-1")
        for n in range(ROWS):
            assert inbox.accept(tx, TENANT, delivery(ticket=str(n), key=f"key-{n}", body=bytes(range(256))))
            entry = ledger.Entry(
                f"entry-{n:03}", "calm", str(n), "verdict", NOW + n, {"n": n, "word": "é"}, "answer"
            )
            ledger.append(tx, TENANT, entry, keys, {"question": f"wörter {n}"}, person)
            audit.append(tx, TENANT, "ana", "tested", {"n": n}, keys, NOW + n, f"audit-{n}")
        outbox.add(tx, TENANT, [effect_row(plan=f"p{n}") for n in range(ROWS)], NOW)
        tx.execute(
            insert(versions).values(
                article="a",
                version="v",
                tenant=TENANT,
                title="T",
                text="x",
                public=True,
                locale="en",
                section="",
                kind="policy",
                blocks="[]",
                updated_at=NOW,
                created_at=NOW,
            )
        )
        tx.execute(
            insert(passages),
            [
                {
                    "article": "a",
                    "version": "v",
                    "start": n,
                    "end": n + 9,
                    "tenant": TENANT,
                    "kind": "text",
                    "text_hash": "h",
                    "model": "m",
                    "vector": bytes([n, 0, 255]),
                }
                for n in range(ROWS)
            ],
        )
        tx.execute(insert(marks).values(name="a fact", value="kept", until=7))


def everything(db: Database) -> dict[str, list[tuple[object, ...]]]:
    with db.read() as tx:
        return {table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
                for table in metadata.sorted_tables if table is not marks}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def target_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of a new, empty database of either kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/target.db"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"moved_{uuid4().hex}"
    yield server.create(name)
    server.drop(name)


def mark(db: Database, name: str) -> str | None:
    with db.read() as tx:
        return tx.execute(select(marks.c.value).where(marks.c.name == name)).scalar_one_or_none()


def test_every_row_arrives_as_it_was(filled: Database, target_url: str, keys: Keys) -> None:
    target, before = Database(target_url), everything(filled)
    moved = move.move(filled, target, keys, NOW, "m1")
    assert everything(target) == before
    assert (moved.rows["inbox"], moved.rows["passages"], moved.ledger_entries, moved.audit_rows) == (
        ROWS,
        ROWS,
        ROWS,
        ROWS,
    )
    assert mark(target, "a fact") == "kept"
    standing.check_start(target, keys)
    with target.read() as tx:
        assert ledger.texts(tx, TENANT, "entry-003", keys) == {"question": "wörter 3"}
    target.close()


def test_the_old_database_refuses_to_be_worked_on_and_names_the_new_one(
    filled: Database, tmp_path: Path, keys: Keys
) -> None:
    target = Database(f"sqlite:///{tmp_path}/new.db")
    move.move(filled, target, keys, NOW, "m1")
    with pytest.raises(standing.Unfit, match=r"was moved to sqlite:.*new\.db: set CANDOR_DATABASE_URL"):
        standing.check_start(filled, keys)
    with pytest.raises(MoveError, match="already"):
        move.move(filled, target, keys, NOW, "m2")
    with pytest.raises(MoveError, match="finished"):
        move.cancel(filled)
    target.close()


PROGRAM = """
import json, sys
from app.keys import Keys
from app.store import move
from app.store.database import Database
source, target, now, kept, stop = sys.argv[1:]
raw = json.loads(kept)
keys = Keys(tuple(raw["fernet"]), *(bytes.fromhex(raw[n]) for n in ("ledger", "links", "sessions")))
seen = 0
def told(table, done, total):
    global seen
    seen += 1
    if seen == int(stop):
        print("here", flush=True)
        sys.stdin.read()  # until we are killed
move.move(Database(source), Database(target), keys, int(now), "m1", told, batch=7)
print("whole")
"""


def kill_in_the_middle(source: str, target: str, keys: Keys, after: int) -> bool:
    """Let a process move and kill it at that word of progress; False when it came to its end before."""
    kept = {
        "fernet": keys.fernet,
        "ledger": keys.ledger.hex(),
        "links": keys.links.hex(),
        "sessions": keys.sessions.hex(),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, source, target, str(NOW), json.dumps(kept), str(after)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    if said == "here":
        process.send_signal(signal.SIGKILL)
    process.communicate(timeout=20)
    assert said in ("here", "whole"), "the move failed"
    return said == "here"


def test_a_move_that_is_killed_goes_on_where_it_stood(filled: Database, target_url: str, keys: Keys) -> None:
    before, kills = everything(filled), 0
    for after in (1, 6, 9, 4, 14):
        kills += kill_in_the_middle(filled.url, target_url, keys, after)
        with pytest.raises(standing.Unfit, match="not finished"):
            standing.check_start(filled, keys)
    target = Database(target_url)
    with pytest.raises(standing.Unfit, match="into this database is not finished"):
        standing.check_start(target, keys)
    assert kills == 5
    told: list[tuple[str, int, int]] = []
    if not target.is_sqlite:
        until(lambda: presence.others(target) == [])  # PostgreSQL sees that the killed ones have gone
    move.move(filled, target, keys, NOW, "another id", lambda *word: told.append(word))
    assert any(done > 0 and done == total for _, done, total in told)
    assert everything(target) == before
    target.close()


def test_a_move_given_up_leaves_the_old_database_to_work_on(
    filled: Database, tmp_path: Path, keys: Keys
) -> None:
    target = f"sqlite:///{tmp_path}/new.db"
    assert kill_in_the_middle(filled.url, target, keys, 6)
    other = Database(f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(MoveError, match=r"a move to sqlite:.*new\.db was begun"):
        move.move(filled, other, keys, NOW, "m2")
    assert move.cancel(filled) and not move.cancel(filled)
    standing.check_start(filled, keys)
    with pytest.raises(MoveError, match="not empty"):
        move.move(filled, Database(target), keys, NOW, "m2")
    move.move(filled, other, keys, NOW, "m2")
    assert everything(other) == everything(filled)
    other.close()


def test_a_move_killed_between_its_last_two_marks_is_ended_by_the_same_command(
    filled: Database, tmp_path: Path, keys: Keys
) -> None:
    target = Database(f"sqlite:///{tmp_path}/new.db")
    assert kill_in_the_middle(filled.url, target.url, keys, 30)
    with filled.write() as tx:
        tx.execute(
            update(marks)
            .where(marks.c.name == LEAVING)
            .values(value=str(mark(filled, LEAVING)).replace("false", "true"))
        )
    move.move(filled, target, keys, NOW, "m1")
    standing.check_start(target, keys)
    target.close()


def test_nothing_is_moved_while_a_row_is_claimed(filled: Database, tmp_path: Path, keys: Keys) -> None:
    with filled.write() as tx:
        mine = update(inbox_rows).where(inbox_rows.c.subject_id == "7")
        assert tx.execute(mine.values(state="working", lease_until=NOW + LEASE)).rowcount == 1
    target = Database(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(MoveError, match=r"1 of inbox.*stop every worker.*within 15 s"):
        move.move(filled, target, keys, NOW, "m1")
    standing.check_start(filled, keys)
    move.move(filled, target, keys, NOW + LEASE, "m1")
    target.close()


def test_nothing_is_moved_while_a_process_works_on_it(filled: Database, target_url: str, keys: Keys) -> None:
    busy = Database(target_url)
    schema.upgrade(busy)
    held = presence.stay(filled)
    with pytest.raises(MoveError, match="comes from is in use"):
        move.move(filled, busy, keys, NOW, "m1")
    assert held is not None
    held.close()
    staying = presence.stay(busy)
    with busy.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        other = Database(target_url)
        with pytest.raises(MoveError, match="goes to is in use"):
            move.move(filled, other, keys, NOW, "m1")
        other.close()
    if staying is not None:
        staying.close()
    busy.close()


def test_nobody_starts_while_a_move_holds_the_file(filled: Database) -> None:
    with presence.alone(filled) as mine:
        assert mine
        with pytest.raises(presence.Occupied, match="wait for its end"):
            presence.stay(filled)


@pytest.mark.parametrize("break_it", [
    lambda tx: tx.execute(update(ledger_rows).where(ledger_rows.c.seq == 3).values(verdict="handoff")),
    lambda tx: tx.execute(ledger_rows.delete().where(ledger_rows.c.seq == 3)),
], ids=["changed", "missing"])
def test_a_ledger_that_does_not_verify_is_not_switched_over(
    filled: Database, tmp_path: Path, keys: Keys, break_it: Callable[[object], object]
) -> None:
    with filled.write() as tx:
        break_it(tx)
    target = Database(f"sqlite:///{tmp_path}/new.db")
    with pytest.raises(MoveError, match="the ledger of calm does not verify"):
        move.move(filled, target, keys, NOW, "m1")
    assert json.loads(str(mark(filled, LEAVING)))["done"] is False
    assert move.cancel(filled)
    target.close()


def test_what_the_new_database_cannot_hold_is_said_by_table_and_row(
    filled: Database, keys: Keys, target_url: str
) -> None:
    with filled.write() as tx:
        tx.execute(update(desks).values(status_why="a zero byte \x00 here"))
    target = Database(target_url)
    if target.is_sqlite:
        move.move(filled, target, keys, NOW, "m1")
    else:
        with pytest.raises(MoveError, match=r"rows of desks up to \['calm'\] cannot be kept"):
            move.move(filled, target, keys, NOW, "m1")
        assert move.cancel(filled)
    target.close()


def test_a_database_is_not_moved_onto_itself(filled: Database, keys: Keys) -> None:
    with pytest.raises(MoveError, match="the database we are on"):
        move.move(filled, Database(filled.url), keys, NOW, "m1")
