"""The schema's version: migrations under a lock before web starts, and a refusal of schemas this release
cannot work on.

Revisions are numbered without a gap, and each only expands: the release before a revision works on it too, so
old and new processes run side by side while a deployment rolls. What a revision makes useless is taken away
one release later.
"""
from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from app.store.database import Database
from app.store.tables import metadata

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic is loaded to migrate only: the web process asks for the version at every look at /readyz, and needs
# nothing of it.
MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x43414E44  # "CAND": one number for all of our hosts


class SchemaError(Exception):
    """The database's schema does not fit this release; the message says what to do."""


def upgrade(db: Database) -> str:
    """Bring the schema to this release's revision, one process at a time; returns the revision it is at.

    One step ahead of us is left as it is: another host runs the next release already. Further ahead raises
    SchemaError.
    """
    from alembic import command

    with _only_one(db):
        found = current(db)
        if found is not None and found not in known():
            _check(found)
            return found
        with db.engine.connect() as connection:
            if db.is_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    return head()


def create(db: Database) -> None:
    """The newest tables at once, for a database that lives as long as one program: it is never migrated."""
    metadata.create_all(db.engine)


def known(folder: Path | None = None) -> list[str]:
    """This release's revisions, oldest first, by the names of their files."""
    return sorted(
        file.name.split("_")[0].removesuffix(".py")
        for file in ((folder or MIGRATIONS) / "versions").glob("[0-9]*.py")
    )


def head() -> str:
    return known()[-1]


def current(db: Database) -> str | None:
    """The database's revision, None when it has none yet."""
    with db.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def check(db: Database) -> None:
    """Raise SchemaError unless the database is at this release's revision or one step ahead of it.

    Not a step behind: what a revision adds is used by the release that brings it, so the database is upgraded
    first, always.
    """
    found = current(db)
    if found is None:
        raise SchemaError("the database has no tables yet: run `flask --app candor db upgrade`")
    _check(found)


def _check(found: str) -> None:
    ours = known()
    if found in (ours[-1], _next_of(ours[-1])):
        return
    if found in ours:
        raise SchemaError(
            f"the database is at {found}, this release needs {ours[-1]}: run `flask --app candor db upgrade`"
        )
    raise SchemaError(
        f"the database is at {found}, which a newer release wrote; this one knows {ours[-1]} and can work "
        f"beside {_next_of(ours[-1])}, "
        "no further: install that release on this host, or bring back the copy of the database from before "
        "its upgrade"
    )


def _next_of(revision: str) -> str:
    # Revisions are numbered, so that the step after ours has a name although we do not know it.
    return f"{int(revision) + 1:04d}"


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
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
