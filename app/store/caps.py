"""What is switched down by the kill switch, a breaker or a fallback. The effective mode is the lower of wish
and caps of a mode."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, or_, select

from app.store.database import AnyRow
from app.store.tables import caps
from config.policy import Mode, lower

KILL, FALLBACK = "kill", "fallback"
_OF_TURN = (
    select(caps)
    .where(
        caps.c.tenant == bindparam("of_tenant"),
        caps.c.desk.in_([bindparam("of_desk"), "*"]),
        caps.c.topic.in_([bindparam("of_topic"), "*"]),
        caps.c.cap != KILL,
        or_(caps.c.until.is_(None), caps.c.until > bindparam("now")),
    )
    .order_by(caps.c.created_at, caps.c.id)
)


@dataclass(frozen=True, slots=True)
class CapRow:
    """One thing that is switched down, by whom and why; its columns in the table's order."""

    id: str
    tenant: str
    desk: str  # "*": every desk
    topic: str  # "*": every topic
    cap: str  # watch | draft; fallback = people get it; kill = nothing is sent at all
    why: str
    by: str
    until: int | None  # None: until somebody lifts it
    created_at: int

    @classmethod
    def from_row(cls, row: AnyRow) -> Self:
        return cls(*row)


@dataclass(frozen=True, slots=True)
class Held:
    """What the caps say of one topic at one desk: the highest mode they leave, and the fallback to people, if
    one is on."""

    ceiling: Mode
    fallback: CapRow | None


def set_cap(
    tx: Connection,
    tenant: str,
    desk: str,
    topic: str,
    cap: str,
    why: str,
    by: str,
    until: int | None,
    now: int,
    row_id: str,
) -> None:
    """`cap` is `watch` or `draft`, `fallback` (people get it), or `kill`: nothing at all is sent. `desk` and
    `topic` may be "*"."""
    tx.execute(
        insert(caps).values(
            id=row_id,
            tenant=tenant,
            desk=desk,
            topic=topic,
            cap=cap,
            why=why,
            by=by,
            until=until,
            created_at=now,
        )
    )


def lift(tx: Connection, tenant: str, desk: str, topic: str, cap: str) -> int:
    gone = delete(caps).where(
        caps.c.tenant == tenant, caps.c.desk == desk, caps.c.topic == topic, caps.c.cap == cap
    )
    return tx.execute(gone).rowcount


def kill_switches(tx: Connection, now: int, tenant: str | None = None) -> Sequence[CapRow]:
    """Every kill switch that is on, of one tenant or (for the operator's eyes) of all; `desk` is "*" for one
    over every desk."""
    query = select(caps).where(caps.c.cap == KILL, _holds(now))
    if tenant is not None:
        query = query.where(caps.c.tenant == tenant)
    return [CapRow.from_row(row) for row in tx.execute(query.order_by(caps.c.created_at, caps.c.id))]


def killed(tx: Connection, tenant: str, desk: str, now: int) -> str | None:
    """Why nothing may be sent to the desk now; None when it may."""
    query = (
        select(caps.c.why)
        .where(caps.c.tenant == tenant, caps.c.desk.in_((desk, "*")), caps.c.cap == KILL, _holds(now))
        .limit(1)
    )
    return tx.execute(query).scalar_one_or_none()


def fallbacks(tx: Connection, tenant: str, now: int) -> Sequence[CapRow]:
    """Every fallback that is on, oldest first; `desk` and `topic` are "*" for one over all of them."""
    query = select(caps).where(caps.c.tenant == tenant, caps.c.cap == FALLBACK, _holds(now))
    return [CapRow.from_row(row) for row in tx.execute(query.order_by(caps.c.created_at, caps.c.id))]


def of_turn(tx: Connection, tenant: str, desk: str, topic: str, now: int) -> Held:
    """What the caps say of a topic at a desk now."""
    found = tx.execute(_OF_TURN, {"of_tenant": tenant, "of_desk": desk, "of_topic": topic, "now": now})
    rows = [CapRow.from_row(row) for row in found]
    modes = (Mode(row.cap) for row in rows if row.cap != FALLBACK)
    return Held(lower(Mode.SEND, *modes), next((row for row in rows if row.cap == FALLBACK), None))


def ceiling(tx: Connection, tenant: str, desk: str, topic: str, now: int) -> Mode:
    """The highest mode the caps leave."""
    return of_turn(tx, tenant, desk, topic, now).ceiling


def _holds(now: int) -> ColumnElement[bool]:
    return or_(caps.c.until.is_(None), caps.c.until > now)
