"""What a connector offers. A new helpdesk is one folder that fulfils these protocols, and one line in the
registry.

`docs/adding-a-desk.md` is the way through them.

Everything a desk lacks is a missing `Capability`, never an exception. Reads raise `ConnectorError`; a write
never raises for what the desk did, it returns an `Outcome`. Nothing here retries: the caller decides.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from connectors.records import (
    Article,
    Change,
    ChangedTicket,
    Delivery,
    Effect,
    File,
    Group,
    Outcome,
    Person,
    QueueSnapshot,
    Stamp,
    Ticket,
    Trace,
)

if TYPE_CHECKING:
    from marshmallow import Schema


class Capability(StrEnum):
    """What a desk can do that another cannot, where it matters to somebody outside its folder."""

    FENCE = "fence"  # the desk refuses a write on a stale stamp: how a write is made safe depends on it
    # deliveries carry a signature over the raw bytes: the shared security cases hold the connector to it
    SIGNED = "signed"


class ChangesBy(StrEnum):
    """How the changed tickets of a desk were found."""

    EXPORT = "export"
    LIST = "list"
    SEARCH = "search"  # a stand-in for an export that the desk refuses: minutes late


@dataclass(frozen=True, slots=True)
class Connection:
    """All a connector needs to speak to one desk. Secrets are clear text here and nowhere else.

    `settings` holds the values of the connector's own DeskSchema; `state` what `Install` found or made (field
    ids, group names, our user's id); `wire_url` swaps the host on the wire for a sandbox desk on loopback and
    is None for a real one.
    """

    desk: str
    settings: Mapping[str, str]
    state: Mapping[str, object] = field(default_factory=dict)
    wire_url: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A vendor's account in words for its admin: told when it cannot be connected. Quotes no key."""

    address: str  # where it is: `acme.vendor.com`
    new_key: str  # how to get another key, as an order: "make a new token under …"
    ending: str | None = None  # what the vendor ends of these settings, when, and what to do


class Inbound(Protocol):
    """Verify and parse one delivery, from plain values. Pure: no I/O, no clock."""

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: int, *, production: bool
    ) -> None:
        """Return when the delivery is authentic; raise Rejected(401) when not, Rejected(503) when `secrets`
        is empty."""
        ...

    def parse(self, headers: Mapping[str, str], body: bytes) -> Delivery | None:
        """The delivery, None when it is of no interest. Raise Rejected(400) on an unreadable body. Called
        after `verify` only."""
        ...


class Desk(Protocol):
    """Reading one helpdesk account."""

    changes_by: ChangesBy  # how the last page of `changed_since` came; before the first one, how it would

    def ticket(self, ticket_id: str) -> Ticket:
        """The ticket as it is now. Raises ConnectorError(permanent=True, status=404) when it is gone."""
        ...

    def file(self, file: File) -> bytes:
        """The bytes of a message's attachment, from the account's own host and no other. Raises
        ConnectorError when they cannot be had."""
        ...

    def stamp(self, ticket_id: str) -> Stamp:
        """The ticket's present stamp alone: the cheapest read that carries the desk's clock."""
        ...

    def since_own_write(self, ticket_id: str, made: Stamp) -> Ticket | Stamp:
        """What has come after our own write that made this stamp, in as few calls as the desk allows.

        The same stamp with the desk's clock as it is now, when nobody else has said or done anything since,
        nor within that very second; the ticket as it is now otherwise, or when the desk cannot tell. Who its
        people are may then be left out, but for their roles.
        """
        ...

    def changed_since(self, cursor: str | None, now: int) -> tuple[Sequence[ChangedTicket], str]:
        """One page of changed tickets after the cursor (None: from `now` on) and the next cursor."""
        ...

    def gone_since(self, cursor: str | None) -> Sequence[str]:
        """Ids of tickets deleted after the cursor, where `changed_since` does not show them; the same ones
        again, until it moves on."""
        ...

    def history(self, ticket_id: str, since: int) -> Sequence[Change]:
        """Who changed what since then, oldest first."""
        ...

    def queue(self, group: str | None) -> QueueSnapshot:
        """Tickets of the group that wait for a person."""
        ...

    def groups(self) -> Sequence[Group]:
        """Every group that a ticket can be moved to."""
        ...

    def whoami(self) -> Person:
        """Our own user at the desk; its name is what customers see."""
        ...


