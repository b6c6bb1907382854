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
    the desk's page."""
    log.error("the desk refuses our key", desk=desk.id, status=status)
    with work.db.write() as tx:
        desk_store.set_status(
            tx, desk.tenant, desk.id, "broken", f"the desk refuses our key ({status}): connect it again"
        )
