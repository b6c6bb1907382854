"""Carrying everything from one database to another: SQLite to PostgreSQL, or any to any.

Nobody may work on either while it goes on. A mark in the source and one in the target keep processes from
starting; what was copied is counted in the target in the transaction that copied it, so a move that was
killed goes on where it stood when it is begun again.
"""
from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, insert, select, tuple_
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError

from app.keys import Keys
from app.store import audit, ledger, presence, schema
from app.store import marks as mark_store
from app.store.database import Database
from app.store.standing import ARRIVING, LEAVING
from app.store.tables import inbox, jobs, marks, metadata, outbox, policy_versions, tickets

BATCH = 500  # rows in one transaction
CLOSED_WITHIN = 3.0  # seconds a connection that was closed may still be seen by PostgreSQL
OWN_MARKS = (LEAVING, ARRIVING)
Told = Callable[[str, int, int], None]  # table, rows that have arrived, rows in all


class MoveError(Exception):
    """The move cannot be made, or not like this; nothing was lost. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows by table, equal on both sides, and how many entries of ledger and audit log were checked in the
    target."""

    rows: Mapping[str, int]
    ledger_entries: int
    audit_rows: int


def move(
    source: Database,
    target: Database,
    keys: Keys,
    now: int,
    move_id: str,
    told: Told = lambda table, done, total: None,
    batch: int = BATCH,
) -> Moved:
    """Copy every row, compare the counts, verify both chains in the target, and leave the source marked as
    moved.

    Safe to call again after a crash at any point. Raises MoveError, SchemaError or StoreBusy.
    """
    if _place(source.url) == _place(target.url):
        raise MoveError("this is the database we are on already: name another one")
    _at_head(source)
    schema.upgrade(target)
    _at_head(target)
    with _alone(source, "the database it comes from"), _alone(target, "the database it goes to"):
        _nobody_at_work(source, now)
        _begin(source, target, move_id)
        for table in _tables():
            _copy(source, target, table, told, batch)
        moved = Moved(_same_counts(source, target), *_whole_chains(target, keys))
        _end(source, target)
    return moved


def cancel(source: Database) -> bool:
    """Give up a move that was begun: processes may work on the source again. False when there was none. A
    finished one cannot be undone."""
    with source.write() as tx:
        left = mark_store.read(tx, LEAVING)
        if left is None:
            return False
        if json.loads(left)["done"]:
            raise MoveError(
                "that move is finished: the database it went to has gone on since, so this one is old. "
                "Nothing was changed"
            )
        tx.execute(marks.delete().where(marks.c.name == LEAVING))
        return True


def _at_head(db: Database) -> None:
    found = schema.current(db)
    if found != schema.head():
        raise schema.SchemaError(
            f"{shown(db.url)} is at {found}, a move needs {schema.head()}: run `flask --app candor db "
            f"upgrade` first"
        )


def _nobody_at_work(source: Database, now: int) -> None:
    """A row in somebody's hands must not be copied: what they write next would be lost."""
    with source.read() as tx:
        held = {
            table.name: tx.execute(
                select(func.count(), func.max(table.c.lease_until)).where(table.c.lease_until > now)
            ).one()
            for table in (inbox, outbox, jobs, tickets)
        }
    busy = {name: row for name, row in held.items() if row[0]}
    if busy:
        seconds = max(row[1] - now for row in busy.values()) / 1_000_000
        what = ", ".join(f"{row[0]} of {name}" for name, row in busy.items())
        raise MoveError(
            f"rows are claimed by a worker ({what}): stop every worker and web process, on every host; "
            f"claims of a worker that died run out within {seconds:.0f} s"
        )


def _begin(source: Database, target: Database, move_id: str) -> None:
    with source.read() as tx:
        left = _json(mark_store.read(tx, LEAVING))
    with target.read() as tx:
        here = _json(mark_store.read(tx, ARRIVING))
        filled = [t.name for t in _tables() if t is not marks and tx.execute(select(t).limit(1)).first()]
    if left and here and left["id"] == here["id"]:
        return  # the same move, begun before
    if left and left["done"]:
        raise MoveError(f"this database was moved to {left['to']} already")
    if here or filled:
        what = "a part of another move" if here else ", ".join(filled)
        raise MoveError(f"{shown(target.url)} is not empty ({what}): give an empty database")
    if left and left["to"] != shown(target.url):
        raise MoveError(
            f"a move to {left['to']} was begun: go on with it, or give it up with `flask --app candor "
            f"database move --cancel`"
        )
    if left:
        move_id = left["id"]  # killed between the two marks
    # The source first: should we die between the two, the target is still empty and nobody has worked on the
    # source since.
    with source.write() as tx:
        mark_store.write(tx, LEAVING, json.dumps({"id": move_id, "to": shown(target.url), "done": False}))
    _arriving(target, {"id": move_id, "after": {}})


def _arriving(target: Database, state: Mapping[str, Any]) -> None:
    with target.write() as tx:
        tx.execute(marks.delete())  # what a migration or a start left there
        mark_store.write(tx, ARRIVING, json.dumps(state))


