"""What a desk brings so that the shared tests run on it: `tests/connectors/<kind>/bench.py` with a `BENCH`.

The tests that follow from the contract are written once and are run for every kind in KINDS.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

from connectors import registry
from connectors.clock import SetClock, from_iso
from connectors.contract import Connection, Connector, Desk, Install, Installed, Knowledge, Outbound, Write
from connectors.records import Effect, Stamp, Ticket
from connectors.sandbox.articles import Source
from connectors.sandbox.desk import SandboxDesk

# All that a new desk says outside its own folders: one line, in the registry for a real desk and here for one
# of the tests' own.
KINDS: Mapping[str, tuple[str, str]] = {
    **registry.CONNECTORS,
    "paper": ("tests.connectors.paper.connector", "PaperConnector"),
}

START = from_iso("2026-03-11T10:00:00Z")
SECRET = "Qx0nq6m1oQm0xg1w9v3k8h2yYb5n7c4zLr6t8u0sPdE="
ARTICLES = (
    Source(
        "returns",
        "Returning an item",
        "<h2>How</h2><p>Print the label, then post the parcel.</p>",
        section="Orders",
        updated_us=START,
    ),
    Source(
        "refunds",
        "When refunds arrive",
        "<p>Refunds take 5 to 7 working days.</p>",
        section="Orders",
        updated_us=START,
    ),
    Source(
        "goodwill",
        "Goodwill limits",
        "<p>Up to 20 euros without asking.</p>",
        public=False,
        section="Playbook",
        updated_us=START,
    ),
)


@dataclass(frozen=True)
class Genuine:
    """A delivery as the desk sends it, about its ticket 1001: everything else is done to it by the tests."""

    headers: Mapping[str, str]
    body: bytes
    now: int  # when it was signed
    sign: Callable[[bytes, str], Mapping[str, str]]  # the headers for another body and secret

    def resigned(self, body: bytes, secret: str = SECRET) -> Genuine:
        return replace(self, headers=self.sign(body, secret), body=body)


@dataclass(frozen=True)
class Bench:
    """`sandbox` makes a desk that is not started yet, of a clock and articles. `text` is the name of a
    message's plain words at this desk.

    `published_secret` is one that stands in the vendor's documents, for desks that sign.
    """

    sandbox: Callable[[Callable[[], int], Sequence[Source]], SandboxDesk]
    settings: Callable[[Any], dict[str, str]]  # what an admin of this sandbox desk enters
    wrong_key: Mapping[str, str]  # the settings of a revoked key, in place of the right ones
    genuine: Callable[[], Genuine]
    text: str
    published_secret: str | None = None


def connector_of(kind: str, **options: Any) -> Connector:
    module, name = KINDS[kind]
    made: Connector = getattr(import_module(module), name)(**options)
    return made


def bench_of(kind: str) -> Bench:
    """Raises ModuleNotFoundError for a desk that brings none: these tests are run for every connector."""
    found: Bench = import_module(f"tests.connectors.{kind}.bench").BENCH
    return found


@dataclass
class Connected:
    """A sandbox desk with Candor's side installed on it, and the connector in front."""

    kind: str
    bench: Bench
    sandbox: Any
    clock: SetClock
    connector: Connector
    connection: Connection
    installed: Installed = field(default_factory=lambda: Installed((), {}, ()))

    @property
    def desk(self) -> Desk:
        return self.connector.desk(self.connection, self.clock)

    @property
    def outbound(self) -> Outbound:
        return self.connector.outbound(self.connection, self.clock)

    @property
    def knowledge(self) -> Knowledge:
        return self.connector.knowledge(self.connection, self.clock)

    @property
    def install(self) -> Install:
        return self.connector.install(self.connection, self.clock)

    def connect(self, hook_url: str) -> Installed:
        self.installed = self.install.apply(hook_url, lambda step: None)
        self.connection = replace(self.connection, state=self.installed.state)
        return self.installed

    def with_wrong_key(self) -> Connection:
        return replace(self.connection, settings={**self.connection.settings, **self.bench.wrong_key})

    def ticket(self, text: str = "I sent the shoes back.", subject: str = "Where is my refund") -> str:
        """A customer opens one; its id."""
        return str(
            self.sandbox.do.customer_ticket(
                name="Maya Lind", email="maya@example.com", subject=subject, text=text
            )
        )

    def write(
        self, ticket: Ticket | str, effect: Effect, key: str = "key-1", stamp: Stamp | None = None
    ) -> Write:
        """A row to send. Of a ticket as read, with its stamp and tags, past the second in which a write is
        not safe."""
        if isinstance(ticket, str):
            return Write(ticket, effect, key, "plan-1", stamp)
        return Write(ticket.id, effect, key, "plan-1", stamp or ticket.stamp, ticket.tags)

    def read(self, ticket_id: str) -> Ticket:
        """The ticket, read late enough that a write on it is safe."""
        self.clock.advance(3)
        return self.desk.ticket(ticket_id)

    def public(self, ticket_id: str) -> list[str]:
        """What the desk said to the customer."""
        return [str(said[self.bench.text]) for said in self.sandbox.do.public_replies(int(ticket_id))]

    def notes(self, ticket_id: str) -> list[str]:
        return [str(said[self.bench.text]) for said in self.sandbox.do.notes(int(ticket_id))]

    def requests(self, *methods: str) -> list[str]:
        return [r["path"] for r in self.sandbox.do.requests() if not methods or r["method"] in methods]


@contextmanager
def opened(kind: str) -> Iterator[Connected]:
    """A running sandbox desk of the kind, nothing installed on it yet."""
    bench, clock = bench_of(kind), SetClock(START)
    with bench.sandbox(clock, ARTICLES) as sandbox:
        connection = Connection("desk-1", bench.settings(sandbox), {}, sandbox.url)
        yield Connected(kind, bench, sandbox, clock, connector_of(kind, sandbox_desks=True), connection)
