"""What `POST /tickets` and `PUT /tickets/{id}` take, and the 400 for everything else (F9, F15).

Source: FD "Create a Ticket", "Update a Ticket"; SUP 11000000028141 for the sentence about values.
"""
from __future__ import annotations

from typing import Any

from connectors.freshdesk.sandbox import answers
from connectors.freshdesk.sandbox.nouns import PRIORITIES, SOURCES, TYPES, Ticket
from connectors.freshdesk.sandbox.state import State

_WRITABLE = frozenset(
    {
        "subject",
        "description",
        "status",
        "priority",
        "source",
        "type",
        "group_id",
        "responder_id",
        "requester_id",
        "email",
        "name",
        "tags",
        "custom_fields",
        "due_by",
        "fr_due_by",
        "cc_emails",
        "product_id",
        "email_config_id",
        "company_id",
        "phone",
        "unique_external_id",
    }
)
_PEOPLE = ("requester_id", "email", "phone", "unique_external_id")
_NUMBERS = ("status", "priority", "source", "group_id", "responder_id", "requester_id")
Fault = tuple[str, str, str]


def new_ticket(state: State, wanted: dict[str, Any]) -> None:
    """Raises Refusal 400 with every fault at once."""
    faults = _faults(state, wanted)
    if not any(wanted.get(name) for name in _PEOPLE):
        faults.append(
            ("requester_id", "One of the following is mandatory: requester_id, email, phone", "missing_field")
        )
    faults += [
        (name, "It should be a/an String", "missing_field")
        for name in ("subject", "description")
        if not wanted.get(name)
    ]
    if faults:
        raise answers.invalid(*faults)


def changed_ticket(state: State, ticket: Ticket, wanted: dict[str, Any]) -> None:
    faults = _faults(state, wanted)
    if not wanted:
        faults.append(("request", "Specify at least one field", "missing_field"))
    if state.switches.unchanged_refused:
        same = [
            name
            for name in wanted
            if name in (*_NUMBERS, "subject", "type", "tags") and wanted[name] == getattr(ticket, name)
        ]
        custom = wanted.get("custom_fields")
        if isinstance(custom, dict):
            same += [
                n
                for n, value in custom.items()
                if n in state.fields and ticket.custom_fields.get(n) == (value or None)
            ]
        faults += [
            (name, "It should not be the value the ticket already has", "invalid_value") for name in same
        ]
    if faults:
        raise answers.invalid(*faults)


def _faults(state: State, wanted: dict[str, Any]) -> list[Fault]:
    faults: list[Fault] = [
        (name, "Unexpected/invalid field in request", "invalid_field")
        for name in wanted
        if name not in _WRITABLE
    ]
    for name in _NUMBERS:
        value = wanted.get(name)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            faults.append(
                (name, "Value set is of type String. It should be a/an Integer", "datatype_mismatch")
            )
    if faults:
        return faults
    faults += (
        _codes("status", wanted, state.statuses)
        + _codes("priority", wanted, PRIORITIES)
        + _codes("source", wanted, SOURCES)
    )
    if wanted.get("type") is not None and wanted["type"] not in TYPES:
        faults.append(("type", _one_of(TYPES), "invalid_value"))
    for name, known in (("group_id", state.groups), ("requester_id", state.people)):
        if wanted.get(name) is not None and wanted[name] not in known:
            faults.append(
                (name, f"There is no {name.removesuffix('_id')} matching the given {name}", "invalid_value")
            )
    agent = state.people.get(wanted.get("responder_id") or 0)
    if wanted.get("responder_id") is not None and (agent is None or not agent.staff):
        faults.append(("responder_id", "There is no agent matching the given responder_id", "invalid_value"))
    tags = wanted.get("tags")
    if tags is not None and not (isinstance(tags, list) and all(isinstance(t, str) for t in tags)):
        faults.append(("tags", "Value set is of type String. It should be a/an Array", "datatype_mismatch"))
    elif any(len(t) > 32 or "," in t for t in tags or ()):
        faults.append(
            ("tags", "It should only contain elements that have maximum of 32 characters", "invalid_value")
        )
    return faults + _custom(state, wanted.get("custom_fields"))


def _custom(state: State, custom: Any) -> list[Fault]:
    if custom is None:
        return []
    if not isinstance(custom, dict):
        return [
            (
                "custom_fields",
                "Value set is of type String. It should be a/an key/value pair",
                "datatype_mismatch",
            )
        ]
    faults: list[Fault] = []
    for name, value in custom.items():
        field = state.fields.get(name)
        if field is None:
            faults.append((name, "Unexpected/invalid field in request", "invalid_field"))
        elif field.type == "custom_dropdown" and value is not None and value not in field.choices:
            faults.append((name, _one_of(field.choices), "invalid_value"))
        elif (
            value is not None
            and not isinstance(value, str)
            and field.type in ("custom_text", "custom_paragraph")
        ):
            faults.append((name, "It should be a/an String", "datatype_mismatch"))
        elif isinstance(value, str) and field.type == "custom_text" and len(value) > 255:
            faults.append(
                (
                    name,
                    "Has " + str(len(value)) + " characters, it can have maximum of 255 characters",
                    "invalid_value",
                )
            )
    return faults


def _codes(name: str, wanted: dict[str, Any], known: dict[int, Any]) -> list[Fault]:
    if name not in wanted or wanted[name] in known:
        return []
    return [(name, _one_of([str(code) for code in known]), "invalid_value")]


def _one_of(values: Any) -> str:
    return f"It should be one of these values: '{','.join(values)}'"
