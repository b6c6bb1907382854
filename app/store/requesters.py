"""The people who write to us: found by a keyed hash of their address, their texts sealed under a key of their own."""
from __future__ import annotations

from cryptography.fernet import Fernet
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.keys import Keys, seal, unseal
from app.store.tables import requesters


def address_hmac(keys: Keys, tenant: str, address: str) -> str:
    return keys.mac("address", tenant, address.strip().lower())


def meet(tx: Connection, tenant: str, address: str, keys: Keys, now: int, new_row_id: str) -> str:
    """The id of the person with this address, made on first contact.

    A person who was erased keeps the row as a tombstone, and its key stays gone: what they write now is answered, and not kept.
    """
    hashed = address_hmac(keys, tenant, address)
    query = select(requesters.c.id).where(requesters.c.tenant == tenant, requesters.c.address_hmac == hashed)
    found = tx.execute(query).scalar_one_or_none()
    if found is not None:
        return found
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    tx.execute(maker(requesters).values(
        id=new_row_id, tenant=tenant, address_hmac=hashed, wrapped_key=seal(keys.box, Fernet.generate_key().decode()), created_at=now,
    ).on_conflict_do_nothing(index_elements=["tenant", "address_hmac"]))
    # Asked again: two first messages of one person may be read at the same moment, and they must end with one key.
    return tx.execute(query).scalar_one()


def box(tx: Connection, tenant: str, requester: str | None, keys: Keys) -> Fernet | None:
    """What seals and opens this person's texts; None when the person was erased or is unknown."""
    if requester is None:
        return None
    query = select(requesters.c.wrapped_key).where(requesters.c.tenant == tenant, requesters.c.id == requester)
    wrapped = tx.execute(query).scalar_one_or_none()
    return None if wrapped is None else Fernet(unseal(keys.box, wrapped))


def remember_asked_person(tx: Connection, tenant: str, requester: str, now: int) -> None:
    tx.execute(update(requesters).where(requesters.c.tenant == tenant, requesters.c.id == requester).values(asked_person_at=now))


def asked_person_at(tx: Connection, tenant: str, requester: str) -> int | None:
    query = select(requesters.c.asked_person_at).where(requesters.c.tenant == tenant, requesters.c.id == requester)
    return tx.execute(query).scalar_one_or_none()
