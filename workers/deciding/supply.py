"""Reading what the words of a decision need: pages, the people a hand-off goes to and their queue, earlier
answers."""
from __future__ import annotations

from dataclasses import replace

import structlog

from app.core.deciding.decided import Decided
from app.core.deciding.destination import NO_GROUP, Place, destination
from app.core.verdicts import Handoff, StayQuiet
from app.core.writing.supplies import Supplies, Way
from app.store import articles, promises
from app.store import desks as desk_store
from app.store.desks import StoredDesk
from app.store.links import ticket_token
from config.policy import Mode, Route
from connectors.errors import ConnectorError
from connectors.records import QueueSnapshot
from workers.deciding.case import Case
from workers.work import Work

log = structlog.get_logger(__name__)


def supplies_of(work: Work, case: Case, decided: Decided) -> Supplies:
    """What `compose` needs beside the decision. A desk that cannot count its queue is not a reason to
    wait."""
    verdict, situation = decided.verdict, decided.situation
    if isinstance(verdict, StayQuiet):
        return Supplies()
    way = None
    if isinstance(verdict, Handoff):
        way, people = _way(work, case, situation.policy.routes[verdict.route])
        if situation.mode is not Mode.WATCH:
            way = _counted(work, people, way, situation.now)
    return Supplies(
        page_of(work, case),
        _story(work, case.held.id),
        _answered(work, case.desk.tenant, situation.memory.cited),
        way,
    )


def way_in_place(case: Case, route: Route) -> Way:
    """Where a hand-off of this route goes when the ticket must stay where it is; nobody is counted."""
    own = _place(case.desk)
    to = destination(
        case.policy, replace(route, desk=None, own_ticket=False), own, own, case.ticket.group, case.read_at
    )
    return Way(to, case.desk.name, case.desk.name)


def page_of(work: Work, case: Case) -> str | None:
    """The customer's page of this ticket; None while no delivery has proven that our address can be reached
    from outside."""
    base, desk = work.settings.public_url, case.desk
    if base is None or not (desk.public_proven or desk.connection.wire_url is not None):
        return None
    holder = case.holder(work.keys)
    return f"{base}/t/{ticket_token(work.keys, desk.tenant, desk.id, case.ticket.id, holder, case.read_at)}"


def _way(work: Work, case: Case, route: Route) -> tuple[Way, StoredDesk]:
    """Where a hand-off of this route goes from this desk, and the desk whose people that are."""
    desk = case.desk
    name, target = route.desk or desk.id, desk
    if name != desk.id:
        with work.db.read() as tx:
            found = desk_store.get(tx, desk.tenant, name, work.keys)
        if found is None:
            to = destination(case.policy, route, _place(desk), None, case.ticket.group, case.read_at)
            return Way(to, name, desk.name), desk
        target = found
    to = destination(case.policy, route, _place(desk), _place(target), case.ticket.group, case.read_at)
    if to.group != route.group:
        log.warning(
            "a hand-off goes to another group than its route's",
            desk=to.desk,
            wanted=route.group,
            group=to.group,
        )
    return Way(to, target.name, desk.name), target if to.desk == target.id else desk


def _counted(work: Work, people: StoredDesk, way: Way, now: int) -> Way:
    group = way.to.group
    queue = QueueSnapshot(None, None, now, "no group")
    try:
        if group is not None:
            queue = work.desk(people).queue(group)
    except ConnectorError as error:
        # The customer is told that we cannot say; a hand-off never waits for a count.
        log.warning("queue not read", desk=people.id, status=error.status)
        queue = QueueSnapshot(group, None, now, "unreadable")
    with work.db.read() as tx:
        seen = promises.replies_seen(tx, people.tenant, people.id, group or NO_GROUP)
    return replace(way, queue=queue, replies_seen=seen)


def _place(desk: StoredDesk) -> Place:
    groups = desk.connection.state.get("groups")
    why_not = "" if desk.status == "active" else desk.status_why or desk.status
    return Place(desk.id, frozenset(groups) if isinstance(groups, dict) else frozenset(), why_not)


def _story(work: Work, ticket_row: str) -> str | None:
    base = work.settings.public_url
    return f"{base}/tickets/{ticket_row}" if base else None


def _answered(work: Work, tenant: str, cited: tuple[str, ...]) -> tuple[str, ...] | None:
    if not cited:
        return None
    with work.db.read() as tx:
        found = [articles.current(tx, tenant, article) for article in cited]
    return tuple(version.title for version in found if version is not None)
