"""Refused calls (401, 403): is it our key, or this one ticket? Only the first stops the whole desk."""
from __future__ import annotations

import structlog

from app.store import desks as desk_store
from app.store.desks import StoredDesk
from connectors.errors import ConnectorError
from workers.work import Work

log = structlog.get_logger(__name__)


def refuses_us(work: Work, desk: StoredDesk, status: int | None) -> bool:
    """True when the desk does not take our key any more; false when it only keeps one thing from our user, or
    cannot say now.

    Both desks answer 403 for a ticket, a brand or a group that a user may not see as well as for a user
    without rights at all. Whoever the key belongs to is asked then, in one call. Never raises.
    """
    if status != 403:
        return status == 401
    try:
        work.desk(desk).whoami()
    except ConnectorError as error:
        return error.status in (401, 403)
    return False


def break_desk(work: Work, desk: StoredDesk, status: int | None) -> None:
    """Stop the desk: every further call would fail the same way. Its rows stay, and the admin reads why on
    the desk's page. Not when it was connected again since our call began: that was the old key."""
    todo = work.connector(desk.kind).account(desk.connection.settings).new_key
    why = f"the desk refuses our key ({status}): {todo}, then connect it again"
    with work.db.write() as tx:
        now = desk_store.get(tx, desk.tenant, desk.id, work.keys)
        if now is None or now.connection.settings != desk.connection.settings:
            log.info("the desk refused an older key", desk=desk.id, status=status)
            return
        desk_store.set_status(tx, desk.tenant, desk.id, "broken", why)
    log.error("the desk refuses our key", desk=desk.id, status=status)
