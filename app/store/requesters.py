"""The people who write to us: found by a keyed hash of their address, their texts sealed under a key of their
own."""
from __future__ import annotations

from cryptography.fernet import Fernet
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.keys import Keys, seal, unseal
from app.store.tables import requesters

_ROW = select(requesters).where(
    requesters.c.tenant == bindparam("of_tenant"), requesters.c.address_hmac == bindparam("of_address")
)
_KEY = select(requesters.c.wrapped_key).where(
    requesters.c.tenant == bindparam("of_tenant"), requesters.c.id == bindparam("of_id")
)
_MAKE = {
    name: maker(requesters).on_conflict_do_nothing(index_elements=["tenant", "address_hmac"])
    for name, maker in (("sqlite", sqlite_insert), ("postgresql", pg_insert))
}


def address_hmac(keys: Keys, tenant: str, address: str) -> str:
    return keys.mac("address", tenant, address.strip().lower())


def meet(tx: Connection, tenant: str, address: str, keys: Keys, now: int, new_row_id: str) -> str:
    """The id of the person with this address, made on first contact.

    A person who was erased keeps the row as a tombstone, and its key stays gone: what they write now is
    answered, and not kept.
    """
    return known(tx, tenant, address, keys, now, new_row_id)[0]


def known(
    tx: Connection, tenant: str, address: str, keys: Keys, now: int, new_row_id: str
) -> tuple[str, Fernet | None]:
    """As `meet`, with what seals this person's texts; None for a person who was erased."""
    named = {"of_tenant": tenant, "of_address": address_hmac(keys, tenant, address)}
    found = tx.execute(_ROW, named).first()
    if found is None:
        tx.execute(_MAKE[tx.dialect.name], {
            "id": new_row_id, "tenant": tenant, "address_hmac": named["of_address"],
            "wrapped_key": seal(keys.box, Fernet.generate_key().decode()), "created_at": now,
        })
        # Asked again: two first messages of one person may be read at the same moment, and they must end with
        # one key.
        found = tx.execute(_ROW, named).one()
    return str(found.id), None if found.wrapped_key is None else _unwrapped(found.wrapped_key, keys)


def box(tx: Connection, tenant: str, requester: str | None, keys: Keys) -> Fernet | None:
    """What seals and opens this person's texts; None when the person was erased or is unknown."""
    if requester is None:
        return None
    wrapped = tx.execute(_KEY, {"of_tenant": tenant, "of_id": requester}).scalar_one_or_none()
    return None if wrapped is None else _unwrapped(wrapped, keys)


def _unwrapped(wrapped: bytes, keys: Keys) -> Fernet:
    return Fernet(unseal(keys.box, wrapped))


def remember_asked_person(tx: Connection, tenant: str, requester: str, now: int) -> None:
    tx.execute(
        update(requesters)
        .where(requesters.c.tenant == tenant, requesters.c.id == requester)
        .values(asked_person_at=now)
    )


def forget_asked_person(tx: Connection, tenant: str, requester: str) -> None:
    """They have asked for the assistant again: their next ticket is read by it."""
    tx.execute(
        update(requesters)
        .where(requesters.c.tenant == tenant, requesters.c.id == requester)
        .values(asked_person_at=None)
    )


def asked_person_at(tx: Connection, tenant: str, address: str, keys: Keys) -> int | None:
    """When the person with this address last asked for a human; None also when we never met them."""
    row = tx.execute(_ROW, {"of_tenant": tenant, "of_address": address_hmac(keys, tenant, address)}).first()
    return None if row is None else row.asked_person_at
