"""What happens on a ticket of the sandbox Paper desk, whoever does it: people by the verbs, programs by the
API."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.answers import Refusal
from tests.connectors.paper.sandbox.state import Change, State, Ticket, User


class Tickets:
    """`notify` is told of each ticket on which a customer has said something."""

    def __init__(self, state: State, notify: Callable[[int], None]) -> None:
        self._state = state
        self._notify = notify

    def find(self, number: int) -> Ticket:
        found = self._state.tickets.get(number)
        if found is None or found.state == "gone":
            raise Refusal(404, {"why": "there is no such ticket"})
        return found

    def open(self, by: User, customer: User, wanted: dict[str, Any]) -> tuple[Ticket, Change]:
        ticket = Ticket(self._state.number(), str(wanted["subject"]), customer, self._state.clock())
        self._state.tickets[ticket.id] = ticket
        return ticket, self.change(by, ticket, wanted)

    def change(self, by: User, ticket: Ticket, wanted: dict[str, Any]) -> Change:
        """Raises Refusal: 409 where `if_version` is not the ticket's any more, 422 for a group or field there
        is none of."""
        if wanted.get("if_version", ticket.version) != ticket.version:
            raise Refusal(409, {"why": "somebody was faster"})
        if wanted.get("group", 71) not in self._state.groups or not set(wanted.get("fields", ())) <= {
            str(n) for n in self._state.fields
        }:
            raise Refusal(422, {"why": "no such group or field"})
        entry = wanted.get("entry")
        kind = "update" if entry is None else "comment" if entry["public"] else "note"
        html = "" if entry is None else str(entry["html"])
        made = Change(self._state.number(), self._state.clock(), by, kind, html, wanted.get("mark"))
        ticket.history.append(made)
        ticket.group = wanted.get("group", ticket.group)
        ticket.state = wanted.get("state", ticket.state)
        ticket.fields |= wanted.get("fields", {})
        ticket.labels = list(dict.fromkeys([*ticket.labels, *wanted.get("add_labels", ())]))
        self._state.touch(ticket)
        if not by.staff:
            self._notify(ticket.id)
        return made
