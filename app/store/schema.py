"""The schema's version: migrations under a lock before web starts, and a refusal of schemas this release cannot read."""
from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.store.database import Database

_LOCK = 0x43414E44  # "CAND": one number for all of our hosts


class SchemaError(Exception):
    """The database's schema does not fit this release; the message says what to do."""


def upgrade(db: Database) -> str:
    """Bring the schema to this release's revision, one process at a time; returns that revision."""
    with _only_one(db), db.engine.connect() as connection:
        if db.is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return head()


def head() -> str:
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def current(db: Database) -> str | None:
    """The database's revision, None when it has none yet."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def check(db: Database) -> None:
    """Raise SchemaError unless the database is at this release's revision or one step to either side of it."""
    found = current(db)
    known = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    if found is None:
        raise SchemaError("the database has no tables yet: run `flask --app candor db upgrade`")
    if found in known and known.index(found) <= 1:
        return
    if found in known:
        raise SchemaError(f"the database is at {found}, this release needs {known[0]}: run `flask --app candor db upgrade`")
    if found == _next_of(known[0]):
        return
    raise SchemaError(f"the database is at {found}, which a newer release wrote: install that release on this host")


def _next_of(revision: str) -> str:
    # Revisions are numbered, so that the step after ours has a name although we do not know it.
    return f"{int(revision) + 1:04d}"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


@contextmanager
def _only_one(db: Database) -> Iterator[None]:
    if db.is_sqlite:
        path = Path(db.url.removeprefix("sqlite:///")).with_suffix(".migrate")
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    with db.engine.connect() as holder:
        # Waits for as long as the other process migrates, not only as long as a row may be held.
        holder.execute(text("SET LOCAL lock_timeout = 0"))
        holder.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
        try:
            yield
        finally:
            holder.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": _LOCK})
