"""Zendesk's tickets as the shared pages show them."""
from __future__ import annotations

from typing import Any

from connectors.sandbox.answers import Refusal
from connectors.sandbox.pages.side import Choice, Details, Line, Message
from connectors.zendesk.sandbox.acts import Acts
from connectors.zendesk.sandbox.nouns import Comment, Ticket, User

STATUS_WORDS = {
    "new": "New",
    "open": "Open",
    "pending": "Pending",
    "hold": "On hold",
    "solved": "Solved",
    "closed": "Closed",
}
_SYSTEM_MAIL = 4  # the flag of a comment made by a machine
_EVENTS_SHOWN = 20


class ZendeskSide:
    def __init__(self, acts: Acts) -> None:
        self.acts = acts
        self._state = acts.state

    def now_us(self) -> int:
        return self._state.clock()

    def lines(self) -> list[Line]:
        with self._state.lock:
            return [
                self._line(t) for t in sorted(self._state.tickets.values(), key=lambda t: t.id, reverse=True)
            ]

    def line(self, ticket_id: int) -> Line | None:
        with self._state.lock:
            found = self._state.tickets.get(ticket_id)
            return self._line(found) if found is not None else None

    def thread(self, ticket_id: int, *, with_notes: bool) -> list[Message]:
        with self._state.lock:
            ticket = self._state.tickets[ticket_id]
            return [self._message(c) for c in ticket.comments if with_notes or _reaches_customer(ticket, c)]

    def acknowledged(self, ticket_id: int) -> bool:
        with self._state.lock:
            return any(m["ticket"] == ticket_id and m["kind"] == "acknowledgement" for m in self._state.mails)

    def goes_on_in(self, ticket_id: int) -> list[int]:
        with self._state.lock:
            ticket = self._state.tickets[ticket_id]
            return list(ticket.followup_ids) if ticket.status == "closed" else []

    def details(self, ticket_id: int) -> Details:
        with self._state.lock:
            state, ticket = self._state, self._state.tickets[ticket_id]
            customer = state.users[ticket.requester_id]
            return Details(
                customer.name,
                customer.email or "",
                state.users[ticket.assignee_id].name if ticket.assignee_id else "nobody",
                ticket.priority or "",
                tuple(ticket.tags),
                self._fields(ticket),
                self._choices(ticket),
                self._events(ticket),
            )

    def agents(self) -> list[str]:
        return [u.name for u in self._state.users.values() if u.role == "agent"]

    def is_colleague(self, email: str) -> bool:
        known = self._state.user_by_email(email)
        return known is not None and known.is_staff

    def sentence(self, error: Exception) -> str:
        if isinstance(error, Refusal) and isinstance(error.body, dict):
            details = error.body.get("details") or {}
            said = [entry["description"] for entries in details.values() for entry in entries]
            return "; ".join(said) or str(error.body.get("description", ""))
        return str(error)

    def _line(self, ticket: Ticket) -> Line:
        group = self._state.groups.get(ticket.group_id) if ticket.group_id else None
        public = sum(c.public for c in ticket.comments)
        return Line(
            ticket.id,
            ticket.subject,
            ticket.status,
            STATUS_WORDS[ticket.status],
            self._state.users[ticket.requester_id].name,
            ticket.updated_us,
            group.name if group else "",
            public,
            len(ticket.comments) - public,
        )

    def _message(self, comment: Comment) -> Message:
        author = self._state.users[comment.author_id]
        automatic = _SYSTEM_MAIL in comment.flags
        return Message(
            comment.id,
            author.name,
            _side(author),
            comment.at_us,
            comment.public,
            comment.html_body,
            automatic,
        )

    def _fields(self, ticket: Ticket) -> tuple[tuple[str, str], ...]:
        """Custom fields with a value; drop-downs stand apart."""
        listed = [
            (f, ticket.custom_fields.get(f.id))
            for f in self._state.fields.values()
            if f.removable and f.type != "tagger"
        ]
        return tuple((field.title, str(value)) for field, value in listed if value not in (None, ""))

    def _choices(self, ticket: Ticket) -> tuple[Choice, ...]:
        return tuple(
            Choice(
                str(f.id),
                f.title,
                tuple((o["value"], o["name"]) for o in f.options),
                ticket.custom_fields.get(f.id),
            )
            for f in self._state.fields.values()
            if f.type == "tagger"
        )

    def _events(self, ticket: Ticket) -> tuple[tuple[int, str, str], ...]:
        """The history in few words, newest first."""
        rows = []
        for audit in reversed(ticket.audits):
            what = [
                self._words(event)
                for event in audit.events
                if event["type"] in ("Change", "Comment", "Notification")
            ]
            if what:
                rows.append((audit.at_us, self._state.users[audit.author_id].name, "; ".join(what)))
        return tuple(rows[:_EVENTS_SHOWN])

    def _words(self, event: dict[str, Any]) -> str:
        state = self._state
        if event["type"] == "Comment":
            return "replied" if event["public"] else "wrote a note"
        if event["type"] == "Notification":
            return "mail sent by a rule"
        name = event["field_name"]
        title = (
            state.fields[int(name)].title
            if name.isdigit() and int(name) in state.fields
            else name.replace("_id", "")
        )
        value = event["value"]
        if name == "group_id" and str(value).isdigit() and int(value) in state.groups:
            value = state.groups[int(value)].name
        if name in ("assignee_id", "requester_id") and str(value).isdigit() and int(value) in state.users:
            value = state.users[int(value)].name
        shown = ", ".join(value) if isinstance(value, list) else value if value is not None else "empty"
        return f"{title} → {shown}"


def _side(author: User) -> str:
    """The assistant is the user the API acts as."""
    if not author.is_staff:
        return "customer"
    return "assistant" if author.role == "admin" else "agent"


def _reaches_customer(ticket: Ticket, comment: Comment) -> bool:
    return comment.public and not (ticket.from_messaging_channel and comment.via.get("channel") == "api")
