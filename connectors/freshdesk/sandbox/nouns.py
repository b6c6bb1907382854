"""What the sandbox desk holds, as plain records. Times are microseconds UTC; JSON forms are in
`shapes.py`."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

OPEN, PENDING, RESOLVED, CLOSED = 2, 3, 4, 5
PRIORITIES = {1: "Low", 2: "Medium", 3: "High", 4: "Urgent"}
SOURCES = {
    1: "Email",
    2: "Portal",
    3: "Phone",
    7: "Chat",
    9: "Feedback Widget",
    10: "Outbound Email",
    11: "E-Commerce",
    13: "Omni",
}
CHAT, OUTBOUND_EMAIL = 7, 10
TYPES = ("Question", "Incident", "Problem", "Feature Request", "Refund")
REPLY, NOTE = 0, 2  # sources of a conversation

# Performers of an update rule.
AGENT, REQUESTER, EITHER, SYSTEM = 1, 2, 3, 4
# Types of rules.
ON_CREATION, ON_UPDATE = 1, 4

EVERYBODY, LOGGED_IN, AGENTS_ONLY, COMPANIES = 1, 2, 3, 4  # a folder's visibility


@dataclass(slots=True)
class Person:
    """A contact, or an agent when `staff`; an agent's id is also their user id in conversations."""

    id: int
    name: str
    email: str | None
    created_us: int
    staff: bool = False
    admin: bool = False
    language: str = "en"
    time_zone: str = "London"
    active: bool = False  # a contact becomes active by confirming the address
    available: bool = True
    group_ids: list[int] = field(default_factory=list)
    updated_us: int = 0


@dataclass(slots=True)
class Group:
    id: int
    name: str
    created_us: int
    business_hour_id: int | None = None
    auto_ticket_assign: bool = False


@dataclass(slots=True)
class TicketField:
    """A custom field. `name` is what the API calls it (`cf_…`); a drop-down's values are its words."""

    id: int
    name: str
    label: str
    type: str
    created_us: int
    choices: list[str] = field(default_factory=list)
    displayed_to_customers: bool = False
    customers_can_edit: bool = False
    updated_us: int = 0


@dataclass(slots=True)
class Conversation:
    id: int
    user_id: int
    body: str  # HTML
    body_text: str
    incoming: bool
    private: bool
    source: int
    at_us: int
    to_emails: list[str] = field(default_factory=list)
    from_email: str | None = None
    by_api: bool = False
    auto_response: bool = False  # the desk took the mail for a machine's
    automation_id: int | None = None  # the rule that wrote it


@dataclass(slots=True)
class Stats:
    agent_responded_us: int | None = None
    requester_responded_us: int | None = None
    first_responded_us: int | None = None
    status_updated_us: int | None = None
    reopened_us: int | None = None
    resolved_us: int | None = None
    closed_us: int | None = None
    pending_since_us: int | None = None


@dataclass(slots=True)
class Ticket:
    id: int
    subject: str
    description: str  # HTML
    description_text: str
    requester_id: int
    created_us: int
    updated_us: int
    status: int = OPEN
    priority: int = 1
    source: int = 2
    type: str | None = None
    group_id: int | None = None
    responder_id: int | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[str, Any] = field(default_factory=dict)
    conversations: list[Conversation] = field(default_factory=list)
    stats: Stats = field(default_factory=Stats)
    spam: bool = False
    deleted: bool = False
    archived: bool = False  # left out of lists and searches
    structured: bool = False  # web chat: a reply needs `structured_body`
    # at, who, what: for people only, no API shows it
    history: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Rule:
    """An automation rule; conditions, events and actions as they were sent."""

    id: int
    type: int
    name: str
    position: int
    created_us: int
    active: bool = True
    performer: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    conditions: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)
    updated_us: int = 0


@dataclass(slots=True)
class Category:
    id: int
    name: str
    created_us: int


@dataclass(slots=True)
class Folder:
    """`visibility` None: the API's answer carries no such field."""

    id: int
    name: str
    category_id: int
    created_us: int
    visibility: int | None = EVERYBODY


@dataclass(slots=True)
class SolutionArticle:
    id: int
    source_id: str
    title: str
    description: str  # HTML
    folder_id: int
    created_us: int
    updated_us: int
    published: bool = True
    tags: list[str] = field(default_factory=list)
    translations: dict[str, tuple[str, str]] = field(default_factory=dict)  # language → title, HTML


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and through which door."""

    person: Person
    channel: str = "api"  # api | web | email | system

    @property
    def performer(self) -> int:
        """What an update rule calls this actor. Our own API user is an agent like any other."""
        if self.channel == "system":
            return SYSTEM
        return AGENT if self.person.staff else REQUESTER


# A rating's numbers, and the words that one page of somebody else shows for them.
SCORES = {
    103: "extremely_happy", 102: "very_happy", 101: "happy", 100: "neutral",
    -101: "unhappy", -102: "very_unhappy", -103: "extremely_unhappy",
}


@dataclass(slots=True)
class Rating:
    """`score` is a key of SCORES."""

    id: int
    ticket_id: int
    score: int
    feedback: str | None
    at_us: int
