"""Fitted things, as JSON with their hash: the newest of a desk and kind is in force, the older ones stay for
the record."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from app.store.tables import artefacts


@dataclass(frozen=True, slots=True)
class Artefact:
    id: str
    sha256: str
    fitted_on: str
    n: int
    content: bytes
    created_at: int


def keep(
    tx: Connection,
    tenant: str,
    desk: str,
    kind: str,
    content: bytes,
    fitted_on: str,
    n: int,
    now: int,
    row_id: str,
) -> None:
    tx.execute(
        insert(artefacts).values(
            id=row_id,
            tenant=tenant,
            desk=desk,
            kind=kind,
            sha256=hashlib.sha256(content).hexdigest(),
            fitted_on=fitted_on,
            n=n,
            bytes=content,
            created_at=now,
        )
    )


def newest(tx: Connection, tenant: str, desk: str, kind: str) -> Artefact | None:
    """The one in force; None when nothing was ever fitted, or when its bytes are not those of its hash."""
    rows = artefacts.c
    query = select(artefacts).where(rows.tenant == tenant, rows.desk == desk, rows.kind == kind)
    row = tx.execute(query.order_by(rows.created_at.desc(), rows.id.desc()).limit(1)).first()
    if row is None or hashlib.sha256(row.bytes).hexdigest() != row.sha256:
        return None
    return Artefact(row.id, row.sha256, row.fitted_on, row.n, row.bytes, row.created_at)
