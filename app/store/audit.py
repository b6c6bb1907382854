"""Who did what in the console and by command: append-only, each row chained to the one before it."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, text

from app.keys import Keys
from app.store.tables import audit


@dataclass(frozen=True, slots=True)
class AuditRow:
    seq: int
    at: int
    who: str
    what: str
    detail: Mapping[str, object]


def append(
    tx: Connection,
    tenant: str,
    who: str,
    what: str,
    detail: Mapping[str, object],
    keys: Keys,
    now: int,
    row_id: str,
) -> None:
    """Add a row at the end of the tenant's chain. `detail` holds no secret and no customer text; the caller
    masks them."""
    _one_at_a_time(tx, tenant)
    last = tx.execute(
        select(audit.c.seq, audit.c.mac).where(audit.c.tenant == tenant).order_by(audit.c.seq.desc()).limit(1)
    ).first()
    seq, before = (last.seq + 1, last.mac) if last else (1, "")
    packed = json.dumps(detail, sort_keys=True, ensure_ascii=False)
    mac = _mac(keys, tenant, seq, now, who, what, packed, before)
    tx.execute(insert(audit).values(
        id=row_id, tenant=tenant, seq=seq, at=now, who=who, what=what, detail=packed, prev_mac=before, mac=mac
    ))


def newest(connection: Connection, tenant: str, before: int | None, limit: int) -> list[AuditRow]:
    """Rows by falling seq, those below `before` when it is given."""
    query = select(audit).where(audit.c.tenant == tenant).order_by(audit.c.seq.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.seq < before)
    return [AuditRow(r.seq, r.at, r.who, r.what, json.loads(r.detail)) for r in connection.execute(query)]


def first_broken(connection: Connection, tenant: str, keys: Keys) -> int | None:
    """The seq of the first row that was changed, taken out or put in; None when the chain holds. A cut-off
    tail is not seen here."""
    before, expected = "", 1
    for row in connection.execute(select(audit).where(audit.c.tenant == tenant).order_by(audit.c.seq)):
        mac = _mac(keys, tenant, row.seq, row.at, row.who, row.what, row.detail, before)
        if row.seq != expected or row.prev_mac != before or row.mac != mac:
            return expected
        before, expected = row.mac, expected + 1
    return None


def _mac(keys: Keys, tenant: str, seq: int, at: int, who: str, what: str, detail: str, before: str) -> str:
    return keys.mac("audit", tenant, str(seq), str(at), who, what, detail, before)


def _one_at_a_time(tx: Connection, tenant: str) -> None:
    # SQLite has one writer anyway; on PostgreSQL two appends at once would read the same last row.
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtext(:chain))"), {"chain": f"audit:{tenant}"})
