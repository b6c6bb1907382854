"""A sandbox desk on a clock that stands still, the real python-freshdesk in front of it, and a receiver for
its deliveries."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from freshdesk.api import API

from connectors.clock import SetClock, from_iso
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.sandbox.articles import Source
from tests.connectors.receivers import Receiver, receiver, wait_until

__all__ = ["Receiver", "receiver", "wait_until"]

START = from_iso("2026-03-11T10:00:00Z")
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
SECRET = {"X-Candor-Secret": "s" * 43}
AGENT, REQUESTER, EITHER, SYSTEM = 1, 2, 3, 4


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def sandbox(clock: SetClock) -> Iterator[SandboxFreshdesk]:
    with SandboxFreshdesk(articles=ARTICLES, seed=7, clock=clock) as desk:
        yield desk


@pytest.fixture
def library(sandbox: SandboxFreshdesk) -> Iterator[API]:
    """python-freshdesk as it comes, with only the address changed."""
    made = API(f"{sandbox.account}.freshdesk.com", sandbox.api_key)
    made._api_prefix = f"{sandbox.url}/api/v2/"
    with made._session:
        yield made


@dataclass
class Api:
    """Raw calls to the sandbox's API as its assistant."""

    desk: SandboxFreshdesk

    def __call__(
        self, method: str, path: str, body: Any = None, key: str | None = None, **more: Any
    ) -> requests.Response:
        login = (key or self.desk.api_key, "X")
        return requests.request(
            method,
            f"{self.desk.url}/api/v2/{path}",
            json=body,
            auth=login,
            timeout=more.pop("timeout", 5),
            **more,
        )

    def reply(self, ticket: int, body: str = "<p>An answer</p>", **more: Any) -> requests.Response:
        return self("POST", f"tickets/{ticket}/reply", {"body": body}, **more)

    def put(self, ticket: int, **changes: Any) -> requests.Response:
        return self("PUT", f"tickets/{ticket}", changes)


@pytest.fixture
def api(sandbox: SandboxFreshdesk) -> Api:
    return Api(sandbox)


@pytest.fixture
def mayas_ticket(sandbox: SandboxFreshdesk) -> int:
    text = "I sent the shoes back."
    return sandbox.do.customer_ticket(
        name="Maya Lind", email="maya@example.com", subject="Where is my refund", text=text
    )


def webhook(url: str, content: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "field_name": "trigger_webhook",
        "request_type": "POST",
        "url": url,
        "content_type": "JSON",
        "content_layout": "1",
        "content": content or {"ticket_id": "{{ticket.id}}"},
        "custom_headers": SECRET,
        **more,
    }


def on_creation(api: Api, action: dict[str, Any]) -> int:
    """A rule for every new ticket; its id."""
    always = {"resource_type": "ticket", "field_name": "status", "operator": "in", "value": [2, 3]}
    body = {"name": "Candor: a new ticket", "actions": [action],
            "conditions": [{"name": "condition_set_1", "match_type": "all", "properties": [always]}]}
    return int(api("POST", "automations/1/rules", body).json()["id"])


def on_update(api: Api, action: dict[str, Any], performer: int = REQUESTER, *events: dict[str, Any]) -> int:
    body = {"name": f"Candor: by {performer}", "actions": [action], "performer": {"type": performer},
            "events": list(events) or [{"field_name": "reply_sent"}]}
    return int(api("POST", "automations/4/rules", body).json()["id"])


def settle(sandbox: SandboxFreshdesk) -> None:
    assert sandbox.deliveries.wait_idle(5), "deliveries never came to rest"
