"""The kill switch: nothing at all is sent to a desk, or to any desk, while it is on. Used by the console and
the commands alike.

Workers look at it before each call and again right after their last look at the ticket, so nothing new goes
out from the moment it is written; rows wait where they are, and go on when it is off again. A call that is on
its way already cannot be called back.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from app.keys import Keys
from app.store import audit, caps, desks
from app.store.database import Database

EVERY_DESK = "*"
MAX_WHY = 300  # characters


class SwitchError(ValueError):
    """The switch cannot be set like this; the message is for people."""


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch that is on. `name` is the desk's, None for the switch over every desk."""

    desk: str
    name: str | None
    why: str
    by: str
    at: int


def switches(tx: Connection, tenant: str, now: int) -> list[Switch]:
    """The switches that are on, the one over every desk first."""
    names = dict(desks.names(tx, tenant))
    found = [
        Switch(
            row.desk,
            None if row.desk == EVERY_DESK else names.get(row.desk, row.desk),
            row.why,
            row.by,
            row.created_at,
        )
        for row in caps.kill_switches(tx, now, tenant)
    ]
    return sorted(found, key=lambda switch: (switch.desk != EVERY_DESK, switch.at))


def stop_sending(
    db: Database, tenant: str, desk: str, why: str, who: str, keys: Keys, now: int, new_id: Callable[[], str]
) -> None:
    """Switch on: nothing goes out to the desk ("*": to any) until `allow_sending`. Raises SwitchError for an
    unknown desk or no reason."""
    why = " ".join(why.split())
    if not why or len(why) > MAX_WHY:
        raise SwitchError(f"Say why in 1 to {MAX_WHY} characters: whoever opens the console will read it.")
    with db.write() as tx:
        _must_exist(tx, tenant, desk)
        caps.lift(tx, tenant, desk, EVERY_DESK, caps.KILL)
        caps.set_cap(tx, tenant, desk, EVERY_DESK, caps.KILL, why, who, None, now, new_id())
        audit.append(tx, tenant, who, "kill_switch_on", {"desk": desk, "why": why}, keys, now, new_id())


def allow_sending(
    db: Database, tenant: str, desk: str, who: str, keys: Keys, now: int, new_id: Callable[[], str]
) -> bool:
    """Switch off again; False when it was not on. A switch over every desk and one of a single desk are two:
    each is lifted by itself."""
    with db.write() as tx:
        _must_exist(tx, tenant, desk)
        lifted = caps.lift(tx, tenant, desk, EVERY_DESK, caps.KILL)
        if lifted:
            audit.append(tx, tenant, who, "kill_switch_off", {"desk": desk}, keys, now, new_id())
        return lifted > 0


def _must_exist(tx: Connection, tenant: str, desk: str) -> None:
    if desk == EVERY_DESK:
        return
    known = desks.ids(tx, tenant)
    if desk not in known:
        raise SwitchError(f"There is no desk {desk!r}; there are: {', '.join(known) or 'none yet'}.")
