"""A route to another desk: a new internal ticket there, linked both ways; in place, and saying so, when that desk cannot take it."""
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
    """What a route to another desk comes to: a ticket to open there, or the reason why it stays in place."""

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
    """None for a route within the desk."""
    if route.desk is None or route.desk == desk.id:
        return None
    with work.db.read() as tx:
        target = desk_store.get(tx, desk.tenant, route.desk, work.keys)
    why = _cannot(target)
    subject, body = escalation(facts, ticket, desk.name, words)
    in_place = None
    if why:
        name = target.name if target else route.desk
        in_place = assemble([paragraph(say(words, "agent.escalation.in_place", desk=name, why=why))])
    group = route.group if target is not None and has_group(target, route.group) else None
    return Across(route.desk, group, subject, body, in_place)


def has_group(desk: StoredDesk, group: str) -> bool:
    groups = desk.connection.state.get("groups")
    return isinstance(groups, dict) and group in groups


def _cannot(target: StoredDesk | None) -> str:
    if target is None:
        return "no such desk"
    return "" if target.status == "active" else target.status_why or target.status
