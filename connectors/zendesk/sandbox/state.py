"""The sandbox desk's memory: all its nouns in one object."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.state import BaseState
from connectors.zendesk.sandbox.hours import Presence, Schedule
from connectors.zendesk.sandbox.ids import Ids
from connectors.zendesk.sandbox.nouns import (
    CATEGORIES,
    CustomStatus,
    Group,
    HelpArticle,
    Membership,
    Rating,
    Section,
    Suspended,
    Ticket,
    TicketField,
    Trigger,
    User,
    View,
    Webhook,
)
from connectors.zendesk.sandbox.switches import Switches


class State(BaseState):
    """All nouns by id. `account` is the desk's name in the vendor's URLs
    (`https://<account>.zendesk.com`)."""

    def __init__(self, account: str, seed: int, clock: Callable[[], int], switches: Switches) -> None:
        super().__init__(account, clock)
        self.ids = Ids(seed)
        self.switches: Switches = switches
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.memberships: dict[int, Membership] = {}
        self.fields: dict[int, TicketField] = {}
        self.tickets: dict[int, Ticket] = {}
        self.deleted_tickets: dict[int, Ticket] = {}
        self.triggers: dict[int, Trigger] = {}
        self.webhooks: dict[str, Webhook] = {}
        self.views: dict[int, View] = {}
        self.categories: dict[int, str] = {}
        self.sections: dict[int, Section] = {}
        self.articles: dict[int, HelpArticle] = {}
        self.schedules: dict[int, Schedule] = {}
        self.presences: list[Presence] = []
        self.ratings: list[Rating] = []
        self.custom_statuses: dict[int, CustomStatus] = {}  # beside the six defaults
        self.suspended: list[Suspended] = []
        self.search_index: dict[int, dict[str, Any]] = {}
        self.search_waiting: list[tuple[int, int, dict[str, Any] | None]] = []  # due, ticket id, document

    @property
    def vendor_url(self) -> str:
        return f"https://{self.account}.zendesk.com"

    def default_status_id(self, category: str) -> int:
        """The id of the default custom status of a category."""
        return self.ids.account * 100 + CATEGORIES.index(category)

    def user_by_email(self, email: str) -> User | None:
        wanted = email.strip().lower()
        return next((u for u in self.users.values() if (u.email or "").lower() == wanted), None)

    def add_user(self, name: str, email: str | None, role: str, **more: Any) -> User:
        user = User(self.ids.number(), name, email, role, self.clock(), self.ids.number(), **more)
        self.users[user.id] = user
        return user

    def add_group(self, name: str) -> Group:
        group = Group(self.ids.number(), name, self.clock())
        self.groups[group.id] = group
        return group

    def add_membership(self, user_id: int, group_id: int) -> Membership:
        membership = Membership(self.ids.number(), user_id, group_id, self.clock())
        self.memberships[membership.id] = membership
        return membership

    def find_user(self, name_or_id: str | int) -> User:
        """By id, e-mail or name. Raises LookupError with the names there are."""
        for user in self.users.values():
            if name_or_id in (user.id, str(user.id), user.email, user.name):
                return user
        raise LookupError(
            f"no user {name_or_id!r}; there are {', '.join(u.name for u in self.users.values())}"
        )

    def find_group(self, name_or_id: str | int) -> Group:
        for group in self.groups.values():
            if name_or_id in (group.id, str(group.id), group.name):
                return group
        raise LookupError(
            f"no group {name_or_id!r}; there are {', '.join(g.name for g in self.groups.values())}"
        )

    def find_field(self, title_or_id: str | int) -> TicketField:
        for field in self.fields.values():
            if title_or_id in (field.id, str(field.id), field.title):
                return field
        raise LookupError(
            f"no ticket field {title_or_id!r}; there are {', '.join(f.title for f in self.fields.values())}"
        )
