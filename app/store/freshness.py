"""How far the search index on this host's disk lies behind the snapshots in the database.

Rows are the truth: each host builds its files from them, under `var/index/<tenant>/<visibility>/<snapshot>`.
This only looks at names; nothing of the index is opened.
"""
from __future__ import annotations

from pathlib import Path

from sqlalchemy import func, select

from app.store.database import Database
from app.store.tables import snapshots

MOST_BEHIND = 2  # one behind is a host that builds; two is a host on which nobody does


def index_folder(var: Path, tenant: str) -> Path:
    return var / "index" / tenant


def built(var: Path, tenant: str, visibility: str) -> frozenset[str]:
    """Ids of the snapshots whose index is complete on this host: a folder appears under its name whole or not
    at all."""
    folder = index_folder(var, tenant) / visibility
    if not folder.is_dir():
        return frozenset()
    return frozenset(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def why_behind(db: Database, var: Path) -> str | None:
    """In words for an operator, when this host searches what is at least MOST_BEHIND snapshots old; None when
    it does not.

    A host that has never built an index runs no worker, and is not judged.
    """
    root = var / "index"
    if not root.is_dir():
        return None
    for folder in sorted(p for p in root.glob("*/*") if p.is_dir() and not p.name.startswith(".")):
        tenant, visibility = folder.parent.name, folder.name
        behind = _behind(db, tenant, visibility, built(var, tenant, visibility))
        if behind >= MOST_BEHIND:
            return (f"the search index of this host is {behind} snapshots behind ({visibility} articles): "
                    "is a worker running here, and is there room on its disk?")
    return None


def _behind(db: Database, tenant: str, visibility: str, here: frozenset[str]) -> int:
    if not here:
        return 0
    mine = (snapshots.c.tenant == tenant) & (snapshots.c.visibility == visibility)
    with db.read() as tx:
        newest = tx.execute(
            select(snapshots.c.created_at, snapshots.c.model).where(mine, snapshots.c.id.in_(here))
            .order_by(snapshots.c.created_at.desc(), snapshots.c.id.desc()).limit(1)).first()
        if newest is None:
            return 0  # files of another database, or of a test: nothing can be said
        later = select(func.count()).where(
            mine, snapshots.c.model == newest.model, snapshots.c.created_at > newest.created_at
        )
        return int(tx.execute(later).scalar_one())
