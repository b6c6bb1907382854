"""Search and its lag (F13): what a search sees is what the index held `search_lag` seconds ago; archived
tickets are left out."""
from __future__ import annotations

from connectors.clock import DAY, SECOND, to_iso
from connectors.freshdesk.sandbox.nouns import Ticket
from connectors.freshdesk.sandbox.query import parse
from connectors.freshdesk.sandbox.state import State


def note(state: State, ticket: Ticket) -> None:
    """Queue the ticket's present form for the index."""
    due = state.clock() + int(state.switches.search_lag * SECOND)
    gone = ticket.deleted or ticket.spam or ticket.archived
    document = None if gone else {
        "id": ticket.id, "status": ticket.status, "group_id": ticket.group_id,
        "agent_id": ticket.responder_id, "tag": list(ticket.tags),
        "priority": ticket.priority, "type": ticket.type, "created_at": to_iso(ticket.created_us),
        "updated_at": to_iso(ticket.updated_us),
        "due_by": to_iso(ticket.created_us + 3 * DAY), "fr_due_by": to_iso(ticket.created_us + DAY),
        **ticket.custom_fields,
    }  # fmt: skip
    state.search_waiting.append((due, ticket.id, document))


def find(state: State, query: str) -> list[int]:
    """Ids of the tickets that match, newest first. Raises BadQuery."""
    now = state.clock()
    ready = [entry for entry in state.search_waiting if entry[0] <= now]
    state.search_waiting = [entry for entry in state.search_waiting if entry[0] > now]
    for _, ticket_id, document in ready:
        if document is None:
            state.search_index.pop(ticket_id, None)
        else:
            state.search_index[ticket_id] = document
    test = parse(query, frozenset(state.fields))
    return sorted((d["id"] for d in state.search_index.values() if test(d)), reverse=True)
