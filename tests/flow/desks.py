"""One way to speak of a sandbox desk of either kind in a house, so that a test of conduct is written once and
holds for both."""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from app.store import ledger as ledger_store
from app.store.database import DEFAULT_TENANT
from app.store.tables import tickets
from connectors.freshdesk.payloads import NEXT_STEP_LABELS
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.zendesk.payloads import NEXT_STEP_VALUES
from tests.flow.house import DESK, House
from workers.desks.connect import connect

FRESH = "accounts"
FIELD = "Candor: next step"


@dataclass
class Side:
    """A desk as its people see it. `author` and `text` are the vendor's names in what was said, `steps` its
    values of the field."""

    house: House
    id: str
    kind: str
    desk: Any
    author: str
    text: str
    steps: dict[str, str]

    def write(
        self,
        text: str,
        subject: str = "A question",
        name: str = "Maya Okonkwo",
        email: str = "maya@example.com",
        **more: Any,
    ) -> str:
        """A customer opens a ticket; returns its id once its delivery has arrived."""
        ticket = str(self.desk.do.customer_ticket(name=name, email=email, subject=subject, text=text, **more))
        self.delivered()
        return ticket

    def reply(self, ticket: str, text: str, email: str | None = None) -> None:
        """The requester answers, or whoever owns `email`."""
        self.desk.do.customer_comment(int(ticket), text, email=email)
        self.delivered()

    def known(self, name: str, email: str) -> int:
        """Somebody the desk knows; their number there."""
        state = self.desk.state
        if self.kind == "freshdesk":
            return int((state.person_by_email(email) or state.add_person(name, email)).id)
        return int((state.user_by_email(email) or state.add_user(name, email, "end-user")).id)

    def status(self, ticket: str) -> str:
        """As Zendesk names it; Freshdesk's numbers are put into words."""
        status = self.desk.do.ticket(int(ticket))["status"]
        return (
            str(status)
            if self.kind == "zendesk"
            else {2: "open", 3: "pending", 4: "solved", 5: "closed"}[int(status)]
        )

    def choose(self, ticket: str, step: str) -> None:
        """An agent chooses in the field *Candor: next step*."""
        self.desk.do.set_field(int(ticket), FIELD, self.steps[step], agent="Ana Ruiz")
        self.delivered()
        self.house.settle(200)

    def delivered(self) -> None:
        assert self.desk.deliveries.wait_idle(10), "the desk's deliveries did not come to an end"

    def replies(self, ticket: str) -> list[str]:
        """What the customer has received from the assistant."""
        return [
            r[self.text]
            for r in self.desk.do.public_replies(int(ticket))
            if r[self.author] == self.desk.assistant.id
        ]

    def notes(self, ticket: str) -> list[str]:
        return [n[self.text] for n in self.desk.do.notes(int(ticket))]

    def chosen(self, ticket: str) -> Any:
        """The field's value as the desk holds it."""
        found, state = self.desk.do.ticket(int(ticket)), self.desk.state
        if self.kind == "freshdesk":
            return found["custom_fields"].get(state.find_field(FIELD).name)
        ids = {f.id for f in state.fields.values() if f.title == FIELD}
        return next(f["value"] for f in found["custom_fields"] if f["id"] in ids)

    def owner(self, ticket: str) -> str:
        return next(r.owner for r in self.house.rows(tickets) if (r.desk, r.ticket) == (self.id, ticket))

    def verdicts(self, ticket: str) -> Sequence[str]:
        with self.house.db.read() as tx:
            return [
                r.verdict
                for r in ledger_store.of_ticket(tx, DEFAULT_TENANT, self.id, ticket)
                if r.kind == "verdict"
            ]


def zendesk_side(house: House) -> Side:
    return Side(house, DESK, "zendesk", house.desk, "author_id", "plain_body", NEXT_STEP_VALUES)


@contextmanager
def freshdesk_side(house: House) -> Iterator[Side]:
    """A connected sandbox Freshdesk beside the house's Zendesk; its help centre is the house's."""
    with SandboxFreshdesk(None, seed=13, clock=house.clock, account="larkfield-accounts") as desk:
        given = {"subdomain": desk.account, "api_key": desk.api_key}
        assert connect(
            house.work,
            DEFAULT_TENANT,
            FRESH,
            "freshdesk",
            "Accounts",
            given,
            desk.url,
            house.url,
            lambda step: None,
        )
        house.clock.advance(3)  # the web process learns of the new desk's secret within two seconds
        yield Side(house, FRESH, "freshdesk", desk, "user_id", "body_text", NEXT_STEP_LABELS)
