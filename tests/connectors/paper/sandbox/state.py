"""What the sandbox Paper desk holds, and how each thing is shown."""
from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connectors.clock import to_iso
from connectors.sandbox.articles import Source
from connectors.sandbox.state import BaseState
from connectors.sandbox.switches import SwitchBoard

Json = dict[str, Any]


@dataclass(frozen=True)
class User:
    id: int
    name: str
    email: str
    staff: bool

    def shown(self) -> Json:
        return {"id": self.id, "name": self.name, "email": self.email, "staff": self.staff}


@dataclass(frozen=True)
class Change:
    """Something said (`comment`, `note`, with HTML), or something else done (`update`)."""

    id: int
    at: int
    by: User
    kind: str
    html: str
    mark: str | None

    def shown(self) -> Json:
        return {
            "id": self.id,
            "at": to_iso(self.at),
            "by": self.by.shown(),
            "kind": self.kind,
            "mark": self.mark,
        }

    def entry(self) -> Json:
        return {
            "id": self.id,
            "at": to_iso(self.at),
            "by": self.by.shown(),
            "public": self.kind == "comment",
            "html": self.html,
        }


@dataclass
class Ticket:
    id: int
    subject: str
    customer: User
    created_at: int
    state: str = "new"
    group: int | None = None
    labels: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    history: list[Change] = field(default_factory=list)
    version: int = 0
    changed_at: int = 0

    def entries(self) -> list[Json]:
        return [change.entry() for change in self.history if change.kind in ("comment", "note")]

    def shown(self) -> Json:
        return {
            "id": self.id,
            "subject": self.subject,
            "state": self.state,
            "customer": self.customer.shown(),
            "group": self.group,
            "labels": self.labels,
            "fields": self.fields,
            "version": self.version,
            "created_at": to_iso(self.created_at),
            "changed_at": to_iso(self.changed_at),
            "entries": self.entries(),
        }


class State(BaseState):
    def __init__(self, clock: Callable[[], int], articles: tuple[Source, ...]) -> None:
        super().__init__("larkfield", clock)
        self.switches = SwitchBoard()
        self.articles = articles
        self.users: list[User] = []
        self.tickets: dict[int, Ticket] = {}
        self.fields: dict[int, str] = {}
        self.hook = {"url": "", "secret": ""}
        self.groups = {71: "Support", 72: "Billing", 73: "Repairs"}
        self.assistant = self.user("Larkfield AI assistant", "assistant@larkfield.example", staff=True)
        self.agent = self.user("Ana Ruiz", "ana@larkfield.example", staff=True)
        self._numbers = itertools.count(500)
        self._versions = itertools.count(1)

    def number(self) -> int:
        return next(self._numbers)

    def user(self, name: str, email: str, *, staff: bool = False) -> User:
        known = next((user for user in self.users if user.email == email), None)
        if known is None:
            known = User(len(self.users) + 1, name, email, staff)
            self.users.append(known)
        return known

    def touch(self, ticket: Ticket) -> None:
        ticket.version = self.newest = next(self._versions)
        ticket.changed_at = self.clock()

    newest = 0  # version of the last change to any ticket
