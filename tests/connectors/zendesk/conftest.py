"""A sandbox desk on a clock that stands still, the real zenpy in front of it, and a receiver for its
deliveries."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter
from zenpy import Zenpy

from connectors.clock import SetClock, from_iso
from connectors.sandbox.articles import Source
from connectors.zendesk.sandbox import SandboxZendesk
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


class SwapHost(HTTPAdapter):
    """Vendor addresses in the code, the sandbox on the wire; the request keeps the vendor's URL, or zenpy
    reads the answer wrongly."""

    def __init__(self, wire_url: str) -> None:
        super().__init__(max_retries=0)
        self._wire = urlsplit(wire_url)

    def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        vendor_url = request.url
        request.url = urlsplit(vendor_url)._replace(scheme="http", netloc=self._wire.netloc).geturl()
        try:
            response = super().send(request, *args, **kwargs)
        finally:
            request.url = vendor_url
        response.url = vendor_url
        return response


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def sandbox(clock: SetClock) -> Iterator[SandboxZendesk]:
    with SandboxZendesk(articles=ARTICLES, seed=7, clock=clock) as desk:
        yield desk


@pytest.fixture
def zenpy_client(sandbox: SandboxZendesk) -> Iterator[Zenpy]:
    with requests.Session() as session:
        for prefix in (f"{sandbox.state.vendor_url}/", f"{sandbox.state.vendor_url}:443/"):
            session.mount(prefix, SwapHost(sandbox.url))
        yield Zenpy(
            subdomain=sandbox.account,
            email=sandbox.email,
            token=sandbox.token,
            session=session,
            timeout=5,
            disable_cache=True,
        )


@dataclass
class Api:
    """Raw calls to the sandbox's API as its assistant."""

    desk: SandboxZendesk

    def __call__(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        auth = more.pop("auth", (f"{self.desk.email}/token", self.desk.token))
        return requests.request(
            method, f"{self.desk.url}/api/v2/{path}", json=body, auth=auth, headers=headers, timeout=5, **more
        )

    def put_ticket(self, ticket: int, **changes: Any) -> requests.Response:
        return self("PUT", f"tickets/{ticket}.json", {"ticket": changes})


@pytest.fixture
def api(sandbox: SandboxZendesk) -> Api:
    return Api(sandbox)


@pytest.fixture
def mayas_ticket(sandbox: SandboxZendesk) -> int:
    text = "I sent the shoes back."
    return sandbox.do.customer_ticket(
        name="Maya Lind", email="maya@example.com", subject="Where is my refund", text=text
    )


@dataclass
class Connected:
    """A webhook and a loop-stopped trigger that calls it."""

    webhook_id: str
    trigger_id: int
    secret: str


BODY = '{"ticket_id":"{{ticket.id}}"}'
END_USER_ONLY = {"field": "role", "operator": "is", "value": "end_user"}


def connect(api: Api, url: str, *conditions: dict[str, Any], body: str = BODY) -> Connected:
    wanted = {
        "name": "Candor",
        "endpoint": url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": ["conditional_ticket_events"],
    }
    webhook = api("POST", "webhooks", {"webhook": wanted}).json()["webhook"]
    everything = [{"field": "status", "operator": "is_not", "value": "closed"}, *conditions]
    trigger = {"title": "Candor", "conditions": {"all": everything, "any": []},
               "actions": [{"field": "notification_webhook", "value": [webhook["id"], body]}]}
    made = api("POST", "triggers", {"trigger": trigger}).json()["trigger"]
    secret = api("GET", f"webhooks/{webhook['id']}/signing_secret").json()["signing_secret"]["secret"]
    return Connected(webhook["id"], made["id"], secret)


@pytest.fixture
def connected(api: Api, receiver: Receiver) -> Connected:
    return connect(api, receiver.url, END_USER_ONLY)
