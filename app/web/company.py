"""The company a page speaks for, out of its current policy."""
from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.fallback import topics_of
from app.store import policies
from config.policy import Hours, Policy


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    assistant: str  # the sender, as customers know it
    zone: str  # IANA name
    languages: tuple[str, ...]
    default_language: str
    accept_uncalibrated: bool
    policy_version: int
    hours: Hours
    # (name, in words) of all that can be given to people, the widest first
    topics: tuple[tuple[str, str], ...] = ()
    policy: Policy | None = None  # None before the first one was kept

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    def group_of(self, route: str) -> str | None:
        """The group a route wishes for."""
        return (
            self.policy.routes[route].group
            if self.policy is not None and route in self.policy.routes
            else None
        )

    def team(self, route: str, group: str | None, language: str) -> str | None:
        """How a customer hears of the group that got a hand-off of the route; None when nothing names it."""
        if self.policy is None or route not in self.policy.routes:
            return None
        return self.policy.spoken(self.policy.routes[route], group, language) or None

    @property
    def place(self) -> str:
        """The zone as people say it: `London`."""
        return self.zone.rsplit("/", 1)[-1].replace("_", " ")


# Before the first policy was kept there is nobody to speak for; pages still open.
NOBODY = Company("this company", "", "UTC", ("en",), "en", False, 0, Hours("UTC", ()))


def company_of(connection: Connection, tenant: str) -> Company:
    version = policies.current_version(connection, tenant)
    if version == 0:
        return NOBODY
    return _of(policies.load(connection, tenant, version))


def _of(policy: Policy) -> Company:
    return Company(
        policy.company,
        policy.assistant_name,
        policy.hours.time_zone,
        policy.languages,
        policy.default_language,
        policy.accept_uncalibrated,
        policy.version,
        policy.hours,
        tuple(topics_of(policy)),
        policy,
    )
