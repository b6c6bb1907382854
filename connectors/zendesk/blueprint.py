"""What Candor puts on a Zendesk: two webhooks, two triggers, the ticket fields. Data, and what is there
compared with what should be.

Sources: developer.zendesk.com, webhooks/creating-and-monitoring-webhooks,
webhooks/event-types/article-events, ticketing/business-rules/triggers and ticketing/tickets/ticket_fields.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.zendesk.inbound import ARTICLE_EVENTS
from connectors.zendesk.payloads import NEXT_STEP_VALUES, Json

WEBHOOK_NAME = "Candor"
ARTICLES_NAME = "Candor: articles"
TRIGGER_TITLE = "Candor: a customer wrote"
NEXT_STEP_TITLE = "Candor: an agent chose the next step"

# Ids only: nothing says that placeholder values are escaped for JSON, and the ticket is read again anyway.
TRIGGER_BODY = '{"ticket_id": "{{ticket.id}}"}'

NEXT_STEP_LABELS = {
    "send_draft": "Send the draft",
    "continue": "Assistant may continue",
    "stay_out": "Stay out",
    "not_needed": "Hand-off not needed",
}

# Our name -> title, type and what agents read below it. All are for agents only.
FIELDS: Mapping[str, tuple[str, str, str]] = {
    "intent": ("Candor: topic", "text", "What the customer wants, as the assistant read it."),
    "sentiment": ("Candor: mood", "text", "How the customer sounds, from the words of the ticket."),
    "confidence": ("Candor: confidence", "text", "How sure the assistant was of its answer."),
    "handoff_reason": ("Candor: why a person", "text", "Why the assistant passed this ticket on."),
    "promised_by": ("Candor: answer promised by", "text", "The time the customer was told."),
    "urgency": ("Candor: urgency", "text", "Urgent when a message must be read by a person now."),
    "next_step": ("Candor: next step", "tagger", "Tell the assistant what to do with this ticket."),
}

# A trigger's update replaces both lists, so it is always sent whole.
TRIGGER_CONDITIONS = {
    "all": [
        # The loop stop: what the assistant's own user writes is an agent's update and never comes back to us.
        {"field": "role", "operator": "is", "value": "end_user"},
        {"field": "comment_is_public", "operator": "is", "value": "true"},
    ],
    "any": [
        {"field": "update_type", "operator": "is", "value": "Create"},
        {"field": "update_type", "operator": "is", "value": "Change"},
    ],
}


def webhook_wanted(hook_url: str) -> dict[str, Any]:
    return _webhook(
        WEBHOOK_NAME, "Tells Candor that a customer wrote.", hook_url, ["conditional_ticket_events"]
    )


def articles_webhook_wanted(hook_url: str) -> dict[str, Any]:
    """A second webhook: one serves triggers or events, never both, and that is fixed once it is made."""
    return _webhook(
        ARTICLES_NAME,
        "Tells Candor that an article was published or withdrawn.",
        hook_url,
        list(ARTICLE_EVENTS),
    )


def trigger_wanted(webhook_id: str) -> dict[str, Any]:
    return {
        "title": TRIGGER_TITLE,
        "active": True,
        "conditions": TRIGGER_CONDITIONS,
        "actions": [{"field": "notification_webhook", "value": [webhook_id, TRIGGER_BODY]}],
    }


def next_step_trigger_wanted(webhook_id: str, field_id: str) -> dict[str, Any]:
    """An agent's choice comes at once; the poll would find it a minute later."""
    chosen = {"field": f"custom_fields_{field_id}"}
    return {
        "title": NEXT_STEP_TITLE,
        "active": True,
        # "present": our own write empties the field, and must not come back to us.
        "conditions": {
            "all": [{**chosen, "operator": op, "value": None} for op in ("changed", "present")],
            "any": [],
        },
        "actions": [{"field": "notification_webhook", "value": [webhook_id, TRIGGER_BODY]}],
    }


def field_wanted(name: str) -> dict[str, Any]:
    title, kind, description = FIELDS[name]
    wanted: dict[str, Any] = {
        "title": title, "type": kind, "description": description, "required": False,
        "visible_in_portal": False, "editable_in_portal": False,
    }  # fmt: skip
    if name == "next_step":
        wanted["custom_field_options"] = [
            {"name": NEXT_STEP_LABELS[step], "value": value} for step, value in NEXT_STEP_VALUES.items()
        ]
    return wanted


def webhook_fits(there: Json, wanted: Json) -> bool:
    return all(there.get(k) == wanted[k] for k in ("endpoint", "http_method", "request_format", "status"))


def trigger_fits(there: Json, wanted: Json) -> bool:
    """Whatever the order of the conditions; the desk may have changed numbers to text and back."""
    return (
        bool(there.get("active"))
        and _conditions(there) == _conditions(wanted)
        and _actions(there) == _actions(wanted)
    )


def field_fits(there: Json, wanted: Json) -> bool:
    have = {o.get("value") for o in there.get("custom_field_options") or ()}
    hidden = not there.get("visible_in_portal") and not there.get("editable_in_portal")
    return (
        hidden
        and there.get("active", True) is not False
        and {o["value"] for o in wanted.get("custom_field_options", ())} <= have
    )


def _webhook(name: str, description: str, hook_url: str, subscriptions: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": f"{description} Made by Candor; remove it with `connect --remove`.",
        "endpoint": hook_url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": subscriptions,
    }


def _conditions(trigger: Json) -> dict[str, set[tuple[str, ...]]]:
    conditions = trigger.get("conditions") or {}
    return {
        part: {
            (str(c.get("field")), str(c.get("operator")), str(c.get("value")).lower())
            for c in conditions.get(part) or ()
        }
        for part in ("all", "any")
    }


def _actions(trigger: Json) -> list[tuple[str, Any]]:
    actions = [(str(a.get("field")), a.get("value")) for a in trigger.get("actions") or ()]
    return [(name, list(value) if isinstance(value, list) else value) for name, value in actions]
