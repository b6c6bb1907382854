"""What the pages ask of a desk. Every method takes the desk's lock itself; times are microseconds UTC; `html`
is cleaned by the page."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket in a list. `status` is one of new, open, pending, hold, solved, closed, whatever the desk
    calls it in `status_word`."""

    id: int
    subject: str
    status: str
    status_word: str
    requester: str
    updated_us: int
    group: str
    messages: int
    notes: int


@dataclass(frozen=True, slots=True)
class Message:
    id: int
    author: str
    side: str  # customer | assistant | agent
    at_us: int
    public: bool
    html: str
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A drop-down an agent may set: options are (value, words)."""

    key: str
    title: str
    options: tuple[tuple[str, str], ...]
    chosen: str | None


@dataclass(frozen=True, slots=True)
class Details:
    """What stands beside the thread on the agent's page."""

    customer: str
    email: str
    assignee: str
    priority: str
    tags: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    events: tuple[tuple[int, str, str], ...]  # at, who, what; newest first


class Side(Protocol):
    """`acts` has the verbs `customer_ticket`, `customer_comment`, `agent_reply`, `agent_note`, `solve`,
    `assign`, `set_field`."""

    acts: Any

    def now_us(self) -> int: ...

    def lines(self) -> list[Line]:
        """All tickets, newest first."""
        ...

    def line(self, ticket_id: int) -> Line | None: ...

    def thread(self, ticket_id: int, *, with_notes: bool) -> list[Message]:
        """Oldest first: everything, or what the customer sees."""
        ...

    def acknowledged(self, ticket_id: int) -> bool:
        """The desk sent an automatic mail of its own."""
        ...

    def goes_on_in(self, ticket_id: int) -> list[int]:
        """The tickets a closed one was followed up in."""
        ...

    def details(self, ticket_id: int) -> Details: ...

    def agents(self) -> list[str]:
        """Names of the people who work here; the assistant is none of them."""
        ...

    def is_colleague(self, email: str) -> bool: ...

    def sentence(self, error: Exception) -> str:
        """What the desk said when it refused, for a person."""
        ...
