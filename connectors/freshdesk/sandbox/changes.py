"""One act on a ticket, while it happens: sets fields, keeps the statistics, remembers what changed for the
rules."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.freshdesk.sandbox.nouns import CLOSED, PENDING, RESOLVED, Actor, Conversation, Ticket
from connectors.freshdesk.sandbox.state import State


@dataclass(slots=True)
class Act:
    """`events`: name → (from, to), or one word for what has no two sides; what a rule's events and
    `triggered_event` are made of."""

    state: State
    ticket: Ticket
    actor: Actor
    kind: str  # create | update
    at_us: int
    events: dict[str, tuple[Any, Any] | str] = field(default_factory=dict)
    conversation: Conversation | None = None
    by_rule: str | None = None  # the rule that acts at the moment

    def set(self, name: str, value: Any) -> None:
        """Set one of the ticket's own fields to a value that was found valid."""
        before = getattr(self.ticket, name)
        if before == value:
            return
        setattr(self.ticket, name, value)
        if name == "status":
            self._status(before, value)
        self._note({"type": "ticket_type"}.get(name, name), before, value)

    def set_custom(self, name: str, value: Any) -> None:
        before = self.ticket.custom_fields.get(name)
        value = None if value == "" else value
        if before != value:
            self.ticket.custom_fields[name] = value
            self._note(name, before, value)

    def wrote(self, what: str) -> None:
        """A line in the history that people see."""
        who = f"Rule “{self.by_rule}”" if self.by_rule else self.actor.person.name
        self.ticket.history.append((self.at_us, who, what))

    def _note(self, name: str, before: Any, value: Any) -> None:
        first = self.events[name][0] if isinstance(self.events.get(name), tuple) else before
        if self.kind == "update":
            self.events[name] = (first, value)
        if self.kind == "update" or self.by_rule:
            self.wrote(f"{self._title(name)} → {self._words(name, value)}")

    def _title(self, name: str) -> str:
        known = self.state.fields.get(name)
        return (
            known.label
            if known
            else {"responder_id": "assignee", "group_id": "group", "ticket_type": "type"}.get(name, name)
        )

    def _words(self, name: str, value: Any) -> str:
        if value in (None, []):
            return "empty"
        if name == "status":
            return self.state.statuses[value][0]
        if name == "group_id" and value in self.state.groups:
            return self.state.groups[value].name
        if name in ("responder_id", "requester_id") and value in self.state.people:
            return self.state.people[value].name
        return ", ".join(value) if isinstance(value, list) else str(value)

    def _status(self, before: int, value: int) -> None:
        stats = self.ticket.stats
        stats.status_updated_us = self.at_us
        if before in (RESOLVED, CLOSED) and value not in (RESOLVED, CLOSED):
            stats.reopened_us, stats.resolved_us, stats.closed_us = self.at_us, None, None
        if value in (RESOLVED, CLOSED):
            stats.resolved_us = stats.resolved_us or self.at_us
        if value == CLOSED:
            stats.closed_us = self.at_us
        stats.pending_since_us = self.at_us if value == PENDING else None
