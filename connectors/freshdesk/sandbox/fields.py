"""Ticket fields: the desk's own, and custom ones with the names Freshdesk makes of their labels."""
from __future__ import annotations

import re
from typing import Any

from connectors.clock import to_iso
from connectors.freshdesk.sandbox import answers
from connectors.freshdesk.sandbox.nouns import PRIORITIES, SOURCES, TYPES, TicketField
from connectors.freshdesk.sandbox.state import State

CUSTOM_TYPES = (
    "custom_text",
    "custom_paragraph",
    "custom_dropdown",
    "custom_number",
    "custom_checkbox",
    "custom_date",
    "custom_decimal",
)
_DEFAULT = (
    ("requester", "Requester"), ("subject", "Subject"), ("ticket_type", "Type"), ("source", "Source"),
    ("status", "Status"),
    ("priority", "Priority"), ("group", "Group"), ("agent", "Agent"), ("description", "Description"),
)  # fmt: skip


def add_field(
    state: State, label: str, type: str, choices: list[str], *, for_customers: bool = False
) -> TicketField:
    """Raises Refusal: 400 for an unknown type or a drop-down without choices, 409 for a label that is
    taken."""
    if not label:
        raise answers.invalid(("label", "It should be a/an String", "missing_field"))
    if type not in CUSTOM_TYPES:
        raise answers.invalid(
            ("type", f"It should be one of these values: '{','.join(CUSTOM_TYPES)}'", "invalid_value")
        )
    if type == "custom_dropdown" and not choices:
        raise answers.invalid(("choices", "It should be a/an Array", "missing_field"))
    name = "cf_" + re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    if name in state.fields:
        raise answers.conflict("label", "It should be a unique value")
    field = TicketField(
        state.ids.number(), name, label, type, state.clock(), list(choices), for_customers, for_customers
    )
    state.fields[name] = field
    return field


def listed(state: State) -> list[dict[str, Any]]:
    """Every field, as `GET /ticket_fields` shows it: the desk's own statuses, groups and agents are among the
    choices."""
    choices: dict[str, Any] = {
        "status": {str(code): list(words) for code, words in state.statuses.items()},
        "priority": {word: code for code, word in PRIORITIES.items()},
        "source": {word: code for code, word in SOURCES.items()},
        "ticket_type": list(TYPES),
        "group": {g.name: g.id for g in state.groups.values()},
        "agent": {p.name: p.id for p in state.agents()},
    }
    made = []
    for number, (name, label) in enumerate(_DEFAULT, start=1):
        one = _shape(number, name, label, f"default_{name}", True, state.created_us, number)
        made.append({**one, "choices": choices[name]} if name in choices else one)
    return made + [
        custom(f, position) for position, f in enumerate(state.fields.values(), start=len(made) + 1)
    ]


def custom(f: TicketField, position: int, *, admin: bool = False) -> dict[str, Any]:
    """A custom field; the admin's list shows choices as objects, the other one as texts."""
    made = _shape(
        f.id,
        f.name,
        f.label,
        f.type,
        False,
        f.created_us,
        position,
        f.displayed_to_customers,
        f.customers_can_edit,
    )
    if f.type == "custom_dropdown":
        objects = [
            {"id": f.id * 100 + n, "value": c, "position": n} for n, c in enumerate(f.choices, start=1)
        ]
        made["choices"] = objects if admin else f.choices
    return made


def _shape(
    id: int,
    name: str,
    label: str,
    type: str,
    default: bool,
    at_us: int,
    position: int,
    displayed: bool | None = None,
    editable: bool | None = None,
) -> dict[str, Any]:
    return {
        "id": id, "name": name, "label": label, "description": None, "position": position,
        "required_for_closure": False,
        "required_for_agents": default, "type": type, "default": default, "label_for_customers": label,
        "required_for_customers": False,
        "customers_can_edit": default if editable is None else editable,
        "displayed_to_customers": default if displayed is None else displayed, "created_at": to_iso(at_us),
        "updated_at": to_iso(at_us),
    }  # fmt: skip
