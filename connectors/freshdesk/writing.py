"""An effect as the JSON of Freshdesk's API. Pure.

One effect is two calls there: the ticket's fields, tags, group and status (a PUT that may be repeated), then
the reply or note. Sources: developers.freshdesk.com/api, "Update a Ticket", "Reply to a Ticket", "Create a
Note".
"""
from __future__ import annotations

import hashlib
from typing import Any

from connectors.clean import break_placeholders
from connectors.contract import Write
from connectors.desk_writer import Fieldful
from connectors.freshdesk.payloads import NEXT_STEP_LABELS, PRIORITY_CODES, STATUS_CODES, Json
from connectors.freshdesk.reference import reference_line
from connectors.outgoing import body_html, break_markup
from connectors.records import OpenTicket, PostNote, PostReply, UpdateFields
from connectors.view import View


def message_html(effect: PostReply | PostNote | OpenTicket, key: str) -> str:
    """The body to send, its last line our reference."""
    line = reference_line(key)
    return body_html(f"{effect.html}<p>{line}</p>", f"{effect.text}\n{line}")


def ticket_changes(
    write: Write, effect: PostReply | PostNote | UpdateFields, view: View, present: Json | None = None
) -> dict[str, Any]:
    """What the PUT says; {} when nothing about the ticket changes.

    Only what differs from `present`, the ticket as just read (None: all of it): a value the ticket already
    has may be refused, and a whole ticket sent back was. Raises UnknownGroup.
    """
    body = _common(effect, view)
    if effect.status in STATUS_CODES:
        body["status"] = STATUS_CODES[effect.status]
    # `tags` replaces the desk's list: ours are added to those of the last read.
    tags = write.tags if present is None else tuple(present.get("tags") or ())
    merged = list(dict.fromkeys([*tags, *effect.add_tags]))
    if merged != list(tags):
        body["tags"] = merged
    return body if present is None else differing(body, present)


def differing(body: dict[str, Any], present: Json) -> dict[str, Any]:
    """The changes that are none yet on the ticket."""
    there = present.get("custom_fields") or {}
    left = {
        name: value for name, value in body.items() if name != "custom_fields" and present.get(name) != value
    }
    custom = {
        name: value
        for name, value in body.get("custom_fields", {}).items()
        if name not in there or there[name] != value
    }
    return {**left, "custom_fields": custom} if custom else left


def new_ticket_body(effect: OpenTicket, key: str, view: View) -> dict[str, Any]:
    """A new internal ticket: its requester is our own user, so that nobody else gets a mail. Raises
    UnknownGroup.

    The tag made of the key finds it again without the search index, which is minutes behind.
    """
    return {
        "subject": break_markup(effect.subject),
        "description": message_html(effect, key),
        "requester_id": int(view.own_id or 0),
        "status": 2,
        "priority": PRIORITY_CODES.get(effect.priority or "", 1),
        "source": 2,
        **_common(effect, view),
        "tags": [*dict.fromkeys(effect.add_tags), key_tag(key)],
    }


def key_tag(key: str) -> str:
    """A tag of 20 characters that stands for the key; a desk's tags end after 32."""
    return f"candor_{hashlib.sha256(key.encode()).hexdigest()[:13]}"


def without(body: dict[str, Any], refused: set[str]) -> dict[str, Any]:
    """The changes without the fields the desk refused by name; custom fields are named alone, or as
    `custom_fields.cf_…`."""
    bare = {name.rsplit(".", 1)[-1] for name in refused}
    left = {name: value for name, value in body.items() if name not in bare}
    if "custom_fields" in left:
        left["custom_fields"] = {
            name: value for name, value in left["custom_fields"].items() if name not in bare
        }
        if not left["custom_fields"]:
            del left["custom_fields"]
    return left


def field_value(name: str, value: str) -> str | None:
    if name == "next_step":
        return NEXT_STEP_LABELS.get(value)
    return break_placeholders(value)


def _common(effect: Fieldful, view: View) -> dict[str, Any]:
    body: dict[str, Any] = {}
    values = {
        view.fields[name]: field_value(name, value)
        for name, value in effect.fields.items()
        if name in view.fields
    }
    if values:
        body["custom_fields"] = values
    if effect.group is not None:
        body["group_id"] = view.group_id(effect.group)
    return body
