"""The check whether a process of this host may work on this database, made at every start and by `/readyz`.

Besides the schema's age: the keys must be those of the hosts that were here before, and the database must not
have moved away, nor be half arrived.
"""
from __future__ import annotations

import json

from sqlalchemy import Connection, select

from app.keys import Keys
from app.store import marks as mark_store
from app.store import schema
from app.store.database import Database
from app.store.tables import marks

KEYS = "keys:fingerprints"
LEAVING = "move:from"  # in the database that is moved: JSON of id, to (without password), done
ARRIVING = "move:into"  # in the one it is moved to, until all has arrived


class Unfit(Exception):
    """This process must not work on this database; the message says why and what to do."""


def check_start(db: Database, keys: Keys) -> None:
    """Raise SchemaError or Unfit; the first host to come leaves its keys' fingerprints for those that
    follow."""
    schema.check(db)
    with db.read() as tx:
        left = _marks(tx)
    why = _moved(left)
    if why:
        raise Unfit(why)
    kept = left.get(KEYS)
    if kept is not None:
        differs = other_keys(json.loads(kept), keys)
        if differs:
            raise Unfit(
                f"this host has other keys than the hosts that work on this database ({', '.join(differs)}): "
                "copy var/keys of one of them here, or give its content as CANDOR_KEYS"
            )
    if kept is None or json.loads(kept) != keys.fingerprints():
        with db.write() as tx:
            mark_store.write(tx, KEYS, json.dumps(keys.fingerprints(), sort_keys=True))


def check_place(db: Database) -> None:
    """For commands, which need no keys: raise SchemaError, or Unfit where this is not (or not yet) the
    database to work on."""
    schema.check(db)
    why = why_moved(db)
    if why:
        raise Unfit(why)


def why_moved(db: Database) -> str | None:
    """Why this database is not the one to work on any more, or not yet; None when it is."""
    with db.read() as tx:
        return _moved(_marks(tx))


def other_keys(kept: dict[str, list[str]], keys: Keys) -> list[str]:
    """Names of the keys that are not those of the hosts before.

    Of the sealing keys this host must hold the one that the hosts before seal with; it may seal with a newer
    one, which becomes the rule.
    """
    ours = keys.fingerprints()
    return [name for name, prints in kept.items() if name in ours and prints[0] not in ours[name]]


def _marks(tx: Connection) -> dict[str, str]:
    rows = tx.execute(select(marks.c.name, marks.c.value).where(marks.c.name.in_((KEYS, LEAVING, ARRIVING))))
    return {row.name: row.value for row in rows}


def _moved(left: dict[str, str]) -> str | None:
    if ARRIVING in left:
        return (
            "a move into this database is not finished: run the same `flask --app candor database move` "
            "again, "
            "on the host of the database it comes from"
        )
    if LEAVING not in left:
        return None
    leaving = json.loads(left[LEAVING])
    if leaving["done"]:
        return f"this database was moved to {leaving['to']}: set CANDOR_DATABASE_URL to it, with its password"
    return (
        f"a move of this database to {leaving['to']} was begun and not finished: run the same `database "
        f"move` again, "
        "or give it up with `flask --app candor database move --cancel`"
    )
