"""The sources of articles (help centres, folders, files): when each was read, and what that brought."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from app.store.database import AnyRow
from app.store.tables import sources
from connectors.clock import MINUTE

OVERDUE = 30 * MINUTE  # microseconds: two turns of the regular reading have been missed


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source of articles. `kind` is desk | folder | jsonl; `location` a path, or "" for the help centre of
    `desk`."""

    id: str
    kind: str
    desk: str | None
    location: str
    base_url: str | None
    synced_at: int | None = None
    sync_result: str | None = None


def add(conn: Connection, tenant: str, source: SourceRow, now: int) -> None:
    conn.execute(
        insert(sources).values(
            id=source.id,
            tenant=tenant,
            kind=source.kind,
            desk=source.desk,
            location=source.location,
            base_url=source.base_url,
            created_at=now,
        )
    )


def every(conn: Connection, tenant: str, *, lock: bool = False) -> list[SourceRow]:
    """The tenant's sources, oldest first. `lock`: nobody else changes which versions are current until the
    transaction ends."""
    query = select(sources).where(sources.c.tenant == tenant).order_by(sources.c.created_at, sources.c.id)
    rows = conn.execute(query.with_for_update() if lock else query)
    return [_source(r) for r in rows]


def synced(
    conn: Connection, tenant: str, source: str, read_at: int, result: Mapping[str, object]
) -> None:
    """Keep when the reading that went well began, and what it brought."""
    conn.execute(
        update(sources)
        .where(sources.c.tenant == tenant, sources.c.id == source)
        .values(synced_at=read_at, sync_result=json.dumps(result))
    )


def failed(conn: Connection, tenant: str, source: str, result: Mapping[str, object]) -> None:
    """Keep why the last try failed. The time stays that of the last one that went well."""
    conn.execute(
        update(sources)
        .where(sources.c.tenant == tenant, sources.c.id == source)
        .values(sync_result=json.dumps(result))
    )


def overdue(conn: Connection, now: int) -> list[tuple[str, SourceRow, int]]:
    """(tenant, source, since when) of every source that was not read for OVERDUE, by tenant: since its last
    reading, or since it was added."""
    since = func.coalesce(sources.c.synced_at, sources.c.created_at)
    rows = conn.execute(
        select(sources, since.label("since"))
        .where(since < now - OVERDUE)
        .order_by(sources.c.tenant, sources.c.created_at, sources.c.id)
    )
    return [(r.tenant, _source(r), r.since) for r in rows]


def tenants(conn: Connection) -> list[str]:
    """Whoever has a source of articles."""
    return list(conn.execute(select(sources.c.tenant).distinct().order_by(sources.c.tenant)).scalars())


def oldest_reading(conn: Connection) -> dict[str, int]:
    """tenant -> when the source was read that was not read for longest; of one never read, when it was
    added."""
    since = func.coalesce(sources.c.synced_at, sources.c.created_at)
    rows = conn.execute(select(sources.c.tenant, func.min(since).label("since")).group_by(sources.c.tenant))
    return {row.tenant: row.since for row in rows}


def _source(row: AnyRow) -> SourceRow:
    return SourceRow(
        row.id, row.kind, row.desk, row.location, row.base_url, row.synced_at, row.sync_result
    )
