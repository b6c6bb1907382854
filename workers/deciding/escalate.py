"""A route to people who cannot share the ticket: a new internal one for them, linked both ways; in place, and saying so, when it cannot be.

Those people work at another desk (`desk`), or in a group of this one that does not see other groups' tickets (`own_ticket`).
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import structlog

from app.core.deciding.destination import Destination, Place, destination
from app.core.kinds import EffectKind, Purpose
from app.core.sending.plan import Planned
from app.core.writing.escalation import escalation
from app.core.writing.markup import Body, assemble, enclosed, paragraph, say
from app.core.writing.note_facts import NoteFacts
from app.store import desks as desk_store
from app.store.desks import StoredDesk
from config.policy import Policy, Route
from config.wording import Words
from connectors.records import OpenTicket, Ticket
from workers.work import Work

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Across:
    """What such a route comes to: a ticket to open at `target`, which may be the ticket's own desk, or why it stays in place."""

    target: str
    group: str | None
    subject: str
    body: Body
    in_place: Body | None  # said in the note when nothing is opened

    def opening(self, fields: Mapping[str, str], tags: tuple[str, ...]) -> Planned | None:
        """The row that opens the ticket; None in place."""
        if self.in_place is not None:
            return None
        effect = OpenTicket(self.subject, self.body.html, self.body.text, self.group, fields, (*tags, "candor_escalation"))
        return Planned(Purpose.ESCALATION, EffectKind.OPEN_TICKET, effect, self.target)

    def added_to(self, note: Body) -> Body:
        """The original's note, with the reason why the route could not be taken."""
        return note if self.in_place is None else assemble([enclosed(self.in_place), enclosed(note)])


@dataclass(frozen=True, slots=True)
class Routed:
    """Where a hand-off goes, and the desk whose people that are; `wanted` is how the route's desk is called."""

    to: Destination
    people: StoredDesk
    wanted: str


def routed(work: Work, desk: StoredDesk, policy: Policy, route: Route, ticket: Ticket, now: int) -> Routed:
    """Where a hand-off of this route goes from this desk."""
    name, target = route.desk or desk.id, desk
    if name != desk.id:
        with work.db.read() as tx:
            found = desk_store.get(tx, desk.tenant, name, work.keys)
        if found is None:
            return Routed(destination(policy, route, _place(desk), None, ticket.group, now), desk, name)
        target = found
    to = destination(policy, route, _place(desk), _place(target), ticket.group, now)
    if to.group != route.group:
        log.warning("a hand-off goes to another group than its route's", desk=to.desk, wanted=route.group, group=to.group)
    return Routed(to, target if to.desk == target.id else desk, target.name)


def in_place(desk: StoredDesk, policy: Policy, route: Route, ticket: Ticket, now: int) -> Destination:
    """The same, when the ticket must stay where it is."""
    return destination(policy, replace(route, desk=None, own_ticket=False), _place(desk), _place(desk), ticket.group, now)


def escalate(desk: StoredDesk, way: Routed, ticket: Ticket, facts: NoteFacts, words: Words) -> Across | None:
    """None for people who can share the ticket, and whose route wished for nothing else."""
    if not way.to.opens and not way.to.why_in_place:
        return None
    subject, body = escalation(facts, ticket, desk.name, words)
    stays = None
    if way.to.why_in_place:
        stays = assemble([paragraph(say(words, "agent.escalation.in_place", desk=way.wanted, why=way.to.why_in_place))])
    return Across(way.to.desk, way.to.group, subject, body, stays)


def _place(desk: StoredDesk) -> Place:
    groups = desk.connection.state.get("groups")
    why_not = "" if desk.status == "active" else desk.status_why or desk.status
    return Place(desk.id, frozenset(groups) if isinstance(groups, dict) else frozenset(), why_not)
