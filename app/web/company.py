"""The company a page speaks for, out of its current policy."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.fallback import topics_of
from app.store import policies
from config.load import parse_policy
from config.policy import Hours, Policy


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    zone: str  # IANA name
    languages: tuple[str, ...]
    default_language: str
    accept_uncalibrated: bool
    policy_version: int
    hours: Hours
    topics: tuple[tuple[str, str], ...] = ()  # (name, in words) of all that can be given to people, the widest first
    teams: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # route -> language -> the team as it is spoken of

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def place(self) -> str:
        """The zone as people say it: `London`."""
        return self.zone.rsplit("/", 1)[-1].replace("_", " ")


# Before the first policy was kept there is nobody to speak for; pages still open.
NOBODY = Company("this company", "UTC", ("en",), "en", False, 0, Hours("UTC", ()))


def company_of(connection: Connection, tenant: str) -> Company:
    version = policies.current_version(connection, tenant)
    if version == 0:
        return NOBODY
    return _of(_parsed(policies.text(connection, tenant, version), version))


def _of(policy: Policy) -> Company:
    return Company(
        policy.company, policy.hours.time_zone, policy.languages, policy.default_language, policy.accept_uncalibrated, policy.version,
        policy.hours, tuple(topics_of(policy)), {name: route.spoken for name, route in policy.routes.items()},
    )


@lru_cache(maxsize=16)
def _parsed(yaml: str, version: int) -> Policy:
    # A version never changes, so it is parsed once per process and not once per page.
    return parse_policy(yaml, f"policy version {version}", version)
