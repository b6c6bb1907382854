"""Search and its lag (Z42): what a search sees is what the index held `search_lag` seconds ago."""
from __future__ import annotations

import re
import shlex
from typing import Any

from connectors.clock import SECOND, from_iso
from connectors.zendesk.sandbox.nouns import CATEGORIES, Ticket
from connectors.zendesk.sandbox.state import State

_TERM = re.compile(r"^(-?)(\w+)(:|<=|>=|<|>)(.*)$")


def note(state: State, ticket: Ticket | None, gone: int | None = None) -> None:
    """Queue the ticket's present form for the index; `gone` removes a ticket."""
    due = state.clock() + int(state.switches.search_lag * SECOND)
    if ticket is None:
        state.search_waiting.append((due, gone or 0, None))
        return
    document = {
        "id": ticket.id,
        "status": ticket.status,
        "group_id": ticket.group_id,
        "assignee_id": ticket.assignee_id,
        "requester_id": ticket.requester_id,
        "tags": list(ticket.tags),
        "priority": ticket.priority,
        "type": ticket.type,
        "created": ticket.created_us,
        "updated": ticket.updated_us,
        "subject": ticket.subject,
        "via": ticket.via.get("channel"),
        "fields": dict(ticket.custom_fields),
        "text": " ".join([ticket.subject, *(c.plain_body for c in ticket.comments)]).lower(),
    }
    state.search_waiting.append((due, ticket.id, document))


def find(state: State, query: str) -> list[int]:
    """Ids of the tickets that match, newest first. A term the sandbox does not know is recorded as its
    failure and matches nothing."""
    _settle(state)
    try:
        terms = shlex.split(query)
    except ValueError:
        terms = query.split()
    tests = [_test(state, term) for term in terms]
    found = [d for d in state.search_index.values() if all(test(d) for test in tests)]
    return [d["id"] for d in sorted(found, key=lambda d: (d["created"], d["id"]), reverse=True)]


def _settle(state: State) -> None:
    now = state.clock()
    ready = [entry for entry in state.search_waiting if entry[0] <= now]
    state.search_waiting = [entry for entry in state.search_waiting if entry[0] > now]
    for _, ticket_id, document in ready:
        if document is None:
            state.search_index.pop(ticket_id, None)
        else:
            state.search_index[ticket_id] = document


def _test(state: State, term: str) -> Any:
    match = _TERM.match(term)
    if match is None:
        word = term.lower()
        return lambda d: word in d["text"]
    minus, name, operator, value = match.groups()
    positive = _matcher(state, name, operator, value)
    return (lambda d: not positive(d)) if minus else positive


def _matcher(state: State, name: str, operator: str, value: str) -> Any:
    if name == "type" and value in ("ticket", "tickets"):
        return lambda d: True
    if name == "status" and value in CATEGORIES:
        rank = CATEGORIES.index(value)
        return lambda d: _compare(CATEGORIES.index(d["status"]), operator, rank)
    if name in ("created", "updated"):
        moment = from_iso(value if "T" in value else f"{value}T00:00:00Z")
        return lambda d: _compare(d[name], operator, moment)
    if name in ("group", "group_id"):
        wanted = (
            None
            if value == "none"
            else next((g.id for g in state.groups.values() if value in (str(g.id), g.name)), -1)
        )
        return lambda d: d["group_id"] == wanted
    if name in ("assignee", "assignee_id", "requester", "requester_id"):
        key = name.removesuffix("_id") + "_id"
        wanted = (
            None
            if value == "none"
            else next((u.id for u in state.users.values() if value in (str(u.id), u.name, u.email)), -1)
        )
        return lambda d: d[key] == wanted
    if name == "tags":
        return lambda d: (value in d["tags"]) if value != "none" else not d["tags"]
    if name in ("priority", "via"):
        return lambda d: (d[name] or "none") == value
    if name == "ticket_type":
        return lambda d: (d["type"] or "none") == value
    if name == "subject":
        return lambda d: value.lower() in d["subject"].lower()
    if name.startswith("custom_field_"):
        field_id = int(name.rsplit("_", 1)[1])
        return lambda d: str(d["fields"].get(field_id) or "none") == value
    state.recorder.failure(state.clock(), "search term", f"{name}{operator}{value}")
    return lambda d: False


def _compare(left: int, operator: str, right: int) -> bool:
    return {
        ":": left == right,
        "<": left < right,
        ">": left > right,
        "<=": left <= right,
        ">=": left >= right,
    }[operator]
