"""Freshdesk's tickets as the shared pages show them."""
from __future__ import annotations

from connectors.freshdesk.sandbox.acts import Acts
from connectors.freshdesk.sandbox.nouns import CLOSED, OPEN, PENDING, PRIORITIES, RESOLVED, Ticket
from connectors.sandbox.answers import Refusal
from connectors.sandbox.pages.side import Choice, Details, Line, Message

# The pages know six states by their looks; a status of the desk's own looks like one on hold.
_LOOKS = {OPEN: "open", PENDING: "pending", RESOLVED: "solved", CLOSED: "closed"}
_EVENTS_SHOWN = 20


class FreshdeskSide:
    def __init__(self, acts: Acts) -> None:
        self.acts = acts
        self._state = acts.state

    def now_us(self) -> int:
        return self._state.clock()

    def lines(self) -> list[Line]:
        with self._state.lock:
            return [
                self._line(t)
                for t in sorted(self._state.tickets.values(), key=lambda t: t.id, reverse=True)
                if not t.deleted
            ]

    def line(self, ticket_id: int) -> Line | None:
        with self._state.lock:
            found = self._state.tickets.get(ticket_id)
            return self._line(found) if found is not None and not found.deleted else None

    def thread(self, ticket_id: int, *, with_notes: bool) -> list[Message]:
        """The description is the first message; Freshdesk does not count it among the conversations."""
        with self._state.lock:
            ticket = self._state.tickets[ticket_id]
            opening = self._message(
                ticket, 0, ticket.requester_id, ticket.created_us, True, ticket.description
            )
            said = [
                self._message(ticket, c.id, c.user_id, c.at_us, not c.private, c.body)
                for c in ticket.conversations
                if with_notes or not c.private
            ]
            return [opening, *said]

    def acknowledged(self, ticket_id: int) -> bool:
        with self._state.lock:
            return any(m["ticket"] == ticket_id and m["kind"] == "acknowledgement" for m in self._state.mails)

    def goes_on_in(self, ticket_id: int) -> list[int]:
        return []  # a closed ticket opens again

    def details(self, ticket_id: int) -> Details:
        with self._state.lock:
            state, ticket = self._state, self._state.tickets[ticket_id]
            customer = state.people.get(ticket.requester_id)
            priority = PRIORITIES[ticket.priority] if ticket.priority != 1 else ""
            fields = (
                (f.label, ticket.custom_fields.get(f.name)) for f in state.fields.values() if not f.choices
            )
            choices = tuple(
                Choice(f.name, f.label, tuple((c, c) for c in f.choices), ticket.custom_fields.get(f.name))
                for f in state.fields.values() if f.choices
            )
            return Details(
                customer.name if customer else "deleted",
                customer.email or "" if customer else "",
                self._name(ticket.responder_id) if ticket.responder_id else "nobody",
                priority,
                tuple(ticket.tags),
                tuple((label, str(value)) for label, value in fields if value not in (None, "")),
                choices,
                tuple(reversed(ticket.history))[:_EVENTS_SHOWN],
            )

    def agents(self) -> list[str]:
        return [p.name for p in self._state.agents() if p.id != self._state.assistant_id]

    def is_colleague(self, email: str) -> bool:
        known = self._state.person_by_email(email)
        return known is not None and known.staff

    def sentence(self, error: Exception) -> str:
        if isinstance(error, Refusal) and isinstance(error.body, dict):
            said = [f"{e['field']}: {e['message']}" for e in error.body.get("errors") or []]
            return "; ".join(said) or str(error.body.get("message", ""))
        return str(error)

    def _line(self, ticket: Ticket) -> Line:
        group = self._state.groups.get(ticket.group_id or 0)
        notes = sum(c.private for c in ticket.conversations)
        return Line(
            ticket.id,
            ticket.subject,
            _LOOKS.get(ticket.status, "hold"),
            self._state.statuses[ticket.status][0],
            self._name(ticket.requester_id),
            ticket.updated_us,
            group.name if group else "",
            1 + len(ticket.conversations) - notes,
            notes,
        )

    def _message(self, ticket: Ticket, id: int, user_id: int, at_us: int, public: bool, html: str) -> Message:
        person = self._state.people.get(user_id)
        if person is None or not person.staff:
            side = "customer"
        else:
            side = "assistant" if user_id == self._state.assistant_id else "agent"
        return Message(id, self._name(user_id), side, at_us, public, html)

    def _name(self, person_id: int) -> str:
        person = self._state.people.get(person_id)
        return person.name if person is not None else "somebody deleted"
