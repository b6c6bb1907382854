"""What is switched down by the kill switch, a breaker or a fall-back. The effective mode is the lower of wish and caps."""
from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, insert, or_, select

from app.store.tables import caps
from config.policy import Mode, lower

KILL = "kill"
_CAPS = select(caps.c.cap).where(
    caps.c.tenant == bindparam("of_tenant"), caps.c.desk.in_([bindparam("of_desk"), "*"]), caps.c.topic.in_([bindparam("of_topic"), "*"]),
    caps.c.cap != KILL, or_(caps.c.until.is_(None), caps.c.until > bindparam("now")))


def set_cap(tx: Connection, tenant: str, desk: str, topic: str, cap: str, why: str, by: str, until: int | None, now: int,
            row_id: str) -> None:
    """`cap` is `watch`, `draft`, or `kill`: nothing at all is sent. `desk` and `topic` may be "*"."""
    tx.execute(insert(caps).values(id=row_id, tenant=tenant, desk=desk, topic=topic, cap=cap, why=why, by=by, until=until, created_at=now))


def lift(tx: Connection, tenant: str, desk: str, topic: str, cap: str) -> int:
    gone = delete(caps).where(caps.c.tenant == tenant, caps.c.desk == desk, caps.c.topic == topic, caps.c.cap == cap)
    return tx.execute(gone).rowcount


def kill_switches(tx: Connection, now: int, tenant: str | None = None) -> Sequence[Row[tuple[object, ...]]]:
    """Every kill switch that is on, of one tenant or (for the operator's eyes) of all; `desk` is "*" for one over every desk."""
    query = select(caps).where(caps.c.cap == KILL, _holds(now))
    if tenant is not None:
        query = query.where(caps.c.tenant == tenant)
    return tx.execute(query.order_by(caps.c.created_at, caps.c.id)).all()


def killed(tx: Connection, tenant: str, desk: str, now: int) -> str | None:
    """Why nothing may be sent to the desk now; None when it may."""
    query = select(caps.c.why).where(caps.c.tenant == tenant, caps.c.desk.in_((desk, "*")), caps.c.cap == KILL, _holds(now)).limit(1)
    return tx.execute(query).scalar_one_or_none()


def ceiling(tx: Connection, tenant: str, desk: str, topic: str, now: int) -> Mode:
    """The highest mode the caps leave."""
    held = tx.execute(_CAPS, {"of_tenant": tenant, "of_desk": desk, "of_topic": topic, "now": now}).scalars()
    return lower(Mode.SEND, *(Mode(c) for c in held))


def _holds(now: int) -> ColumnElement[bool]:
    return or_(caps.c.until.is_(None), caps.c.until > now)
