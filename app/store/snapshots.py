"""Snapshots: named, unchanging sets of article versions that were searched. A verdict stores the id of the
one it was made on."""
from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select

from app.store.tables import snapshots

PUBLIC = "public"  # what customers may read
AGENTS = "agents"  # everything
VISIBILITIES = (PUBLIC, AGENTS)


_NEWEST = (
    select(snapshots.c.id)
    .where(snapshots.c.tenant == bindparam("of_tenant"), snapshots.c.visibility == bindparam("for_whom"),
           snapshots.c.model == bindparam("by_model"))
    .order_by(snapshots.c.created_at.desc(), snapshots.c.id.desc()).limit(1)
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`members` are (article, version), sorted; `model` names the model whose vectors its passages have."""

    id: str
    visibility: str
    model: str
    members: tuple[tuple[str, str], ...]
    n_articles: int
    n_passages: int
    created_at: int


def add(conn: Connection, tenant: str, snapshot: Snapshot) -> None:
    conn.execute(
        insert(snapshots).values(
            id=snapshot.id,
            tenant=tenant,
            visibility=snapshot.visibility,
            model=snapshot.model,
            members=json.dumps(snapshot.members),
            n_articles=snapshot.n_articles,
            n_passages=snapshot.n_passages,
            created_at=snapshot.created_at,
        )
    )


def newest_id(conn: Connection, tenant: str, visibility: str, model: str) -> str | None:
    """The newest snapshot made with this model; one look at an index, asked before every search."""
    return conn.execute(_NEWEST, {"of_tenant": tenant, "for_whom": visibility, "by_model": model}).scalar()


def newest_of_each(conn: Connection) -> Mapping[tuple[str, str], tuple[str, int]]:
    """(tenant, visibility) -> (id, time) of its newest snapshot, whatever its model."""
    rows = snapshots.c
    found = conn.execute(
        select(rows.tenant, rows.visibility, rows.id, rows.created_at).order_by(rows.created_at, rows.id)
    )
    return {(row.tenant, row.visibility): (row.id, row.created_at) for row in found}


def get(conn: Connection, tenant: str, snapshot_id: str) -> Snapshot | None:
    row = conn.execute(
        select(snapshots).where(snapshots.c.tenant == tenant, snapshots.c.id == snapshot_id)
    ).first()
    if row is None:
        return None
    return Snapshot(
        row.id,
        row.visibility,
        row.model,
        _members(json.loads(row.members)),
        row.n_articles,
        row.n_passages,
        row.created_at,
    )


def newest(conn: Connection, tenant: str, visibility: str, model: str) -> Snapshot | None:
    found = newest_id(conn, tenant, visibility, model)
    return get(conn, tenant, found) if found else None


def _members(given: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(article), str(version)) for article, version in given)
