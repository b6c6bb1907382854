"""An effect as the `ticket` object of Zendesk's API. Pure.

Sources: developer.zendesk.com, ticketing/tickets/tickets ("Update Ticket", "Protecting against ticket update
collisions"), ticket_comments ("Bodies"): placeholders in comments are expanded, bodies are cut at 64 kB
without an error.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.clean import break_placeholders
from connectors.contract import Write
from connectors.desk_writer import Fieldful
from connectors.outgoing import body_html, break_markup, comparable
from connectors.records import OpenTicket, PostNote, PostReply, UpdateFields
from connectors.view import View
from connectors.zendesk.payloads import NEXT_STEP_NAMES, NEXT_STEP_VALUES


def ticket_body(write: Write, effect: PostReply | PostNote | UpdateFields, view: View) -> dict[str, Any]:
    """The whole update in one object. Raises UnknownGroup."""
    body: dict[str, Any] = {}
    if isinstance(effect, PostReply | PostNote):
        # `public` always: left out, the desk takes the value of the ticket's first comment.
        body["comment"] = {
            "html_body": body_html(effect.html, effect.text),
            "public": isinstance(effect, PostReply),
        }
    if effect.status is not None:
        body["status"] = effect.status.value
    body.update(_common(effect, view))
    tags = _tags(write.tags, effect)
    if tags is not None and write.stamp is not None:
        body["tags"] = tags
    elif effect.add_tags:
        # `tags` replaces the desk's list, and only a fenced write knows that its own is still the whole one.
        body["additional_tags"] = list(effect.add_tags)
    body["metadata"] = {"candor_key": write.key, "candor_plan": write.plan}
    if write.stamp is not None:
        body["safe_update"] = True  # never False: its mere presence asks for the guard
        body["updated_stamp"] = write.stamp.value
    return body


def new_ticket_body(write: Write, effect: OpenTicket, view: View) -> dict[str, Any]:
    """A new internal ticket. `external_id` is the key: an exact look-up finds it later without the search
    index."""
    body: dict[str, Any] = {
        "subject": break_markup(effect.subject),
        "comment": {"html_body": body_html(effect.html, effect.text), "public": False},
        "external_id": write.key,
        "metadata": {"candor_key": write.key, "candor_plan": write.plan},
        **_common(effect, view),
    }
    if effect.add_tags:
        body["tags"] = list(effect.add_tags)
    if effect.priority is not None:
        body["priority"] = effect.priority
    return body


def _common(effect: Fieldful, view: View) -> dict[str, Any]:
    body: dict[str, Any] = {}
    values = [
        {"id": int(view.fields[name]), "value": _field_value(name, value)}
        for name, value in effect.fields.items()
        if name in view.fields
    ]
    if values:
        body["custom_fields"] = values
    if effect.group is not None:
        body["group_id"] = view.group_id(effect.group)
    return body


def _field_value(name: str, value: str) -> str | None:
    if name == "next_step":
        return NEXT_STEP_VALUES.get(value)
    return break_placeholders(value)


def _tags(present: tuple[str, ...], effect: Fieldful) -> list[str] | None:
    sets_step = "next_step" in effect.fields
    if not effect.add_tags and not sets_step:
        return None
    # A drop-down's value is a tag as well: an old one left in the list would set the drop-down back.
    kept = [tag for tag in present if not (sets_step and tag in NEXT_STEP_NAMES)]
    step = NEXT_STEP_VALUES.get(effect.fields.get("next_step", ""))
    return list(dict.fromkeys([*kept, *effect.add_tags, *([step] if step else [])]))


def body_hash_text(markup: Mapping[str, Any] | str) -> str:
    """A body as compared between ours and the desk's copy: no tags, no entities, no zero-width characters,
    white space as one blank."""
    source = markup if isinstance(markup, str) else str(markup.get("html_body") or markup.get("body") or "")
    return comparable(source)