def _copy(source: Database, target: Database, table: Table, told: Told, batch: int) -> None:
    key = list(table.primary_key.columns)
    with source.read() as tx:
        total = tx.execute(_all(select(func.count()).select_from(table), table)).scalar_one()
    with target.read() as tx:
        done = tx.execute(_all(select(func.count()).select_from(table), table)).scalar_one()
        after = json.loads(str(mark_store.read(tx, ARRIVING)))["after"].get(table.name)
    told(table.name, done, total)
    while True:
        query = _all(select(table), table).order_by(*key).limit(batch)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*after))
        with source.read() as tx:
            rows = [dict(row) for row in tx.execute(query).mappings()]
        if not rows:
            return
        after = [rows[-1][column.name] for column in key]
        _arrive(target, table, rows, after)
        done += len(rows)
        told(table.name, done, total)


def _arrive(target: Database, table: Table, rows: Sequence[dict[str, Any]], after: Sequence[Any]) -> None:
    try:
        with target.write() as tx:
            tx.execute(insert(table), rows)
            state = json.loads(str(mark_store.read(tx, ARRIVING)))
            state["after"][table.name] = after
            mark_store.write(tx, ARRIVING, json.dumps(state))
    except (DataError, IntegrityError, ValueError) as error:
        # Of the driver's words only the kind: they may hold what stands in the row.
        raise MoveError(
            f"rows of {table.name} up to {after} cannot be kept in the new database "
            f"({type(error).__name__}): "
            "nothing was switched over; the old one is whole, `database move --cancel` returns to it"
        ) from None


def _same_counts(source: Database, target: Database) -> dict[str, int]:
    def counts(db: Database) -> dict[str, int]:
        with db.read() as tx:
            return {
                t.name: tx.execute(_all(select(func.count()).select_from(t), t)).scalar_one()
                for t in _tables()
            }

    here, there = counts(source), counts(target)
    wrong = [f"{name}: {n} here, {there[name]} there" for name, n in here.items() if there[name] != n]
    if wrong:
        raise MoveError(
            f"not everything has arrived ({'; '.join(wrong)}): somebody has written meanwhile. Give the "
            f"move up with "
            "`database move --cancel`, stop every process, and move into an empty database"
        )
    return here


def _whole_chains(target: Database, keys: Keys) -> tuple[int, int]:
    entries = 0
    with target.read() as tx:
        for tenant in tx.execute(select(policy_versions.c.tenant).distinct()).scalars().all():
            for check in ledger.verify(tx, tenant, keys):
                if check.broken_at is not None:
                    raise MoveError(
                        f"the ledger of {check.desk} does not verify in the new database: {check.why} at "
                        f"{check.broken_at}. "
                        "Run `flask --app candor ledger verify` on the old one: was it whole there?"
                    )
                entries += check.entries
            broken = audit.first_broken(tx, tenant, keys)
            if broken is not None:
                raise MoveError(
                    f"the audit log does not verify in the new database at row {broken}: was it whole in "
                    f"the old one?"
                )
        rows = tx.execute(select(func.count()).select_from(metadata.tables["audit"])).scalar_one()
    return entries, rows


def _end(source: Database, target: Database) -> None:
    # The source first: should we die between the two, both refuse to be worked on, and the same command ends
    # it.
    with source.write() as tx:
        left = json.loads(str(mark_store.read(tx, LEAVING)))
        mark_store.write(tx, LEAVING, json.dumps(left | {"done": True}))
    with target.write() as tx:
        tx.execute(marks.delete().where(marks.c.name == ARRIVING))


def _tables() -> list[Table]:
    return sorted(metadata.tables.values(), key=lambda table: table.name)


def _all(query: Any, table: Table) -> Any:
    """Every row but the move's own marks."""
    return query.where(marks.c.name.not_in(OWN_MARKS)) if table is marks else query


@contextmanager
def _alone(db: Database, what: str) -> Iterator[None]:
    """Nobody else has the database open; raises MoveError naming who has."""
    if db.is_sqlite:
        with presence.alone(db) as mine:
            if not mine:
                raise MoveError(
                    f"{what} is in use by another process of this host: stop web, worker and beat first"
                )
            yield
        return
    db.close()  # our own idle connections would be taken for somebody else's
    deadline = time.monotonic() + CLOSED_WITHIN
    while others := presence.others(db):
        if time.monotonic() > deadline:
            raise MoveError(
                f"{what} is in use by {', '.join(others)}: stop web, worker and beat on every host first"
            )
        time.sleep(0.05)
    yield


def _json(text: str | None) -> dict[str, Any] | None:
    return None if text is None else json.loads(text)


def _place(url: str) -> tuple[object, ...]:
    parsed = make_url(url)
    name = (
        str(Path(parsed.database or "").resolve())
        if parsed.get_backend_name() == "sqlite"
        else parsed.database
    )
    return parsed.get_backend_name(), parsed.host, parsed.port, name


def shown(url: str) -> str:
    """Without the password."""
    return make_url(url).render_as_string(hide_password=True)
