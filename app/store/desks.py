"""The helpdesk accounts of a tenant: connection, secrets, state and what is switched off."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection as Tx
from sqlalchemy import bindparam, insert, select, update

from app.keys import Keys, seal, unseal
from app.store.database import AnyRow
from app.store.tables import desks
from connectors.contract import Connection


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A desk as it is stored, its secrets sealed; its columns in the table's order."""

    id: str
    tenant: str
    kind: str
    name: str
    settings: str  # JSON; values of secret keys are sealed
    secrets: str  # JSON list, sealed: the deliveries' signing secrets
    state: str  # JSON: what the installation found or made
    wire_url: str | None  # a sandbox desk's loopback address
    status: str  # active | paused | broken
    status_why: str | None
    guard_proven: bool
    public_proven_at: int | None  # a delivery arrived through the public address
    poll_cursor: str | None
    polled_at: int | None
    claimed_at: int  # last time a row of this desk was worked on: fairness
    ledger_seq: int
    ledger_mac: str
    created_at: int

    @classmethod
    def from_row(cls, row: AnyRow) -> Self:
        return cls(*row)


@dataclass(frozen=True, slots=True)
class StoredDesk:
    """A desk's row in clear text, for the process that needs it; never logged, never put on a page whole."""

    id: str
    tenant: str
    kind: str
    name: str
    connection: Connection
    secrets: tuple[str, ...]
    status: str
    status_why: str | None
    guard_proven: bool
    public_proven: bool
    poll_cursor: str | None
    polled_at: int | None


def add(
    tx: Tx,
    tenant: str,
    desk_id: str,
    kind: str,
    name: str,
    settings: Mapping[str, str],
    secret_keys: frozenset[str],
    wire_url: str | None,
    keys: Keys,
    now: int,
) -> None:
    """Add a desk without a signing secret: until it has one, its deliveries are refused with 503."""
    tx.execute(
        insert(desks).values(
            id=desk_id,
            tenant=tenant,
            kind=kind,
            name=name,
            settings=_sealed_settings(settings, secret_keys, keys),
            secrets="[]",
            state="{}",
            wire_url=wire_url,
            status="active",
            guard_proven=False,
            created_at=now,
            ledger_seq=0,
            ledger_mac="",
            claimed_at=0,
        )
    )


def update_settings(
    tx: Tx,
    tenant: str,
    desk_id: str,
    settings: Mapping[str, str],
    secret_keys: frozenset[str],
    wire_url: str | None,
    keys: Keys,
) -> None:
    values = {"settings": _sealed_settings(settings, secret_keys, keys), "wire_url": wire_url}
    tx.execute(update(desks).where(desks.c.tenant == tenant, desks.c.id == desk_id).values(**values))


def installed(
    tx: Tx,
    tenant: str,
    desk_id: str,
    state: Mapping[str, object],
    secrets: Sequence[str],
    guard_proven: bool,
    keys: Keys,
) -> None:
    """Keep what an installation left behind."""
    sealed = json.dumps([seal(keys.box, s).decode() for s in secrets])
    tx.execute(update(desks).where(desks.c.tenant == tenant, desks.c.id == desk_id).values(
        state=json.dumps(state, sort_keys=True), secrets=sealed, guard_proven=guard_proven))


def all_desks(tx: Tx, keys: Keys) -> list[StoredDesk]:
    return [
        opened(DeskRow.from_row(row), keys) for row in tx.execute(select(desks).order_by(desks.c.id)).all()
    ]


def of_tenant(tx: Tx, tenant: str) -> list[DeskRow]:
    """The rows of a tenant's desks by their names, secrets sealed."""
    return [
        DeskRow.from_row(row)
        for row in tx.execute(select(desks).where(desks.c.tenant == tenant).order_by(desks.c.name)).all()
    ]


def names(tx: Tx, tenant: str) -> list[tuple[str, str]]:
    """(id, name) of each desk, by its name."""
    query = select(desks.c.id, desks.c.name).where(desks.c.tenant == tenant).order_by(desks.c.name)
    return [(row.id, row.name) for row in tx.execute(query)]


def ids(tx: Tx, tenant: str) -> list[str]:
    return list(tx.execute(select(desks.c.id).where(desks.c.tenant == tenant).order_by(desks.c.id)).scalars())


def not_polled_since(tx: Tx, since: int) -> list[tuple[str, str]]:
    """(tenant, desk) of every active, installed desk whose last poll was then or earlier."""
    query = select(desks.c.tenant, desks.c.id).where(
        desks.c.status == "active",
        desks.c.state != "{}",
        (desks.c.polled_at.is_(None)) | (desks.c.polled_at <= since),
    )
    return [(tenant, desk) for tenant, desk in tx.execute(query)]


_ROW = select(desks).where(desks.c.tenant == bindparam("of_tenant"), desks.c.id == bindparam("of_desk"))


def row_of(tx: Tx, tenant: str, desk_id: str) -> DeskRow | None:
    """The desk's row as it is stored, its secrets sealed."""
    row = tx.execute(_ROW, {"of_tenant": tenant, "of_desk": desk_id}).first()
    return None if row is None else DeskRow.from_row(row)


def get(tx: Tx, tenant: str, desk_id: str, keys: Keys) -> StoredDesk | None:
    row = row_of(tx, tenant, desk_id)
    return None if row is None else opened(row, keys)


def set_status(tx: Tx, tenant: str, desk_id: str, status: str, why: str | None) -> None:
    """`active`, `paused` or `broken`. Rows of a desk that is not active stay where they are: nothing is
    lost."""
    tx.execute(
        update(desks)
        .where(desks.c.tenant == tenant, desks.c.id == desk_id)
        .values(status=status, status_why=why)
    )


def prove_public(tx: Tx, desk_id: str, now: int) -> None:
    """A genuine delivery arrived through the public address: links in messages will work."""
    tx.execute(
        update(desks)
        .where(desks.c.id == desk_id, desks.c.public_proven_at.is_(None))
        .values(public_proven_at=now)
    )


def polled(tx: Tx, tenant: str, desk_id: str, cursor: str | None, now: int) -> None:
    tx.execute(
        update(desks)
        .where(desks.c.tenant == tenant, desks.c.id == desk_id)
        .values(poll_cursor=cursor, polled_at=now)
    )


def _sealed_settings(settings: Mapping[str, str], secret_keys: frozenset[str], keys: Keys) -> str:
    return json.dumps(
        {k: (seal(keys.box, v).decode() if k in secret_keys else v) for k, v in settings.items()}
        | {"_sealed": sorted(secret_keys & settings.keys())},
        sort_keys=True,
    )


def opened(row: DeskRow, keys: Keys) -> StoredDesk:
    """The desk of a row in clear text."""
    raw = json.loads(row.settings)
    sealed = set(raw.pop("_sealed", []))
    clear = {k: (unseal(keys.box, v.encode()) if k in sealed else v) for k, v in raw.items()}
    return StoredDesk(
        id=row.id,
        tenant=row.tenant,
        kind=row.kind,
        name=row.name,
        connection=Connection(row.id, clear, json.loads(row.state), row.wire_url),
        secrets=tuple(unseal(keys.box, s.encode()) for s in json.loads(row.secrets)),
        status=row.status,
        status_why=row.status_why,
        guard_proven=row.guard_proven,
        public_proven=row.public_proven_at is not None,
        poll_cursor=row.poll_cursor,
        polled_at=row.polled_at,
    )
