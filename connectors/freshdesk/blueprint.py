"""What Candor puts on a Freshdesk: two automation rules and the ticket fields. Data, and what is there
compared with what should be.

Sources: developers.freshdesk.com/api (automations, ticket fields), third-party copies of it where it cannot
be read; how a webhook action names its headers is documented nowhere, so what comes back is compared with
what was sent.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.freshdesk.payloads import NEXT_STEP_LABELS, Json

HEADER = "X-Candor-Secret"

# The id only: the ticket is read again anyway, and other placeholders bring text that nobody escapes.
RULE_CONTENT = {"ticket_id": "{{ticket.id}}"}

@dataclass(frozen=True, slots=True)
class Rule:
    """One automation rule. `kind` is the desk's: 1 for new tickets, 4 for updates; performer and events exist
    for the second only."""

    id: str  # ours: the name it has in the desk's state
    name: str
    kind: int
    by_hand: str  # when it runs, in the words of the admin's page


CREATED, UPDATED, CHOSEN = RULES = (
    Rule("created", "Candor: a new ticket", 1, "Condition: Status is any of Open, Pending"),
    # The loop stop: what the assistant's own user writes is an agent's update and never comes back to us.
    Rule("updated", "Candor: a customer wrote", 4, "Performed by: Requester. Event: Reply is sent"),
    # An agent's choice comes at once; the poll would find it a minute later.
    Rule(
        "chosen",
        "Candor: a next step was chosen",
        4,
        "Performed by: Agent. Event: Candor: next step is changed. Condition: Candor: next step is any of "
        "its choices",
    ),
)
WHERE = {1: "Ticket Creation", 4: "Ticket Updates"}
AGENT, REQUESTER = 1, 2  # of a performer; 4 is the desk itself

# Our name -> label, type. All are for agents only.
FIELDS: Mapping[str, tuple[str, str]] = {
    "intent": ("Candor: topic", "custom_text"),
    "sentiment": ("Candor: mood", "custom_text"),
    "confidence": ("Candor: confidence", "custom_text"),
    "handoff_reason": ("Candor: why a person", "custom_text"),
    "promised_by": ("Candor: answer promised by", "custom_text"),
    "urgency": ("Candor: urgency", "custom_text"),
    "next_step": ("Candor: next step", "custom_dropdown"),
}


def rule_wanted(rule: Rule, hook_url: str, secret: str, next_step: str | None) -> dict[str, Any]:
    """The rule as the API takes it. `next_step` is the desk's name of that field, None while it has none."""
    wanted: dict[str, Any] = {
        "name": rule.name,
        "active": True,
        "actions": [{
            "field_name": "trigger_webhook", "request_type": "POST", "url": hook_url, "content_type": "JSON",
            "content_layout": "1",
            "content": RULE_CONTENT, "custom_headers": {HEADER: secret},
        }],
    }  # fmt: skip
    if rule is CREATED:
        wanted["conditions"] = _conditions({"field_name": "status", "operator": "in", "value": [2, 3]})
    elif rule is UPDATED:
        wanted["performer"] = {"type": REQUESTER}
        wanted["events"] = [{"field_name": "reply_sent"}]
    else:
        wanted["performer"] = {"type": AGENT}
        wanted["events"] = [{"field_name": str(next_step), "from": "--", "to": "--"}]
        # One of ours: when we empty the field ourselves, as an agent, that does not come back to us.
        wanted["conditions"] = _conditions(
            {"field_name": str(next_step), "operator": "in", "value": list(NEXT_STEP_LABELS.values())}
        )
    return wanted


def rule_steps(rule: Rule, hook_url: str, secret: str) -> str:
    """What an admin does by hand where the API refuses."""
    return (
        f"Admin > Workflows > Automations > {WHERE[rule.kind]} > New rule. Name: {rule.name}. "
        f"{rule.by_hand}. "
        f"Action: Trigger webhook; Request type POST; URL {hook_url}; Custom header {HEADER}: {secret}; "
        f"Encoding JSON; "
        'Content, Advanced: {"ticket_id": "{{ticket.id}}"}. Save, and see that it is active'
    )


def header_steps(rule: Rule, secret: str) -> str:
    return (
        f"the desk does not show the header it was given. Admin > Workflows > Automations > "
        f"{WHERE[rule.kind]} > {rule.name} > "
        f"Trigger webhook > Custom headers: {HEADER}: {secret}. Save"
    )


def field_wanted(name: str) -> dict[str, Any]:
    label, kind = FIELDS[name]
    wanted: dict[str, Any] = {
        "label": label, "label_for_customers": label, "type": kind, "required_for_closure": False,
        "required_for_agents": False,
        "required_for_customers": False, "customers_can_edit": False, "displayed_to_customers": False,
    }  # fmt: skip
    if name == "next_step":
        wanted["choices"] = [
            {"value": label, "position": place}
            for place, label in enumerate(NEXT_STEP_LABELS.values(), start=1)
        ]
    return wanted


def field_steps(name: str) -> str:
    label, kind = FIELDS[name]
    form = "Dropdown" if kind == "custom_dropdown" else "Single-line text"
    choices = f" Choices: {', '.join(NEXT_STEP_LABELS.values())}." if name == "next_step" else ""
    return (
        f"Admin > Workflows > Ticket Fields > {form}. Label for agents: {label}.{choices} "
        "Behavior for customers: untick Display to customers. Save, then connect again"
    )


def _conditions(*properties: Json) -> list[dict[str, Any]]:
    asked = [{"resource_type": "ticket", **p} for p in properties]
    return [{"name": "condition_set_1", "match_type": "all", "properties": asked}]


def rule_fits(there: Json, wanted: Json) -> bool:
    """Everything we ask for is there; headers apart, which a desk may hide."""
    return covers(
        there,
        {**wanted, "actions": [{k: v for k, v in wanted["actions"][0].items() if k != "custom_headers"}]},
    )


def header_kept(there: Json, secret: str) -> bool | None:
    """Whether the rule holds our header with this secret; None when the desk shows no headers at all."""
    for action in there.get("actions") or ():
        shown = action.get("custom_headers") if isinstance(action, Mapping) else None
        if isinstance(shown, Mapping) and shown:
            return any(
                str(name).lower() == HEADER.lower() and value == secret for name, value in shown.items()
            )
    return None


def field_fits(there: Json, wanted: Json) -> bool:
    hidden = not there.get("displayed_to_customers") and not there.get("customers_can_edit")
    return hidden and {c["value"] for c in wanted.get("choices", ())} <= set(choices_of(there))


def choices_of(there: Json) -> list[str]:
    """A drop-down's values: a list of texts, of objects, or an object of both, as the desk likes."""
    choices = there.get("choices") or ()
    listed = choices.keys() if isinstance(choices, Mapping) else choices
    return [str(c.get("value")) if isinstance(c, Mapping) else str(c) for c in listed]


def covers(there: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there; numbers as texts count as the same."""
    if isinstance(wanted, Mapping):
        return isinstance(there, Mapping) and all(
            covers(there.get(name), value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(there, list) and len(there) == len(wanted) and all(map(covers, there, wanted))
    return str(there) == str(wanted)
