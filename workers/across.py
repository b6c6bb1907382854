"""A route to people who cannot share the ticket: a new internal one for them, linked both ways; in place, and saying so, when it cannot be.

Those people work at another desk (`desk`), or in a group of this one that does not see other groups' tickets (`own_ticket`).
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.body import Body, assemble, enclosed, paragraph, say
from app.core.escalation import escalation
from app.core.facts import NoteFacts
from app.core.plan import Planned
from app.store import desks as desk_store
from app.store.desks import StoredDesk
from config.policy import Route
from config.wording import Words
from connectors.records import OpenTicket, Ticket
from workers.work import Work


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
        return Planned("escalation", "open_ticket", effect, self.target)

    def added_to(self, note: Body) -> Body:
        """The original's note, with the reason why the route could not be taken."""
        return note if self.in_place is None else assemble([enclosed(self.in_place), enclosed(note)])


def escalate(work: Work, desk: StoredDesk, route: Route, ticket: Ticket, facts: NoteFacts, words: Words) -> Across | None:
    """None for a route to people who can share the ticket."""
    wanted = route.desk or desk.id
    if wanted == desk.id and not route.own_ticket:
        return None
    with work.db.read() as tx:
        target = desk_store.get(tx, desk.tenant, wanted, work.keys)
    why = _cannot(target, desk, route.group)
    subject, body = escalation(facts, ticket, desk.name, words)
    in_place = None
    if why:
        name = target.name if target else wanted
        in_place = assemble([paragraph(say(words, "agent.escalation.in_place", desk=name, why=why))])
    group = route.group if target is not None and has_group(target, route.group) else None
    return Across(wanted, group, subject, body, in_place)


def taken_up_by(work: Work, desk: StoredDesk, route: Route) -> StoredDesk:
    """The desk whose people will answer: the route's, or the ticket's own when that one cannot take it."""
    if route.desk in (None, desk.id):
        return desk
    with work.db.read() as tx:
        target = desk_store.get(tx, desk.tenant, route.desk or "", work.keys)
    return desk if target is None or _cannot(target, desk, route.group) else target


def has_group(desk: StoredDesk, group: str) -> bool:
    groups = desk.connection.state.get("groups")
    return isinstance(groups, dict) and group in groups


def _cannot(target: StoredDesk | None, own: StoredDesk, group: str) -> str:
    if target is None:
        return "no such desk"
    if target.status != "active":
        return target.status_why or target.status
    # At another desk the ticket is for whoever sorts there; at this one it would only lie beside the original.
    return f"it has no group {group!r}" if target.id == own.id and not has_group(target, group) else ""