@dataclass(frozen=True, slots=True)
class Write:
    """One outbox row, ready for the wire: the exact effect, its marker, and the ticket version it was
    composed on."""

    ticket_id: str
    effect: Effect
    key: str
    plan: str
    stamp: Stamp | None
    tags: tuple[str, ...] = ()  # the ticket's tags in the fenced read: desks that replace the list need them


class Outbound(Protocol):
    """Writing to one helpdesk account: one call per row, never a retry."""

    def send(self, write: Write) -> Outcome:
        """Make the call of this write, and say what became of it. Raises nothing for what the desk does."""
        ...

    def find(self, write: Write, since: int) -> Trace:
        """Look for the marker of this write in the ticket's history since then. Raises ConnectorError when it
        cannot be read."""
        ...


class Knowledge(Protocol):
    """The help centre of a desk, or another source of articles."""

    def articles(self) -> Iterator[Article]:
        """Every article the source has now, public and restricted. An article that is not among them is
        gone."""
        ...

    def article(self, article_id: str) -> Article | None:
        """The article as it is now, in as few calls as the source allows; None when it is gone, a draft or
        cannot be read. `section` may be left "". Asked before an old copy is quoted. Raises as `articles`
        does when the source cannot be asked."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    """One thing `Install` found, would do or did.

    `state`: `exists`, `created`, `updated`, `removed`, `planned`, `manual` (an admin's turn, `detail` says
    how), `offered` (an admin's own thing, left alone until they agree), `failed`.
    """

    name: str
    state: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation left behind: `state` goes to the desk's row, `secrets` are what its deliveries may
    be signed with.

    Read outside the folder, by these names: `user_id` and `user_name` (ours, as customers see it: nothing is
    sent under a name that does not say what it is), `groups` (name -> id), `fields` (our name -> the desk's),
    `bots`. Whatever else is in it is the connector's own.
    """

    steps: tuple[Step, ...]
    state: Mapping[str, object]
    secrets: tuple[str, ...]


Progress = Callable[[Step], None]


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether the guard held, and in a sentence what the desk did."""

    held: bool
    detail: str


class Install(Protocol):
    """The desk's side of Candor: made by us, through its API, and removable. Running it twice changes
    nothing."""

    def plan(self, hook_url: str) -> Sequence[Step]:
        """What `apply` would do now. Writes nothing."""
        ...

    def apply(self, hook_url: str, progress: Progress) -> Installed:
        """Make what is missing and put right what differs, telling each step. `hook_url` is where deliveries
        shall go.

        Raises ConnectorError where the desk refuses; the next run finds what was made by then.
        """
        ...

    def prove_guard(self) -> Proof:
        """Held when the desk really refuses a write on an old stamp (or keeps the visible marker): shown on
        the desk itself."""
        ...

    def remove(self, progress: Progress) -> None:
        """Take away all that `apply` made, telling each step."""
        ...


class Budget(Protocol):
    """The desk's rate limit, shared by all who call it."""

    def wait_needed(self, now: int, calls: int = 1, writes: int = 0) -> float:
        """Seconds until so many calls may go, `writes` of them messages; 0.0 when they may now."""
        ...


@runtime_checkable
class Connector(Protocol):
    """One vendor. `registry.connector(kind)` returns it; making it, `inbound` and `account` load no client
    library."""

    kind: str
    title: str
    capabilities: frozenset[Capability]
    settings_schema: type[Schema]  # the form an admin fills in: the connection's settings, all of them text
    secret_keys: frozenset[str]  # the fields of it that are never shown again

    def account(self, settings: Mapping[str, str]) -> Account:
        """The account these settings lead to; they may be incomplete."""
        ...

    def budget(self, desk: str) -> Budget:
        """The budget of one desk: the same object for whoever asks in this process."""
        ...

    def inbound(self) -> Inbound: ...

    def desk(self, connection: Connection, clock: Callable[[], int]) -> Desk: ...

    def outbound(self, connection: Connection, clock: Callable[[], int]) -> Outbound: ...

    def knowledge(self, connection: Connection, clock: Callable[[], int]) -> Knowledge: ...

    def install(self, connection: Connection, clock: Callable[[], int]) -> Install: ...


