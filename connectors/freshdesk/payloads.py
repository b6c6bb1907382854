"""Freshdesk's JSON in our words: tables on top, pure functions below. Nothing here calls anything.

Sources: developers.freshdesk.com/api, the samples beside this file, and the constants of python-freshdesk
1.3.9. Unknown codes stay numbers: a desk has statuses and sources of its own.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any

from connectors.clock import from_iso, to_iso
from connectors.freshdesk.reference import strip_reference
from connectors.mailtext import lines_of
from connectors.records import (
    NEXT_STEPS,
    REQUESTER_DELETED,
    ChangedTicket,
    File,
    Message,
    Person,
    Role,
    Stamp,
    Status,
    Ticket,
)
from connectors.view import View, known_of, listed, texts

Json = Mapping[str, Any]

STATUSES = {2: Status.OPEN, 3: Status.PENDING, 4: Status.SOLVED, 5: Status.CLOSED}
STATUS_CODES = {Status.NEW: 2, Status.OPEN: 2, Status.PENDING: 3, Status.SOLVED: 4, Status.CLOSED: 5}
PRIORITIES = {1: "low", 2: "normal", 3: "high", 4: "urgent"}
PRIORITY_CODES = {name: code for code, name in PRIORITIES.items()}

SOURCES = {
    1: "email", 2: "portal", 3: "phone", 4: "forum", 5: "twitter", 6: "facebook", 7: "chat", 8: "mobihelp",
    9: "feedback_widget",
    10: "outbound_email", 11: "ecommerce",
}  # fmt: skip
# Where a reply with an HTML body is known to reach the customer. Chat wants `structured_body`, social
# channels have calls of their own.
ANSWERABLE = frozenset({1, 2, 3, 9, 10})
MAILED = frozenset({1, 3, 9, 10})  # the portal shows a reply even to somebody without an address
OUTBOUND_EMAIL = 10  # its opening message was written by an agent

CONVERSATION_SOURCES = {
    0: "reply", 2: "note", 5: "twitter", 6: "survey", 7: "facebook", 8: "forward", 9: "phone", 10: "mobihelp",
    11: "ecommerce",
}  # fmt: skip
# A customer's remark to a survey and a mail forwarded to somebody else are not part of what customer and
# company say to each other.
NEVER_PUBLIC = frozenset({6, 8})

# A drop-down's value is what the agent reads.
NEXT_STEP_LABELS = dict(
    zip(
        NEXT_STEPS,
        ("Send the draft", "Assistant may continue", "Stay out", "Hand-off not needed"),
        strict=True,
    )
)
NEXT_STEP_NAMES = {label.casefold(): name for name, label in NEXT_STEP_LABELS.items()}


@dataclass(frozen=True, slots=True)
class FreshdeskView(View):
    agents: Mapping[str, str] = field(default_factory=dict)  # id -> name
    routed: frozenset[str] = frozenset()  # ids of groups whose tickets the desk assigns by itself


def view_of(desk: str, state: Mapping[str, object], bots: frozenset[str], agent_url: str) -> FreshdeskView:
    known = known_of(desk, state, bots, agent_url)
    return FreshdeskView(**known, agents=texts(state.get("agents")), routed=listed(state.get("routed")))


def speaker_of(conversation: Json, view: FreshdeskView, requester_id: str | None) -> Role:
    """Who says something in this ticket. What an automation says in an agent's name is the desk's own."""
    role = role_of(conversation.get("user_id"), view, requester_id, conversation.get("incoming") is True)
    return Role.SYSTEM if role is Role.AGENT and is_by_rule(conversation) else role


def is_by_rule(conversation: Json) -> bool:
    """Whether one of the desk's automations wrote it: nobody is named, or the rule is."""
    return conversation.get("user_id") is None or conversation.get("automation_id") is not None


