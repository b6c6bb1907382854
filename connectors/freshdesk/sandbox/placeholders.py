"""Freshdesk's `{{placeholders}}` and the pseudo-JSON of `triggered_event` (F2, F20).

Source: SUP, "Using placeholders"; the two recorded bodies of Zulip. An unknown name is the empty text.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from connectors.clock import to_iso
from connectors.freshdesk.sandbox.changes import Act
from connectors.freshdesk.sandbox.nouns import PRIORITIES, SOURCES, Person

_PLACEHOLDER = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
Values = Callable[[str], str]


def values_of(act: Act) -> Values:
    """Name → text; status, priority and source as words, the description as HTML."""
    state, ticket = act.state, act.ticket
    group = state.groups.get(ticket.group_id or 0)
    public = [c for c in ticket.conversations if not c.private]
    plain = {
        "ticket.id": str(ticket.id),
        "ticket.subject": ticket.subject,
        "ticket.description": ticket.description,
        "ticket.description_text": ticket.description_text,
        "ticket.url": f"http://{state.account}.freshdesk.com/helpdesk/tickets/{ticket.id}",
        "ticket.public_url": f"http://{state.account}.freshdesk.com/public/tickets/{ticket.id}",
        "ticket.portal_url": f"http://{state.account}.freshdesk.com/support/tickets/{ticket.id}",
        "ticket.status": state.statuses[ticket.status][0],
        "ticket.priority": PRIORITIES[ticket.priority],
        "ticket.source": SOURCES.get(ticket.source, str(ticket.source)),
        "ticket.ticket_type": ticket.type or "",
        "ticket.tags": ", ".join(ticket.tags),
        "ticket.group.name": group.name if group else "",
        "ticket.latest_public_comment": public[-1].body if public else "",
        "ticket.created_on": to_iso(ticket.created_us),
        "triggered_event": event_text(act),
        "helpdesk_name": state.account,
    }
    people = {
        "ticket.requester": state.people.get(ticket.requester_id),
        "ticket.agent": state.people.get(ticket.responder_id or 0),
    }

    def value(name: str) -> str:
        head, _, attribute = name.rpartition(".")
        if name in plain:
            return plain[name]
        if head in people:
            return _of_person(people[head], attribute)
        if head == "ticket" and attribute in state.fields:
            return str(ticket.custom_fields.get(attribute) or "")
        return ""

    return value


def fill(template: str, values: Values) -> str:
    return _PLACEHOLDER.sub(lambda match: values(match.group(1)), template)


def event_text(act: Act) -> str:
    """`{ticket_action:created}`, `{status:{from:4,to:6}}`: looks like JSON and is none."""

    def side(value: Any) -> str:
        return ",".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)

    parts = [
        f"{name}:{{from:{side(event[0])},to:{side(event[1])}}}"
        if isinstance(event, tuple)
        else f"{name}:{event}"
        for name, event in act.events.items()
    ]
    return "{" + ",".join(parts) + "}"


def _of_person(person: Person | None, attribute: str) -> str:
    if person is None:
        return ""
    first, _, last = person.name.partition(" ")
    return {"name": person.name, "email": person.email or "", "firstname": first, "lastname": last}.get(
        attribute, ""
    )
