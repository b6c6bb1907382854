"""One act on a ticket, while it happens: sets fields, writes the audit's events, remembers old and new values
for the triggers."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.zendesk.sandbox import answers
from connectors.zendesk.sandbox.nouns import CATEGORIES, Actor, Audit, Comment, Ticket, TicketField
from connectors.zendesk.sandbox.state import State

_PRIORITIES = (None, "low", "normal", "high", "urgent")
_TYPES = (None, "problem", "incident", "question", "task")


@dataclass(slots=True)
class Act:
    """`kind` is Create or Change. `changed` holds name → (value before the act, value now)."""

    state: State
    ticket: Ticket
    actor: Actor
    audit: Audit
    kind: str
    changed: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    comment: Comment | None = None
    rule: dict[str, Any] | None = None  # `via` of the trigger that acts at the moment

    def event(self, type_: str, **what: Any) -> dict[str, Any]:
        made = {"id": self.state.ids.number(), "type": type_, **what}
        if self.rule is not None:
            made["via"] = self.rule
        self.audit.events.append(made)
        return made

    def set(self, name: str, value: Any) -> None:
        """Set one of the ticket's own fields. Raises Refusal(422) for a value Zendesk would not take."""
        check(self.state, name, value)
        before = getattr(self.ticket, name)
        if before == value:
            return
        setattr(self.ticket, name, value)
        self._note(name, name, before, value)
        if name == "status":
            self.ticket.custom_status = None

    def set_custom_status(self, number: int) -> None:
        """The real status and, with it, its category. Raises Refusal(422) for one the desk does not have."""
        default = next((c for c in CATEGORIES if self.state.default_status_id(c) == number), None)
        own = self.state.custom_statuses.get(number)
        if default is None and own is None:
            raise answers.invalid(custom_status_id="Custom status: is not valid")
        before = self.ticket.custom_status or self.state.default_status_id(self.ticket.status)
        self.set("status", default or (own.category if own else ""))
        self.ticket.custom_status = number if own else None
        if before != number:
            self._note("custom_status_id", "custom_status_id", before, number)

    def set_custom(self, wanted: TicketField, value: Any) -> None:
        """Set a custom field; a drop-down's value also becomes a tag, and its old value's tag goes."""
        before = self.ticket.custom_fields.get(wanted.id)
        if wanted.type == "tagger":
            value = value or None
            if value is not None and value not in {o["value"] for o in wanted.options}:
                raise answers.invalid(base=f"{wanted.title}: {value} is not one of the options")
        if before == value:
            return
        self.ticket.custom_fields[wanted.id] = value
        self._note(f"custom_fields_{wanted.id}", str(wanted.id), before, value)
        if wanted.type == "tagger" and self.state.switches.dropdown_tags:
            kept = [t for t in self.ticket.tags if t != before]
            self._set_tags_only(kept if value is None or value in kept else [*kept, value])

    def set_tags(self, tags: list[str], fields_sent: frozenset[int] = frozenset()) -> None:
        """Replace the tags. Drop-downs follow their tags, unless the same act sets the field itself."""
        tags = list(dict.fromkeys(clean for t in tags if (clean := str(t).strip().lower().replace(" ", "_"))))
        if self.state.switches.dropdown_tags:
            for dropdown in [f for f in self.state.fields.values() if f.type == "tagger"]:
                value = self.ticket.custom_fields.get(dropdown.id)
                if dropdown.id in fields_sent:
                    if value is not None and value not in tags:
                        tags.append(value)
                    continue
                chosen = next((o["value"] for o in dropdown.options if o["value"] in tags), None)
                if chosen != value:
                    self.ticket.custom_fields[dropdown.id] = chosen
                    self._note(f"custom_fields_{dropdown.id}", str(dropdown.id), value, chosen)
        self._set_tags_only(tags)

    def _set_tags_only(self, tags: list[str]) -> None:
        before = list(self.ticket.tags)
        if sorted(before) == sorted(tags):
            return
        self.ticket.tags = sorted(tags)
        self._note("tags", "tags", before, self.ticket.tags)

    def _note(self, key: str, field_name: str, before: Any, value: Any) -> None:
        first = self.changed[key][0] if key in self.changed else before
        self.changed[key] = (first, value)
        if self.kind == "Create" and self.rule is None:
            self.event("Create", field_name=field_name, value=_plain(value))
        else:
            self.event("Change", field_name=field_name, value=_plain(value), previous_value=_plain(before))


def _plain(value: Any) -> Any:
    # Audit events carry ids as text, tags as a list, nothing as null.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def check(state: State, name: str, value: Any) -> None:
    """Raises Refusal (422) for a value the desk does not take."""
    if name == "status" and value not in CATEGORIES:
        raise answers.invalid(status=f"Status: {value} is not valid")
    if name == "priority" and value not in _PRIORITIES:
        raise answers.invalid(priority=f"Priority: {value} is not valid")
    if name == "type" and value not in _TYPES:
        raise answers.invalid(type=f"Type: {value} is not valid")
    if name == "group_id" and value is not None and value not in state.groups:
        raise answers.invalid(group=f"Group: {value} is not valid")
    if (
        name == "assignee_id"
        and value is not None
        and not (value in state.users and state.users[value].is_staff)
    ):
        raise answers.invalid(assignee="Assignee: is not an agent")
    if name == "requester_id" and value not in state.users:
        raise answers.invalid(requester="Requester: is not valid")
