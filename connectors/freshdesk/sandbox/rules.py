"""Automation rules: who did what, conditions, and what then happens (F2, F5, F6, F23).

Source: SUP 99047 (performers), copies of FD for the names of fields and operators. A name the sandbox does
not know is recorded as its own failure and never matches.
"""
from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

from connectors.freshdesk.sandbox import mails, placeholders
from connectors.freshdesk.sandbox.changes import Act
from connectors.freshdesk.sandbox.nouns import EITHER, ON_CREATION, ON_UPDATE, REQUESTER, SYSTEM, Rule
from connectors.freshdesk.sandbox.state import State

# (rule, ticket id, URL, method, headers, body)
Notify = Callable[[Rule, int, str, str, dict[str, str], bytes], None]

_EVENTS = frozenset(
    {
        "reply_sent",
        "note_type",
        "ticket_action",
        "status",
        "priority",
        "ticket_type",
        "group_id",
        "responder_id",
        "tags",
        "subject",
    }
)
_ANY = (None, "", "--", "any", "ANY")
_KINDS = {
    "JSON": "application/json",
    "XML": "application/xml",
    "X-FORM-URLENCODED": "application/x-www-form-urlencoded",
}


class Rules:
    def __init__(self, state: State, notify: Notify) -> None:
        self._state = state
        self._notify = notify

    def run(self, act: Act) -> None:
        """Every rule that matches, in position order, each once. What rules do starts no other rule."""
        kind = ON_CREATION if act.kind == "create" else ON_UPDATE
        for rule in sorted(self._state.rules.values(), key=lambda r: (r.position, r.id)):
            if rule.type == kind and rule.active and self._matches(rule, act):
                act.by_rule = rule.name
                # Read before the rule changes anything: what triggered it is the act itself.
                values = placeholders.values_of(act)
                for action in rule.actions:
                    self._do(rule, action, act, values)
                act.by_rule = None

    def _matches(self, rule: Rule, act: Act) -> bool:
        if rule.type == ON_UPDATE and not (
            self._performed(rule, act) and any(self._happened(e, act) for e in rule.events)
        ):
            return False
        for group in rule.conditions:
            held = [self._holds(p, act) for p in group.get("properties") or []]
            if held and not (any(held) if group.get("match_type") == "any" else all(held)):
                return False
        return True

    def _performed(self, rule: Rule, act: Act) -> bool:
        wanted, did = rule.performer.get("type"), act.actor.performer
        if wanted == EITHER:
            return did != SYSTEM
        members = rule.performer.get("members")
        return wanted == did and (did == REQUESTER or not members or act.actor.person.id in members)

    def _happened(self, event: dict[str, Any], act: Act) -> bool:
        name = str(event.get("field_name"))
        if name not in _EVENTS and name not in self._state.fields:
            return self._unknown("rule event", name)
        happened = act.events.get(name)
        if happened is None:
            return False
        if not isinstance(happened, tuple):
            return event.get("value") in (*_ANY, happened, "update" if happened != "created" else "create")
        return all(
            event.get(side) in _ANY or _same(event[side], value)
            for side, value in zip(("from", "to"), happened, strict=True)
        )

    def _holds(self, condition: dict[str, Any], act: Act) -> bool:
        name, operator, wanted = (
            str(condition.get("field_name")),
            str(condition.get("operator")),
            condition.get("value"),
        )
        values = self._values(name, act)
        if values is None:
            return self._unknown("rule condition", name)
        many = wanted if isinstance(wanted, list) else [wanted]
        among = any(_same(value, w) for value in values for w in many)
        text = " ".join(str(v) for v in values).lower()
        contains = any(str(w).lower() in text for w in many)
        tests = {
            "in": among,
            "is": among,
            "is_any_of": among,
            "not_in": not among,
            "is_not": not among,
            "is_none_of": not among,
            "contains": contains,
            "does_not_contain": not contains,
        }
        if operator not in tests:
            return self._unknown("rule operator", f"{name} {operator}")
        return tests[operator]

    def _values(self, name: str, act: Act) -> list[Any] | None:
        """What the ticket has under this name, as a list; None for a name the sandbox does not know."""
        ticket = act.ticket
        own: dict[str, list[Any]] = {
            "status": [ticket.status],
            "priority": [ticket.priority],
            "source": [ticket.source],
            "ticket_type": [ticket.type],
            "group_id": [ticket.group_id],
            "responder_id": [ticket.responder_id],
            "subject": [ticket.subject],
            "description": [ticket.description_text],
            "subject_or_description": [ticket.subject, ticket.description_text],
            "tag_names": ticket.tags,
        }
        if name in own:
            return own[name]
        if name in ("from_email", "email"):
            person = self._state.people.get(ticket.requester_id)
            return [person.email if person else None]
        return [ticket.custom_fields.get(name)] if name in self._state.fields else None

    def _do(self, rule: Rule, action: dict[str, Any], act: Act, values: placeholders.Values) -> None:
        name, value = str(action.get("field_name")), action.get("value")
        if name == "trigger_webhook":
            url, method = str(action.get("url")), str(action.get("request_type") or "POST")
            self._notify(rule, act.ticket.id, url, method, _headers(action), self._content(action, values))
        elif name == "send_email_to_requester":
            mails.by_rule(
                self._state, act, placeholders.fill(str(action.get("email_subject") or ""), values), rule
            )
        elif name == "add_tag":
            act.set(
                "tags",
                list(dict.fromkeys([*act.ticket.tags, *(value if isinstance(value, list) else [value])])),
            )
        elif name in ("status", "priority", "group_id", "responder_id"):
            act.set(name, value)
        elif name == "ticket_type":
            act.set("type", value)
        elif name in self._state.fields:
            act.set_custom(name, value)
        else:
            self._unknown("rule action", name)

    def _content(self, action: dict[str, Any], values: placeholders.Values) -> bytes:
        """The simple layout is an object of texts, every value a string; the advanced one is the admin's own
        text."""
        content = action.get("content") or {}
        if isinstance(content, str):
            return placeholders.fill(content, values).encode()
        filled = {str(k): placeholders.fill(str(v), values) for k, v in content.items()}
        wrapped = self._state.switches.wrap_simple_content and str(action.get("content_layout", "1")) == "1"
        return json.dumps({"freshdesk_webhook": filled} if wrapped else filled, ensure_ascii=False).encode()

    def _unknown(self, what: str, detail: str) -> bool:
        self._state.recorder.failure(self._state.clock(), what, detail)
        return False


def _headers(action: dict[str, Any]) -> dict[str, str]:
    """The headers set in the rule, and no other (F1)."""
    headers = {"Content-Type": _KINDS.get(str(action.get("content_type") or "JSON"), "application/json")}
    login = action.get("auth_header") or {}
    if login.get("username") or login.get("api_key"):
        pair = f"{login.get('username') or login.get('api_key')}:{login.get('password') or 'X'}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    return {**headers, **{str(k): str(v) for k, v in (action.get("custom_headers") or {}).items()}}


def _same(left: Any, right: Any) -> bool:
    return (left in (None, "") and right in (None, "")) or str(left).lower() == str(right).lower()
