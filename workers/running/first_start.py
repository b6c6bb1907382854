"""What a database needs before its first delivery: the schema and version 1 of the policy."""
from __future__ import annotations

from pathlib import Path

from app.store import policies, schema
from app.store.database import DEFAULT_TENANT, Database
from config.load import SHIPPED_POLICY, load_policy
from connectors.clock import Clock


def prepare(db: Database, clock: Clock, policy: Path = SHIPPED_POLICY) -> str:
    """Migrate, and keep the policy in the file as version 1 where there is none. Returns the schema's
    revision.

    Raises PolicyError, naming file, key and why, before anything is kept.
    """
    load_policy(policy)
    revision = schema.upgrade(db)
    with db.write() as tx:
        if policies.current_version(tx, DEFAULT_TENANT) == 0:
            policies.add(
                tx,
                DEFAULT_TENANT,
                policy.read_text("utf-8"),
                "first start",
                f"shipped {policy.name}",
                clock(),
            )
    return revision
