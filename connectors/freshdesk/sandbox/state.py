"""The sandbox desk's memory: all its nouns in one object."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.freshdesk.sandbox.nouns import (
    Category,
    Folder,
    Group,
    Person,
    Rating,
    Rule,
    SolutionArticle,
    Ticket,
    TicketField,
)
from connectors.freshdesk.sandbox.switches import Switches
from connectors.sandbox.ids import SeededIds
from connectors.sandbox.state import BaseState


class State(BaseState):
    """All nouns by id. `account` is the desk's name in the vendor's URLs
    (`https://<account>.freshdesk.com`)."""

    def __init__(
        self, account: str, seed: int, clock: Callable[[], int], switches: Switches, first_ticket: int
    ) -> None:
        super().__init__(account, clock)
        self.ids = SeededIds(seed, "freshdesk", first_ticket)
        self.switches: Switches = switches
        self.assistant_id = 0
        self.statuses: dict[int, tuple[str, str]] = {}  # code → words for agents, words for customers
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Group] = {}
        self.fields: dict[str, TicketField] = {}
        self.tickets: dict[int, Ticket] = {}
        self.ratings: list[Rating] = []
        self.rules: dict[int, Rule] = {}
        self.categories: dict[int, Category] = {}
        self.folders: dict[int, Folder] = {}
        self.articles: dict[int, SolutionArticle] = {}
        self.created_us = self.clock()
        self.business_hour_id = self.ids.number()
        self.search_index: dict[int, dict[str, Any]] = {}
        self.search_waiting: list[tuple[int, int, dict[str, Any] | None]] = []  # due, ticket id, document

    @property
    def vendor_url(self) -> str:
        return f"https://{self.account}.freshdesk.com"

    def person_by_email(self, email: str) -> Person | None:
        wanted = email.strip().lower()
        return next((p for p in self.people.values() if (p.email or "").lower() == wanted), None)

    def add_person(self, name: str, email: str | None, **more: Any) -> Person:
        now = self.clock()
        person = Person(self.ids.number(), name, email, now, updated_us=now, **more)
        self.people[person.id] = person
        return person

    def add_group(self, name: str) -> Group:
        group = Group(self.ids.number(), name, self.clock(), self.business_hour_id)
        self.groups[group.id] = group
        return group

    def agents(self) -> list[Person]:
        return [p for p in self.people.values() if p.staff]

    def find_person(self, name_or_id: str | int) -> Person:
        """By id, e-mail or name. Raises LookupError with the names there are."""
        for person in self.people.values():
            if name_or_id in (person.id, str(person.id), person.email, person.name):
                return person
        raise LookupError(
            f"no person {name_or_id!r}; there are {', '.join(p.name for p in self.people.values())}"
        )

    def find_group(self, name_or_id: str | int) -> Group:
        for group in self.groups.values():
            if name_or_id in (group.id, str(group.id), group.name):
                return group
        raise LookupError(
            f"no group {name_or_id!r}; there are {', '.join(g.name for g in self.groups.values())}"
        )

    def find_field(self, label_or_name: str) -> TicketField:
        for field in self.fields.values():
            if label_or_name in (field.name, field.label, str(field.id)):
                return field
        raise LookupError(
            f"no ticket field {label_or_name!r}; there are {', '.join(f.label for f in self.fields.values())}"
        )
