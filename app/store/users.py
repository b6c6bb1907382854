"""Who may sign in to the console: accounts, their one-time tokens, their passwords."""
from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, delete, func, insert, select, update

from app.store import tries
from app.store.database import AnyRow, Database
from app.store.tables import users
from connectors.clock import DAY

ROLES = ("viewer", "agent", "auditor", "admin", "owner")
TOKEN_LIFE = DAY  # microseconds
MIN_PASSWORD = 12  # characters
MAX_PASSWORD = 256  # hashing is slow on purpose: nobody may make it slower

_hasher = PasswordHasher()  # argon2id with the library's defaults (RFC 9106, low memory)
# Checked when there is no such account, so that an unknown address takes as long as a known one.
_DECOY = _hasher.hash(secrets.token_hex(16))


class UserError(ValueError):
    """What was asked of an account cannot be done; the message is for people."""


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    tenant: str
    email: str
    name: str
    role: str


def create_with_token(
    tx: Connection, tenant: str, email: str, name: str, role: str, now: int, user_id: str
) -> str:
    """Make the account and return its one-time token (valid TOKEN_LIFE, kept only as a hash): print it once.

    An address that has an account already gets a new token and keeps its role; its password works until the
    token is used. Raises UserError when the role or the address cannot be used.
    """
    email = _clean(email)
    if role not in ROLES:
        raise UserError(f"no role {role!r}: choose one of {', '.join(ROLES)}")
    if "@" not in email or len(email) > 320:
        raise UserError(f"{email!r} is not an e-mail address")
    token = secrets.token_urlsafe(24)
    ticket = {"token_hash": _digest(token), "token_until": now + TOKEN_LIFE}
    known = tx.execute(select(users.c.tenant).where(users.c.email == email)).first()
    if known is None:
        row = {"id": user_id, "tenant": tenant, "email": email, "name": name, "role": role, "created_at": now}
        tx.execute(insert(users).values(**row, **ticket, failed=0, locked_until=0))
    elif known.tenant == tenant:
        tx.execute(update(users).where(users.c.email == email).values(**ticket))
    else:
        raise UserError(f"{email!r} belongs to another company")
    return token


def check_password(password: str, account_email: str = "") -> None:
    """Raises UserError, for people, when this must not become a password."""
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UserError(f"Use {MIN_PASSWORD} to {MAX_PASSWORD} characters. A few unrelated words work well.")
    if password.strip().lower() == account_email or len(set(password)) < 5:
        raise UserError("That one is too easy to guess. A few unrelated words work well.")


def use_token(db: Database, token: str, password: str, now: int) -> Account | None:
    """Spend the one-time token and set the password; None when it is unknown, used or too old. Raises
    UserError on a bad password."""
    with db.read() as connection:
        row = connection.execute(select(users).where(users.c.token_hash == _digest(token.strip()))).first()
    if row is None or (row.token_until or 0) < now:
        return None
    check_password(password, row.email)
    # Hashed between two transactions: it takes a tenth of a second, and SQLite has one writer.
    hashed = _hasher.hash(password)
    with db.write() as tx:
        spent = tx.execute(
            update(users).where(users.c.id == row.id, users.c.token_hash == row.token_hash)
            .values(password_hash=hashed, token_hash=None, token_until=None)
        )
        tries.forget(tx, row.id)
        return _account(row) if spent.rowcount == 1 else None


def sign_in(
    db: Database, email: str, password: str, address: str | None, now: int
) -> tuple[Account | None, str]:
    """The account and "signed_in", or None and why: `unknown`, `locked`, `locked_out` (by this very try),
    `no_password`, `wrong`. The why is for the audit log only.

    Wrong passwords lock the account for the address they came from, see `tries`.
    """
    with db.read() as connection:
        row = connection.execute(select(users).where(users.c.email == _clean(email))).first()
        who = tries.Trier(row.tenant, row.id, tries.peer_of(address)) if row else None
        rests = who is not None and tries.locked(connection, who, now)
    right = _matches(row.password_hash if row else None, password)
    if row is None or who is None:
        return None, "unknown"
    if rests:
        return None, "locked"
    if row.password_hash is None:
        return None, "no_password"
    with db.write() as tx:
        locked_out = tries.note_try(tx, who, right, now)
    if right:
        return _account(row), "signed_in"
    return None, "locked_out" if locked_out else "wrong"


def anywhere(connection: Connection, email: str) -> Account | None:
    """The account of this address; an address belongs to one tenant, and at sign-in the tenant is not known
    yet."""
    row = connection.execute(select(users).where(users.c.email == _clean(email))).first()
    return _account(row) if row else None


def of_tenant(connection: Connection, tenant: str) -> list[Account]:
    """The people of the tenant, by address."""
    rows = connection.execute(select(users).where(users.c.tenant == tenant).order_by(users.c.email))
    return [_account(row) for row in rows]


def owners(connection: Connection, tenant: str) -> int:
    """How many owners there are."""
    query = select(func.count()).select_from(users).where(users.c.tenant == tenant, users.c.role == "owner")
    return int(connection.execute(query).scalar_one())


def remove(tx: Connection, account: Account) -> None:
    """Take the account away, its password and token with it. Its sessions are the caller's."""
    tries.forget(tx, account.id)
    tx.execute(delete(users).where(users.c.id == account.id))


def set_role(tx: Connection, account: Account, role: str) -> None:
    tx.execute(update(users).where(users.c.id == account.id).values(role=role))


def drop_token(tx: Connection, account: Account) -> None:
    """Make an unused one-time token worthless."""
    tx.execute(update(users).where(users.c.id == account.id).values(token_hash=None, token_until=None))


def count(connection: Connection, tenant: str) -> int:
    return len(connection.execute(select(users.c.id).where(users.c.tenant == tenant)).all())


def _matches(hashed: str | None, password: str) -> bool:
    try:
        _hasher.verify(hashed or _DECOY, password[:MAX_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None


def _account(row: AnyRow) -> Account:
    return Account(row.id, row.tenant, row.email, row.name, row.role)


def _clean(email: str) -> str:
    return email.strip().lower()


def _digest(token: str) -> str:
    # Plain sha256 is enough: the token is 24 random bytes, there is nothing to guess.
    return hashlib.sha256(token.encode()).hexdigest()