def role_of(user_id: object, view: FreshdeskView, requester_id: str | None, incoming: bool) -> Role:
    """Who somebody is in this ticket. A requester is a customer even when the desk also knows them as an
    agent."""
    if user_id is None:
        return Role.SYSTEM
    known = str(user_id)
    if known == view.own_id:
        return Role.ASSISTANT
    if known in view.bots:
        return Role.BOT
    if known == requester_id:
        return Role.CUSTOMER
    # Unknown people who did not write in are taken for agents: the mistake is then a silence, not a reply
    # over a person.
    return Role.CUSTOMER if incoming and known not in view.agents else Role.AGENT


def message(conversation: Json, requester: Person, view: FreshdeskView) -> Message:
    user_id = conversation.get("user_id")
    role = speaker_of(conversation, view, requester.id)
    source = conversation.get("source")
    return Message(
        id=str(conversation["id"]),
        author=_customer(conversation, requester) if role is Role.CUSTOMER else _person(user_id, role, view),
        at=from_iso(conversation["created_at"]),
        public=conversation.get("private") is False and source not in NEVER_PUBLIC,
        text=_text(conversation, "body_text", "body"),
        html=conversation.get("body") or None,
        channel=CONVERSATION_SOURCES.get(_code(source), f"source_{source}"),
        flags=_flags(conversation),
        headers=_headers(conversation),
        attachments=_attachments(conversation),
        files=_files(conversation),
    )


def opening(data: Json, requester: Person, view: FreshdeskView) -> Message:
    """The ticket's own description, which Freshdesk does not count among the conversations."""
    source = _code(data.get("source"))
    author = requester
    if source == OUTBOUND_EMAIL and requester.role is Role.CUSTOMER:
        author = _person(data.get("responder_id"), Role.AGENT, view)
    return Message(
        id=f"t{data['id']}",
        author=author,
        at=from_iso(data["created_at"]),
        public=True,
        text=_text(data, "description_text", "description"),
        html=data.get("description") or None,
        channel=channel(data),
        attachments=_attachments(data),
        files=_files(data),
    )


def ticket(data: Json, conversations: Sequence[Json], stamp: Stamp, view: FreshdeskView) -> Ticket:
    requester = requester_of(data, view)
    status = status_of(data)
    assignee = data.get("responder_id")
    spoken = sorted((c for c in conversations), key=lambda c: (from_iso(c["created_at"]), int(c["id"])))
    return Ticket(
        desk=view.desk,
        id=str(data["id"]),
        subject=str(data.get("subject") or ""),
        status=status,
        requester=requester,
        messages=(opening(data, requester, view), *(message(c, requester, view) for c in spoken)),
        stamp=stamp,
        created_at=from_iso(data["created_at"]),
        updated_at=from_iso(data["updated_at"]),
        group=view.group_name(data.get("group_id")),
        assignee=None if assignee is None else str(assignee),
        priority=PRIORITIES.get(_code(data.get("priority"))),
        tags=tuple(str(t) for t in data.get("tags") or ()),
        fields=own_fields(data, view),
        channel=channel(data),
        url=f"{view.agent_url}{data['id']}",
        cannot_reply=cannot_reply(data, status),
    )


def requester_of(data: Json, view: FreshdeskView) -> Person:
    """The requester, as far as the answer tells: a deleted one is an id without a name."""
    found = data.get("requester") or {}
    user_id = str(data.get("requester_id"))
    role = Role.CUSTOMER if user_id not in (view.own_id, *view.bots) else role_of(user_id, view, None, True)
    return Person(id=user_id, role=role, name=str(found.get("name") or ""), email=found.get("email") or None,
                  locale=found.get("language") or None, staff=user_id in view.agents)


def status_of(data: Json) -> Status:
    """A status of the desk's own (6 and up) is a kind of waiting that the company has named: it counts as on
    hold, whatever its label."""
    if data.get("deleted") is True or data.get("spam") is True:
        return Status.DELETED
    return STATUSES.get(_code(data.get("status")), Status.HOLD)


