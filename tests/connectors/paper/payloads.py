"""Paper's JSON as our records."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.clock import from_iso
from connectors.mailtext import lines_of
from connectors.records import Change, ChangedTicket, Message, Person, Role, Stamp, Status, Ticket
from connectors.view import View

Json = Mapping[str, Any]
STATUSES = {
    "new": Status.NEW, "open": Status.OPEN, "asked": Status.PENDING, "done": Status.SOLVED,
    "filed": Status.CLOSED, "gone": Status.DELETED,
}  # fmt: skip
STATES = {status: state for state, status in STATUSES.items()}


def status_of(data: Json) -> Status:
    """A state that is not known to us is one the company waits in."""
    return STATUSES.get(str(data["state"]), Status.HOLD)


def stamp(data: Json, desk_now: int, read_at: int) -> Stamp:
    return Stamp(str(data["version"]), from_iso(data["changed_at"]), desk_now, read_at)


def ticket(data: Json, made: Stamp, view: View) -> Ticket:
    status = status_of(data)
    return Ticket(
        desk=view.desk,
        id=str(data["id"]),
        subject=str(data["subject"]),
        status=status,
        requester=person(data["customer"], view),
        messages=tuple(_message(entry, view) for entry in data["entries"]),
        stamp=made,
        created_at=from_iso(data["created_at"]),
        updated_at=from_iso(data["changed_at"]),
        group=view.group_name(data["group"]),
        tags=tuple(data["labels"]),
        fields={
            ours: data["fields"][theirs] for ours, theirs in view.fields.items() if data["fields"].get(theirs)
        },
        channel="mail",
        url=f"{view.agent_url}{data['id']}",
        cannot_reply=status.value if status in (Status.CLOSED, Status.DELETED) else None,
    )


def person(data: Json, view: View) -> Person:
    return Person(
        str(data["id"]), _role(data, view), str(data["name"]), data["email"], staff=data["staff"] is True
    )


def changed(data: Json) -> ChangedTicket:
    return ChangedTicket(str(data["id"]), from_iso(data["changed_at"]), status_of(data), str(data["version"]))


def change(data: Json, view: View) -> Change:
    return Change(
        str(data["id"]),
        from_iso(data["at"]),
        _role(data["by"], view),
        str(data["kind"]),
        by_rule=False,
        marker=data["mark"],
    )


def _message(entry: Json, view: View) -> Message:
    text = lines_of(str(entry["html"]))
    return Message(
        str(entry["id"]),
        person(entry["by"], view),
        from_iso(entry["at"]),
        entry["public"] is True,
        text,
        entry["html"],
        "mail",
    )


def _role(data: Json, view: View) -> Role:
    user = str(data["id"])
    if user == view.own_id:
        return Role.ASSISTANT
    if user in view.bots:
        return Role.BOT
    return Role.AGENT if data["staff"] is True else Role.CUSTOMER
