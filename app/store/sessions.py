"""Who is signed in. The browser holds a random key, the row only its hash: a copy of the database signs
nobody in."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from app.store.tables import sessions, users
from app.store.users import Account
from connectors.clock import HOUR, MINUTE

IDLE = 30 * MINUTE  # microseconds
ABSOLUTE = 12 * HOUR
SEEN_EVERY = MINUTE  # how exact `seen_at` is kept: not every page view needs a write


@dataclass(frozen=True, slots=True)
class Session:
    account: Account
    seen_at: int


def start(tx: Connection, account: Account, key: str, now: int) -> None:
    """Open a session under a fresh random key; sessions past their time are cleared on the way."""
    tx.execute(
        delete(sessions).where((sessions.c.created_at < now - ABSOLUTE) | (sessions.c.seen_at < now - IDLE))
    )
    tx.execute(
        insert(sessions).values(
            id=_digest(key), tenant=account.tenant, user=account.id, created_at=now, seen_at=now
        )
    )


def read(connection: Connection, key: str, now: int) -> Session | None:
    """The session, None when it is unknown, idle for IDLE, older than ABSOLUTE, or its account is gone."""
    row = connection.execute(
        select(users.c.id, users.c.tenant, users.c.email, users.c.name, users.c.role, sessions.c.seen_at)
        .join(users, (users.c.id == sessions.c.user) & (users.c.tenant == sessions.c.tenant))
        .where(
            sessions.c.id == _digest(key),
            sessions.c.seen_at >= now - IDLE,
            sessions.c.created_at >= now - ABSOLUTE,
        )
    ).first()
    return Session(Account(row.id, row.tenant, row.email, row.name, row.role), row.seen_at) if row else None


def touch(tx: Connection, key: str, now: int) -> None:
    tx.execute(update(sessions).where(sessions.c.id == _digest(key)).values(seen_at=now))


def end(tx: Connection, key: str) -> None:
    tx.execute(delete(sessions).where(sessions.c.id == _digest(key)))


def end_all(tx: Connection, account: Account) -> int:
    """End every session of the account; returns how many there were. After a new password nobody stays signed
    in with the old one."""
    return tx.execute(delete(sessions).where(sessions.c.user == account.id)).rowcount


def count(connection: Connection, account: Account, now: int) -> int:
    """How many sessions of the account are open."""
    query = select(func.count()).select_from(sessions).where(
        sessions.c.user == account.id,
        sessions.c.seen_at >= now - IDLE,
        sessions.c.created_at >= now - ABSOLUTE,
    )
    return int(connection.execute(query).scalar_one())


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
