"""A second desk beside the house's own: a sandbox Freshdesk, connected as a company would."""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.store.database import DEFAULT_TENANT
from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.flow.house import House
from workers.desks.connect import connect

FRESH = "accounts"


@contextmanager
def open_freshdesk(house: House, **settings: str) -> Iterator[SandboxFreshdesk]:
    with SandboxFreshdesk(None, seed=13, clock=house.clock, account="larkfield-accounts") as desk:
        given = {"subdomain": desk.account, "api_key": desk.api_key, "one_mail": "yes", **settings}
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
        yield desk


def write(house: House, desk: SandboxFreshdesk, text: str, subject: str = "A question", **more: Any) -> int:
    """A customer writes, and everything that is due is done; the ticket's number."""
    who = {"name": "Maya Okonkwo", "email": "maya@example.com", **more}
    ticket = int(desk.do.customer_ticket(subject=subject, text=text, **who))
    assert desk.deliveries.wait_idle(10)
    house.settle(200)
    return ticket


def replies(desk: SandboxFreshdesk, ticket: int) -> list[dict[str, Any]]:
    """What the customer has received from the assistant."""
    return [r for r in desk.do.public_replies(ticket) if r["user_id"] == desk.assistant.id]