def channel(data: Json) -> str:
    return SOURCES.get(_code(data.get("source")), f"source_{data.get('source')}")


def own_fields(data: Json, view: FreshdeskView) -> dict[str, str]:
    """Candor's own fields by our names; one without a value, or deleted at the desk, is left out."""
    values = data.get("custom_fields") or {}
    found: dict[str, str] = {}
    for name, key in view.fields.items():
        value = values.get(key)
        if value is not None and value != "":
            found[name] = (
                NEXT_STEP_NAMES.get(str(value).casefold(), str(value)) if name == "next_step" else str(value)
            )
    return found


def cannot_reply(data: Json, status: Status) -> str | None:
    """One word for why a public reply would not reach the customer, None when it would."""
    if status is Status.DELETED:
        return "deleted"
    if status is Status.CLOSED:
        return "closed"
    source = _code(data.get("source"))
    if source not in ANSWERABLE:
        return "messaging"
    if "requester" in data:
        requester = data["requester"]
        if not requester or requester.get("deleted") is True:
            return REQUESTER_DELETED
        if requester.get("blocked") is True:
            return "requester_blocked"
        if source in MAILED and not requester.get("email"):
            return "no_address"
    return None


def stamp_of(updated_at: str, date: int | None, read_at: int) -> Stamp:
    """The value is the moment in one spelling, so that a list, a ticket and a conversation's answer can be
    compared."""
    changed_at = from_iso(updated_at)
    # Without the desk's clock the same-second guard can never be satisfied, and no reply goes out on this
    # read.
    return Stamp(
        value=to_iso(changed_at),
        changed_at=changed_at,
        desk_now=changed_at if date is None else date,
        read_at=read_at,
    )


def changed(data: Json) -> ChangedTicket:
    changed_at = from_iso(data["updated_at"])
    return ChangedTicket(str(data["id"]), changed_at, status_of(data), to_iso(changed_at))


def _flags(conversation: Json) -> frozenset[str]:
    return frozenset({"auto_generated"}) if conversation.get("auto_response") is True else frozenset()


def _headers(conversation: Json) -> dict[str, str]:
    """The one header of a mail that the API gives: the `From` of what came in, which may differ from the
    contact."""
    sender = str(conversation.get("from_email") or "")
    return {"from": sender} if sender and conversation.get("incoming") is True else {}


def _customer(conversation: Json, requester: Person) -> Person:
    """The requester, or somebody else who wrote in: of them the address is told, and their name when the mail
    had it."""
    name, address = parseaddr(str(conversation.get("from_email") or ""))
    # What was merged into the requester's contact keeps its old number and the address.
    own_address = bool(address) and address.casefold() == (requester.email or "").casefold()
    if own_address or str(conversation.get("user_id")) == requester.id:
        return requester
    return Person(id=str(conversation.get("user_id")), role=Role.CUSTOMER, name=name, email=address or None)


def _person(user_id: object, role: Role, view: FreshdeskView) -> Person:
    return Person(id=str(user_id), role=role, name=view.agents.get(str(user_id), ""))


def _text(data: Json, plain: str, markup: str) -> str:
    """The message line by line. Freshdesk's own plain text has lost its lines, and quotes and signatures are
    told by them."""
    body = data.get(markup)
    return strip_reference(lines_of(str(body)) if body else str(data.get(plain) or "")).strip()


def _attachments(data: Json) -> tuple[str, ...]:
    return tuple(str(a.get("name") or "") for a in data.get("attachments") or () if isinstance(a, Mapping))


def _files(data: Json) -> tuple[File, ...]:
    return tuple(_file(a) for a in data.get("attachments") or () if isinstance(a, Mapping))


def _file(data: Json) -> File:
    size = data.get("size")
    return File(
        name=str(data.get("name") or ""),
        kind=str(data.get("content_type") or "").partition(";")[0].strip().lower(),
        size=size if isinstance(size, int) else None,
        url=str(data.get("attachment_url") or ""),
    )


def _code(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
