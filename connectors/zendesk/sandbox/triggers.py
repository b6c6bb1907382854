"""Triggers: conditions over one act on a ticket, and what they then do (Z4, Z16, Z17, Z53).

Source: REF ticket-triggers, conditions and actions reference; recorded default triggers.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.zendesk.sandbox import mails, placeholders
from connectors.zendesk.sandbox.changes import Act
from connectors.zendesk.sandbox.nouns import CATEGORIES, Trigger
from connectors.zendesk.sandbox.state import State

# (webhook id, body text, ticket id, trigger id)
Notify = Callable[[str, str, int, int], None]

_TICKET_FIELDS = {
    "status": "status",
    "assignee_id": "assignee_id",
    "group_id": "group_id",
    "priority": "priority",
    "type": "type",
}


class Triggers:
    def __init__(self, state: State, notify: Notify) -> None:
        self._state = state
        self._notify = notify

    def run(self, act: Act) -> None:
        """Fire every trigger that matches, in position order, again after each change; each at most once.
        Never on closed tickets."""
        if act.ticket.status == "closed" or not act.audit.events:
            return
        fired: set[int] = set()
        again = True
        while again:
            again = False
            for trigger in sorted(self._state.triggers.values(), key=lambda t: (t.position, t.id)):
                if trigger.active and trigger.id not in fired and self._matches(trigger, act):
                    fired.add(trigger.id)
                    self._fire(trigger, act)
                    again = True

    def _matches(self, trigger: Trigger, act: Act) -> bool:
        required = [self._holds(c, act) for c in trigger.conditions.get("all", [])]
        some = [self._holds(c, act) for c in trigger.conditions.get("any", [])]
        return bool(required or some) and all(required) and (not some or any(some))

    def _holds(self, condition: dict[str, Any], act: Act) -> bool:
        name, operator, value = (
            condition.get("field", ""),
            condition.get("operator", "is"),
            condition.get("value"),
        )
        ticket, user = act.ticket, act.actor.user
        if name == "update_type":
            return _is(operator, act.kind == value)
        if name == "role":
            roles = {"all": True, "agent": user.is_staff, "end_user": not user.is_staff}
            return _is(operator, roles.get(str(value), user.role == value))
        if name == "comment_is_public":
            return self._comment_condition(act, value)
        if name == "ticket_is_public":
            return _is(operator, any(c.public for c in ticket.comments) == (value == "public"))
        if name == "current_tags":
            wanted = str(value).split()
            return any(t in ticket.tags for t in wanted) is (operator == "includes")
        if name in ("current_via_id", "via_id"):
            return _is(
                operator, str(value) == {"web": "0", "email": "4", "api": "5"}.get(act.audit.via["channel"])
            )
        if name == "requester_id":
            return _is(
                operator, ticket.requester_id == (user.id if value == "current_user" else _number(value))
            )
        if name in _TICKET_FIELDS or name.startswith("custom_fields_"):
            return self._field_condition(act, name, operator, value)
        self._state.recorder.failure(self._state.clock(), "trigger condition", f"{name} {operator} {value!r}")
        return False

    def _comment_condition(self, act: Act, value: Any) -> bool:
        if act.comment is None:
            return False
        if value in ("not_relevant", "not_relevant_", "present"):
            return True
        return act.comment.public == (str(value).lower() in ("true", "requester_can_see_comment"))

    def _field_condition(self, act: Act, name: str, operator: str, value: Any) -> bool:
        if name.startswith("custom_fields_"):
            field_id = int(name.rsplit("_", 1)[1])
            now = act.ticket.custom_fields.get(field_id)
            field = self._state.fields.get(field_id)
            value = (
                next((o["value"] for o in field.options if str(o["id"]) == str(value)), value)
                if field
                else value
            )
        else:
            now = getattr(act.ticket, _TICKET_FIELDS[name])
        before, _ = act.changed.get(name, (now, now))
        named = {"current_user": act.actor.user.id, "requester_id": act.ticket.requester_id, "": None}
        value = named.get(value, value) if isinstance(value, str) else value
        changed = before != now
        if name == "status" and operator in ("less_than", "greater_than"):
            rank, limit = CATEGORIES.index(now), CATEGORIES.index(value)
            return rank < limit if operator == "less_than" else rank > limit
        tests = {
            "is": _same(now, value),
            "is_not": not _same(now, value),
            "present": now is not None,
            "not_present": now is None,
            "changed": changed if value is None else changed and _same(now, value),
            "not_changed": not changed,
            "value": changed and _same(now, value),
            "changed_to": changed and _same(now, value),
            "value_previous": changed and _same(before, value),
            "changed_from": changed and _same(before, value),
            "not_value": not (changed and _same(now, value)),
            "not_value_previous": not (changed and _same(before, value)),
        }
        if operator not in tests:
            self._state.recorder.failure(self._state.clock(), "trigger operator", f"{name} {operator}")
            return False
        return tests[operator]

    def _fire(self, trigger: Trigger, act: Act) -> None:
        act.rule = {
            "channel": "rule",
            "source": {"to": {}, "from": {"id": trigger.id, "title": trigger.title}, "rel": "trigger"},
        }
        for action in trigger.actions:
            self._do(trigger, str(action.get("field")), action.get("value"), act)
        act.rule = None

    def _do(self, trigger: Trigger, name: str, value: Any, act: Act) -> None:
        ticket = act.ticket
        values = placeholders.values_of(self._state, ticket, act.actor.user)
        if name == "notification_webhook":
            webhook_id, template = value
            body = placeholders.fill(
                template, values, as_json=self._state.switches.escape_json_in_trigger_bodies
            )
            self._notify(webhook_id, body, ticket.id, trigger.id)
        elif name == "notification_user":
            recipient, subject, body = value
            mails.send(self._state, act, recipient, placeholders.fill(subject, values), trigger)
        elif name == "current_tags":
            act.set_tags([*ticket.tags, *str(value).split()])
        elif name == "set_tags":
            act.set_tags(str(value).split())
        elif name == "remove_tags":
            act.set_tags([t for t in ticket.tags if t not in str(value).split()])
        elif name in ("group_id", "assignee_id"):
            act.set(name, act.actor.user.id if value == "current_user" else _number(value))
        elif name in ("status", "priority", "type"):
            act.set(name, value or None)
        elif name.startswith("custom_fields_") and (
            field := self._state.fields.get(int(name.rsplit("_", 1)[1]))
        ):
            act.set_custom(field, value)
        else:
            self._state.recorder.failure(self._state.clock(), "trigger action", name)


def _is(operator: str, truth: bool) -> bool:
    return truth if operator == "is" else not truth


def _same(left: Any, right: Any) -> bool:
    return left is None and right in (None, "") or str(left) == str(right)


def _number(value: Any) -> int | None:
    return int(value) if str(value).isdigit() else None

