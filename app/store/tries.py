"""Wrong passwords by account and by the address they came from: who guesses locks out that address, and never
the person whose account it is."""
from __future__ import annotations

import ipaddress
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, case, delete, func, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.store.tables import sign_in_tries as tries
from app.store.tables import users
from connectors.clock import DAY, MINUTE

MAX_FAILED = 5
LOCK = 15 * MINUTE  # microseconds an address rests after MAX_FAILED wrong passwords for one account
# Addresses that guess at one account within LOCK; from then on only those that have signed in before may try.
MANY_ADDRESSES = 20
KNOWN = 90 * DAY  # microseconds an address counts as known after its last sign-in
KEPT = DAY  # microseconds a wrong try is kept and told


@dataclass(frozen=True, slots=True)
class LockedOut:
    """An address that was locked out of an account: when it last tried, in microseconds."""

    email: str
    address: str
    at: int


@dataclass(frozen=True, slots=True)
class Trier:
    """Who tries: somebody at `peer` (from `peer_of`) for the account `user`."""

    tenant: str
    user: str
    peer: str


def peer_of(address: str | None) -> str:
    """What counts as one address: an IPv4 address, or the network of 64 bits that one IPv6 customer has."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))


def locked(connection: Connection, who: Trier, now: int) -> bool:
    """Whether the account rests for this address."""
    own = connection.execute(select(tries).where(tries.c.user == who.user, tries.c.peer == who.peer)).first()
    if own is not None and (own.locked_until > now or own.good_at > now - KNOWN):
        return bool(own.locked_until > now)
    guessing = select(func.count()).select_from(tries).where(
        tries.c.user == who.user,
        tries.c.peer != who.peer,
        tries.c.tried_at > now - LOCK,
        tries.c.good_at <= now - KNOWN,
    )
    return connection.execute(guessing).scalar_one() >= MANY_ADDRESSES


def note_try(tx: Connection, who: Trier, right: bool, now: int) -> bool:
    """Count a try; True when this one locked the address out. Old rows are cleared on the way."""
    tx.execute(delete(tries).where(tries.c.tried_at < now - KEPT, tries.c.good_at < now - KNOWN))
    first = {"failed": 0 if right else 1, "locked_until": 0, "tried_at": 0 if right else now,
             "good_at": now if right else 0}
    # Counted in the statement: two wrong tries at once are two. A quarter of an hour without one begins anew.
    failed = case((tries.c.tried_at < now - LOCK, 1), else_=tries.c.failed + 1)
    full = failed >= MAX_FAILED
    wrong = {
        "failed": case((full, 0), else_=failed),
        "locked_until": case((full, now + LOCK), else_=tries.c.locked_until),
        "tried_at": now,
    }
    good = {"failed": 0, "locked_until": 0, "good_at": now}
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    statement = maker(tries).values(**asdict(who), **first).on_conflict_do_update(
        index_elements=["user", "peer"], set_=good if right else wrong
    )
    return bool(tx.execute(statement.returning(tries.c.locked_until)).scalar_one() == now + LOCK)


def forget(tx: Connection, user: str) -> None:
    """After a new password, or with the account, nothing counts that was tried before."""
    tx.execute(delete(tries).where(tries.c.user == user))


def locked_out(connection: Connection, tenant: str, now: int) -> list[LockedOut]:
    """The addresses that were locked out within a day, newest first."""
    query = (
        select(users.c.email, tries.c.peer, tries.c.tried_at)
        .join(users, users.c.id == tries.c.user)
        .where(tries.c.tenant == tenant, tries.c.locked_until > 0, tries.c.tried_at > now - KEPT)
        .order_by(tries.c.tried_at.desc(), tries.c.peer)
    )
    return [LockedOut(row.email, row.peer, row.tried_at) for row in connection.execute(query)]
