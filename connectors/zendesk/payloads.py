"""Zendesk's JSON in our words: tables on top, pure functions below. Nothing here calls anything.

Sources: developer.zendesk.com, ticketing/tickets/tickets, ticket_comments ("Comment flags"), users/users.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.clock import from_iso
from connectors.mailtext import hides_words, lines_of
from connectors.records import NEXT_STEPS, ChangedTicket, File, Message, Person, Role, Stamp, Status, Ticket
from connectors.view import View, known_of

Json = Mapping[str, Any]

ROLES = {"end-user": Role.CUSTOMER, "agent": Role.AGENT, "admin": Role.AGENT}

# The locales of every account by the desk's number: a user may come with the number alone.
LOCALES = {1: "en-US", 2: "es", 8: "de", 16: "fr"}

STATUSES = {status.value: status for status in Status}

FLAGS = {
    0: "untrusted",
    2: "not_the_requester",
    3: "not_signed_in",
    4: "auto_generated",
    5: "attachment_too_big",
    11: "on_behalf",
    14: "maybe_not_the_author",
    16: "name_cut",
    17: "made_private",
    18: "copies_cut",
    20: "reply_address_suspended",
    21: "reply_address_differs",
    22: "unverified",
}

# Where a public comment through the tickets API is stored but not known to reach the customer: replies there
# go through other APIs.
MESSAGING_CHANNELS = frozenset({
    "native_messaging", "chat", "chat_transcript", "whatsapp", "facebook", "facebook_messenger", "twitter",
    "twitter_dm", "instagram_dm",
    "line", "wechat", "telegram", "viber", "kakaotalk", "google_business_messages", "google_rcs",
    "apple_business_chat", "sms",
    "mobile_sms", "sunshine_conversations_api", "sunshine_conversations_twilio_sms", "slack_connect",
    "any_channel", "voice", "phone",
})  # fmt: skip

_UNQUOTED = str.maketrans("", "", '"\\<>')  # what would end a quoted name

# A drop-down's value is also a tag of the ticket, and tags are shared by the whole desk: ours carry a prefix.
NEXT_STEP_VALUES = {name: f"candor_next_{name}" for name in NEXT_STEPS}
NEXT_STEP_NAMES = {value: name for name, value in NEXT_STEP_VALUES.items()}


def view_of(desk: str, state: Mapping[str, object], bots: frozenset[str], agent_url: str) -> View:
    return View(**known_of(desk, state, bots, agent_url))


def role_of(user: Json, view: View, requester_id: str | None = None) -> Role:
    """Who somebody is in this ticket. A requester is a customer even when the desk also knows them as
    staff."""
    user_id = str(user.get("id"))
    if user_id == view.own_id:
        return Role.ASSISTANT
    if user_id in view.bots:
        return Role.BOT
    if user_id.startswith("-"):
        return Role.SYSTEM
    if user_id == requester_id:
        return Role.CUSTOMER
    # Unknown people are taken for agents: the mistake is then a silence, not a reply over a person.
    return ROLES.get(str(user.get("role")), Role.AGENT)


def person(user: Json, view: View, requester_id: str | None = None) -> Person:
    return Person(
        id=str(user.get("id")),
        role=role_of(user, view, requester_id),
        name=str(user.get("name") or ""),
        email=user.get("email") or None,
        locale=user.get("locale") or LOCALES.get(user.get("locale_id") or 0),
        time_zone=user.get("iana_time_zone") or None,
        staff=ROLES.get(str(user.get("role"))) is Role.AGENT,
    )


def message(comment: Json, people: Mapping[str, Json], view: View, requester_id: str) -> Message:
    author_id = str(comment.get("author_id"))
    metadata = comment.get("metadata") or {}
    flags = metadata.get("flags") or (metadata.get("system") or {}).get("flags") or ()
    return Message(
        id=str(comment["id"]),
        author=person(people.get(author_id) or {"id": author_id}, view, requester_id),
        at=from_iso(comment["created_at"]),
        public=comment.get("public") is True,
        text=_text(comment),
        html=comment.get("html_body") or None,
        channel=str((comment.get("via") or {}).get("channel") or "web"),
        flags=frozenset(FLAGS.get(flag, f"flag_{flag}") for flag in flags),
        headers=_headers(comment),
        attachments=tuple(str(a.get("file_name") or "") for a in comment.get("attachments") or ()),
        files=tuple(_file(a) for a in comment.get("attachments") or ()),
    )


def _file(data: Json) -> File:
    size = data.get("size")
    return File(
        name=str(data.get("file_name") or ""),
        kind=str(data.get("content_type") or "").partition(";")[0].strip().lower(),
        size=size if isinstance(size, int) else None,
        url=str(data.get("content_url") or ""),
        shown=data.get("inline") is True,
    )


def _headers(comment: Json) -> dict[str, str]:
    """The one header of a mail that comments and audits carry: its `From`. No call of the API gives the
    others.

    The author is the desk's user, whose name and first address may be older than this mail's.
    """
    via = comment.get("via") or {}
    sender = (via.get("source") or {}).get("from") or {}
    if via.get("channel") != "email" or not sender.get("address"):
        return {}
    name = str(sender.get("name") or "").translate(_UNQUOTED)
    return {"from": f'"{name}" <{sender["address"]}>'}


def _text(comment: Json) -> str:
    """Zendesk's own plain text, which keeps the lines; where the HTML hides words, only what its reader
    saw."""
    markup = comment.get("html_body") or ""
    return (
        lines_of(markup)
        if hides_words(markup)
        else str(comment.get("plain_body") or comment.get("body") or "")
    )


def ticket(
    data: Json, comments: Sequence[Json], people: Mapping[str, Json], stamp: Stamp, view: View
) -> Ticket:
    requester_id = str(data.get("requester_id"))
    requester = people.get(requester_id) or {"id": requester_id, "role": "end-user"}
    status = STATUSES.get(str(data.get("status")), Status.OPEN)
    assignee = data.get("assignee_id")
    return Ticket(
        desk=view.desk,
        id=str(data["id"]),
        subject=str(data.get("subject") or ""),
        status=status,
        requester=person(requester, view, requester_id),
        messages=tuple(message(c, people, view, requester_id) for c in comments),
        stamp=stamp,
        created_at=from_iso(data["created_at"]),
        updated_at=from_iso(data["updated_at"]),
        group=view.group_name(data.get("group_id")),
        assignee=None if assignee is None else str(assignee),
        priority=data.get("priority") or None,
        tags=tuple(data.get("tags") or ()),
        fields=own_fields(data, view),
        channel=str((data.get("via") or {}).get("channel") or "web"),
        url=f"{view.agent_url}{data['id']}",
        cannot_reply=cannot_reply(data, status, requester),
    )


def own_fields(data: Json, view: View) -> dict[str, str]:
    """Candor's own fields by our names; a field without a value is left out."""
    by_id = {str(f.get("id")): f.get("value") for f in data.get("custom_fields") or data.get("fields") or ()}
    found: dict[str, str] = {}
    for name, field_id in view.fields.items():
        value = by_id.get(field_id)
        if value is not None and value != "":
            found[name] = NEXT_STEP_NAMES.get(str(value), str(value)) if name == "next_step" else str(value)
    return found


def cannot_reply(data: Json, status: Status, requester: Json) -> str | None:
    """One word for why a public comment would not reach the customer, None when it would."""
    if status is Status.DELETED:
        return "deleted"
    if status is Status.CLOSED:
        return "closed"
    if (
        data.get("from_messaging_channel")
        or str((data.get("via") or {}).get("channel") or "") in MESSAGING_CHANNELS
    ):
        return "messaging"
    if requester.get("suspended") is True:
        return "requester_suspended"
    return None


def stamp_of(data: Json, date: int | None, read_at: int) -> Stamp:
    changed_at = from_iso(data["updated_at"])
    # Without the desk's clock the same-second guard can never be satisfied, and no write goes out on this
    # read.
    return Stamp(
        value=data["updated_at"],
        changed_at=changed_at,
        desk_now=changed_at if date is None else date,
        read_at=read_at,
    )


def changed(data: Json) -> ChangedTicket:
    return ChangedTicket(
        id=str(data["id"]),
        changed_at=from_iso(data["updated_at"]),
        status=STATUSES.get(str(data.get("status")), Status.OPEN),
        stamp=data["updated_at"],
    )
