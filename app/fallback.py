"""The fallback by hand: a topic goes to people instead of being answered, until somebody lifts it or its time
is over.

Used by the console and the command alike. It decides from the next verdict on. Unlike the kill switch it
silences nothing: each ticket is handed off with its note and, where the mode allows it, the customer's
notice. What was composed before it still goes out.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.core.deciding.until import UntilError, parse_until
from app.keys import Keys
from app.store import audit, caps, desks, policies
from app.store.database import Database
from config.policy import Policy

EVERY, OTHER = "*", "other"  # every desk or topic · tickets that fit no topic
MAX_WHY = 300  # characters
EVERY_TOPIC, NO_TOPIC = "every topic", "tickets that fit no topic"


class FallbackError(ValueError):
    """The fallback cannot be set or lifted like this; the message is for people."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall go to people. `until` as it was written: "" for until it is lifted."""

    topic: str
    desk: str
    why: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Fallback:
    """One fallback that is on. `about` says which topic in the company's own words; `at_desk` is the desk's
    name, None for every desk."""

    topic: str
    about: str
    desk: str
    at_desk: str | None
    why: str
    by: str
    since: int
    until: int | None


def topics_of(policy: Policy) -> list[tuple[str, str]]:
    """(name, in words) of all that a fallback can be put on, the widest first."""
    named = [
        (topic.name, topic.title.get(policy.default_language) or topic.name.replace("_", " "))
        for topic in policy.topics
    ]
    return [(EVERY, EVERY_TOPIC), *named, (OTHER, NO_TOPIC)]


def fallbacks(tx: Connection, tenant: str, now: int) -> list[Fallback]:
    """The fallbacks that are on, oldest first."""
    rows = caps.fallbacks(tx, tenant, now)
    if not rows:
        return []
    names = dict(desks.names(tx, tenant))
    policy = _policy(tx, tenant)
    said = dict(topics_of(policy)) if policy else {}
    return [
        Fallback(
            row.topic,
            said.get(row.topic, row.topic),
            row.desk,
            None if row.desk == EVERY else names.get(row.desk, row.desk),
            row.why,
            row.by,
            row.created_at,
            row.until,
        )
        for row in rows
    ]


def fall_back(
    db: Database, tenant: str, wish: Wish, who: str, keys: Keys, now: int, new_id: Callable[[], str]
) -> int | None:
    """Switch on, in place of an earlier one over the same desk and topic; returns when it ends by itself.

    Raises FallbackError for a topic or desk that is not there, no reason, and an `until` that is not a moment
    to come."""
    why = " ".join(wish.why.split())
    if not why or len(why) > MAX_WHY:
        raise FallbackError(f"Say why in 1 to {MAX_WHY} characters: whoever opens the console will read it.")
    with db.write() as tx:
        policy = _policy(tx, tenant)
        if policy is None:
            raise FallbackError(
                "No policy has been kept yet, so there are no topics: run “flask --app candor db upgrade”."
            )
        _must_be_topic(policy, wish.topic)
        _must_be_desk(tx, tenant, wish.desk)
        try:
            until = parse_until(wish.until, now, ZoneInfo(policy.hours.time_zone))
        except UntilError as error:
            raise FallbackError(str(error)) from None
        caps.lift(tx, tenant, wish.desk, wish.topic, caps.FALLBACK)
        caps.set_cap(tx, tenant, wish.desk, wish.topic, caps.FALLBACK, why, who, until, now, new_id())
        detail = {"desk": wish.desk, "topic": wish.topic, "why": why, "until": until}
        audit.append(tx, tenant, who, "fallback_on", detail, keys, now, new_id())
        return until


def end_fallback(
    db: Database,
    tenant: str,
    topic: str,
    desk: str,
    who: str,
    keys: Keys,
    now: int,
    new_id: Callable[[], str],
) -> bool:
    """Lift it before its time; False when none was on over exactly this desk and topic. One over every topic
    or desk stands by itself."""
    with db.write() as tx:
        was_on = any((row.topic, row.desk) == (topic, desk) for row in caps.fallbacks(tx, tenant, now))
        caps.lift(tx, tenant, desk, topic, caps.FALLBACK)
        if was_on:
            audit.append(tx, tenant, who, "fallback_off", {"desk": desk, "topic": topic}, keys, now, new_id())
        return was_on


def _policy(tx: Connection, tenant: str) -> Policy | None:
    version = policies.current_version(tx, tenant)
    return policies.load(tx, tenant, version) if version else None


def _must_be_topic(policy: Policy, topic: str) -> None:
    known = [name for name, _ in topics_of(policy)]
    if topic not in known:
        names = ", ".join(name for name in known if name != EVERY)
        raise FallbackError(f"There is no topic {topic!r}; there are: {names}, and '*' for every topic.")


def _must_be_desk(tx: Connection, tenant: str, desk: str) -> None:
    if desk == EVERY:
        return
    known = desks.ids(tx, tenant)
    if desk not in known:
        raise FallbackError(f"There is no desk {desk!r}; there are: {', '.join(known) or 'none yet'}.")
