"""Policy versions: immutable, the newest is current, a worker pins one per ticket."""
from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection, bindparam, func, insert, select

from app.store.tables import policy_versions
from config.load import parse_policy
from config.policy import Policy

_NEWEST = (
    select(policy_versions.c.yaml, policy_versions.c.version)
    .where(policy_versions.c.tenant == bindparam("of_tenant"))
    .order_by(policy_versions.c.version.desc())
    .limit(1)
)


def newest(tx: Connection, tenant: str) -> tuple[str, int]:
    """The YAML and the number of the current version. Raises NoResultFound when the tenant has none."""
    yaml, version = tx.execute(_NEWEST, {"of_tenant": tenant}).one()
    return yaml, version


def current_version(tx: Connection, tenant: str) -> int:
    """0 when the tenant has no policy yet."""
    return int(
        tx.execute(
            select(func.max(policy_versions.c.version)).where(policy_versions.c.tenant == tenant)
        ).scalar_one()
        or 0
    )


def text(tx: Connection, tenant: str, version: int) -> str:
    query = select(policy_versions.c.yaml).where(
        policy_versions.c.tenant == tenant, policy_versions.c.version == version
    )
    return str(tx.execute(query).scalar_one())


def load(tx: Connection, tenant: str, version: int) -> Policy:
    return parsed(text(tx, tenant, version), version)


# Every ticket asks for it, and reading the YAML took longer than the whole rest of the ticket. Kept by its
# text, so that equal versions of two tenants, or of two databases, are never mixed up.
@lru_cache(maxsize=64)
def parsed(yaml: str, version: int) -> Policy:
    return parse_policy(yaml, f"policy version {version}", version, kept=True)


def add(tx: Connection, tenant: str, yaml: str, by: str, why: str, now: int) -> int:
    """Keep a new version and return its number. The YAML was validated before: an invalid policy is never
    kept."""
    version = current_version(tx, tenant) + 1
    parse_policy(yaml, "the new policy", version)
    tx.execute(
        insert(policy_versions).values(
            tenant=tenant, version=version, yaml=yaml, by=by, why=why, created_at=now
        )
    )
    return version
