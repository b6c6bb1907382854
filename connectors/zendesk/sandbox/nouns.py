"""What the sandbox desk holds, as plain records. Times are microseconds UTC; JSON forms are in
`shapes.py`."""
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CATEGORIES = ("new", "open", "pending", "hold", "solved", "closed")


@dataclass(slots=True)
class User:
    id: int
    name: str
    email: str | None
    role: str  # end-user | agent | admin
    created_us: int
    identity_id: int
    locale: str = "en-US"
    time_zone: str = "Europe/London"
    verification_method: str = "none"  # none | low | sso | embed | full
    deliverable_state: str = "deliverable"
    suspended: bool = False

    @property
    def is_staff(self) -> bool:
        return self.role != "end-user"


@dataclass(slots=True)
class Group:
    id: int
    name: str
    created_us: int


@dataclass(slots=True)
class Membership:
    id: int
    user_id: int
    group_id: int
    created_us: int


@dataclass(slots=True)
class TicketField:
    id: int
    type: str
    title: str
    created_us: int
    description: str = ""
    visible_in_portal: bool = False
    editable_in_portal: bool = False
    removable: bool = True
    options: list[dict[str, Any]] = field(default_factory=list)  # id, name, value
    regexp: str | None = None
    updated_us: int = 0


@dataclass(slots=True)
class Comment:
    id: int
    audit_id: int
    author_id: int
    public: bool
    body: str
    html_body: str
    plain_body: str
    via: dict[str, Any]
    at_us: int
    flags: tuple[int, ...] = ()
    custom: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Audit:
    id: int
    ticket_id: int
    author_id: int  # the updater, whoever the comment's author is
    at_us: int
    via: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    flags: tuple[int, ...] = ()


@dataclass(slots=True)
class Ticket:
    id: int
    subject: str
    requester_id: int
    submitter_id: int
    created_us: int
    updated_us: int  # moves on ticket events only
    generated_us: int  # moves on every change
    via: dict[str, Any]
    is_public: bool  # of the first comment; the default of later ones
    status: str = "new"
    priority: str | None = None
    type: str | None = None
    group_id: int | None = None
    assignee_id: int | None = None
    external_id: str | None = None
    tags: list[str] = field(default_factory=list)
    custom_fields: dict[int, Any] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    audits: list[Audit] = field(default_factory=list)
    followup_ids: list[int] = field(default_factory=list)
    from_messaging_channel: bool = False
    custom_status: int | None = None  # None: the default one of its category


@dataclass(slots=True)
class CustomStatus:
    id: int
    category: str
    label: str
    default: bool
    created_us: int


@dataclass(slots=True)
class Suspended:
    """A mail that became no ticket."""

    id: int
    author: dict[str, Any]
    subject: str
    content: str
    cause: str
    at_us: int


@dataclass(slots=True)
class Trigger:
    id: int
    title: str
    position: int
    conditions: dict[str, list[dict[str, Any]]]
    actions: list[dict[str, Any]]
    created_us: int
    updated_us: int
    active: bool = True
    description: str | None = None
    category_id: str | None = None


@dataclass(slots=True)
class Webhook:
    id: str
    name: str
    endpoint: str
    secret: str
    created_us: int
    created_by: str
    http_method: str = "POST"
    request_format: str = "json"
    status: str = "active"
    subscriptions: list[str] = field(default_factory=lambda: ["conditional_ticket_events"])
    authentication: dict[str, Any] | None = None
    custom_headers: dict[str, str] | None = None
    updated_us: int = 0


@dataclass(slots=True)
class Section:
    id: int
    name: str
    category_id: int


@dataclass(slots=True)
class HelpArticle:
    id: int
    source_id: str
    title: str
    body: str  # HTML
    section_id: int
    created_us: int
    updated_us: int
    draft: bool = False
    user_segment_id: int | None = None  # None: everyone
    labels: list[str] = field(default_factory=list)
    locale: str = "en-us"
    outdated: bool = False


@dataclass(slots=True)
class View:
    id: int
    title: str
    conditions: dict[str, list[dict[str, Any]]]
    position: int
    created_us: int
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and through which door: decides "current user" conditions, whatever a comment's author
    says."""

    user: User
    channel: str = "api"  # api | web | email


SCORES = {"good": 5, "bad": 1}  # of a rating, on the survey's scale


@dataclass(slots=True)
class Rating:
    """`score` is a key of SCORES."""

    id: int
    ticket_id: int
    score: str
    comment: str | None
    reason: str | None
    at_us: int
