"""Desks' access tokens in the database, sealed, and whose turn it is to renew one: for all processes and
hosts. No transaction is open while a desk is asked for a token."""
from __future__ import annotations

import json

import structlog
from sqlalchemy import delete, update

from app.keys import Keys, seal, unseal
from app.store import marks
from app.store.database import Database, StoreBusy
from app.store.tables import marks as marks_table
from config.settings import SettingsError
from connectors.tokens import TURN, Token

log = structlog.get_logger(__name__)
_TURN = "turn-"  # before a token's name


class DatabaseTokenStore:
    """Fulfils `connectors.tokens.TokenStore`. A busy database costs a token more, never an answer."""

    def __init__(self, db: Database, keys: Keys) -> None:
        self._db, self._keys = db, keys

    def read(self, name: str) -> Token | None:
        try:
            with self._db.read() as tx:
                sealed = marks.read(tx, name)
        except StoreBusy as error:
            _unshared("read", error)
            return None
        if not sealed:
            return None
        try:
            said = json.loads(unseal(self._keys.box, sealed.encode()))
        except SettingsError:
            return None  # sealed under keys that are gone: the desk gives another
        return Token(said["value"], said["since"], said["until"], tuple(said["scopes"]))

    def keep(self, name: str, token: Token) -> None:
        said = {"value": token.value, "since": token.since, "until": token.until, "scopes": token.scopes}
        sealed = seal(self._keys.box, json.dumps(said)).decode()
        of_desk = name.rpartition(":")[0] + ":"
        try:
            with self._db.write() as tx:
                # What an earlier client or secret of this desk left behind is dead by now.
                dead = (marks_table.c.until <= token.since) & (marks_table.c.name != name)
                tx.execute(
                    delete(marks_table).where(marks_table.c.name.startswith(of_desk, autoescape=True), dead)
                )
                marks.write(tx, name, sealed, token.until)
        except StoreBusy as error:
            _unshared("kept", error)

    def take_turn(self, name: str, holder: str, now: int, until: int) -> bool:
        try:
            with self._db.write() as tx:
                return marks.take(tx, _TURN + name, holder, now, until, TURN)
        except StoreBusy as error:
            _unshared("renewed", error)
            return False

    def end_turn(self, name: str, holder: str) -> None:
        ours = (marks_table.c.name == _TURN + name) & (marks_table.c.value == holder)
        try:
            with self._db.write() as tx:
                tx.execute(update(marks_table).where(ours).values(until=0))
        except StoreBusy as error:
            _unshared("given over", error)  # the turn ends by itself

    def forget(self, name: str) -> None:
        try:
            with self._db.write() as tx:
                tx.execute(delete(marks_table).where(marks_table.c.name.in_([name, _TURN + name])))
        except StoreBusy as error:
            _unshared("forgotten", error)


def _unshared(what: str, error: StoreBusy) -> None:
    log.warning(f"an access token could not be {what}", error=str(error))
