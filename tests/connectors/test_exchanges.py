"""Whole exchanges of both desks, replayed strictly: in this order, each asked for exactly once, the bytes as
they were written down.

Written by us after the vendors' documents in `exchanges/`; those recorded by others lie in ../shared/samples,
outside this repository.
"""
from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import responses
from responses.registries import OrderedRegistry

from connectors.clock import SECOND, SetClock, from_iso
from connectors.contract import Connection, Write
from connectors.errors import ConnectorError, RateLimited
from connectors.freshdesk.client import FreshdeskClient
from connectors.freshdesk.desk import FreshdeskDesk
from connectors.freshdesk.outbound import FreshdeskOutbound
from connectors.limits import RateBudget
from connectors.records import Conflict, Later, PostNote, Refused, Role, Sent, Status, Unknown
from connectors.zendesk.client import ZendeskClient
from connectors.zendesk.desk import ZendeskDesk
from connectors.zendesk.outbound import ZendeskOutbound

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parents[2] / "shared" / "samples"
HOSTS = {"zendesk": "https://acme.zendesk.com", "freshdesk": "https://acme.freshdesk.com"}
NOON = from_iso("2026-03-11T12:00:00Z")
NOTE = PostNote("<p>Look at this.</p>", "Look at this.")


@pytest.fixture
def recorded() -> Iterator[responses.RequestsMock]:
    """Strict: what was written down and is not asked for fails the test, and so does a call nobody wrote
    down."""
    with responses.RequestsMock(assert_all_requests_are_fired=True, registry=OrderedRegistry) as mock:
        yield mock


def replay(mock: responses.RequestsMock, desk: str, name: str) -> None:
    for e in json.loads((HERE / "exchanges" / desk / f"{name}.json").read_text("utf-8")):
        body = e["body"] if isinstance(e["body"], str) else json.dumps(e["body"])
        headers = {"Date": "Wed, 11 Mar 2026 12:00:03 GMT", **e.get("headers", {})}
        kind = headers.pop("Content-Type", "application/json; charset=utf-8")
        mock.add(
            e["method"],
            HOSTS[desk] + e["path"],
            body=body,
            status=e["status"],
            headers=headers,
            content_type=kind,
        )


def zendesk(budget: RateBudget | None = None) -> ZendeskClient:
    settings = {"subdomain": "acme", "email": "a@b.example", "api_token": "t0p-s3cret"}
    return ZendeskClient(
        Connection("z", settings, {"user_id": "5"}),
        SetClock(NOON),
        budget or RateBudget(),
        sandbox_allowed=False,
    )


def freshdesk(budget: RateBudget | None = None) -> FreshdeskClient:
    settings = {"subdomain": "acme", "api_key": "t0p-s3cret"}
    return FreshdeskClient(
        Connection("f", settings, {"user_id": "5"}),
        SetClock(NOON),
        budget or RateBudget(),
        sandbox_allowed=False,
    )


def test_a_ticket_of_zendesk_is_read_with_its_people(recorded: responses.RequestsMock) -> None:
    replay(recorded, "zendesk", "ticket")
    budget = RateBudget()
    ticket = ZendeskDesk(zendesk(budget)).ticket("35436")
    assert (ticket.id, ticket.status, ticket.subject) == (
        "35436",
        Status.OPEN,
        "Wo bleibt die Rückerstattung?",
    )
    assert [(m.author.role, m.public) for m in ticket.messages] == [
        (Role.CUSTOMER, True),
        (Role.AGENT, False),
    ]
    assert ticket.stamp.desk_now == NOON + 3 * SECOND
    assert budget.wait_needed(NOON, calls=398) == 0 < budget.wait_needed(NOON, calls=399)
    assert [call.request.headers["Authorization"][:6] for call in recorded.calls] == ["Basic "] * 2


def test_a_ticket_of_freshdesk_is_read_with_its_conversations(recorded: responses.RequestsMock) -> None:
    replay(recorded, "freshdesk", "ticket")
    budget = RateBudget()
    ticket = FreshdeskDesk(freshdesk(budget)).ticket("20")
    assert (ticket.id, ticket.status, ticket.subject) == ("20", Status.OPEN, "Où est mon remboursement ?")
    assert [(m.author.role, m.public) for m in ticket.messages] == [
        (Role.CUSTOMER, True),
        (Role.AGENT, False),
    ]
    assert budget.wait_needed(NOON, calls=697) == 0 < budget.wait_needed(NOON, calls=698)


@pytest.mark.parametrize(("name", "expected"), [
    ("note_written", Sent), ("note_on_closed", Refused), ("note_conflict", Conflict), ("note_throttled",
    Later),
    ("note_page_of_503", Unknown),
])
def test_what_zendesk_answers_to_a_note_becomes_one_outcome(
    recorded: responses.RequestsMock, name: str, expected: type
) -> None:
    replay(recorded, "zendesk", name)
    outcome = ZendeskOutbound(zendesk()).send(Write("35436", NOTE, "key-1", "plan-1", None))
    assert isinstance(outcome, expected), outcome
    sent = json.loads(recorded.calls[0].request.body or b"")["ticket"]
    assert sent["comment"]["public"] is False
    assert "key-1" in json.dumps(sent["metadata"])
    assert len(recorded.calls) == 1, "a write is never repeated by the library"


@pytest.mark.parametrize("name", ["note_written", "note_throttled", "note_page_of_503"])
def test_what_freshdesk_answers_to_a_note_becomes_one_outcome(
    recorded: responses.RequestsMock, name: str
) -> None:
    expected: dict[str, type] = {"note_written": Sent, "note_throttled": Later, "note_page_of_503": Unknown}
    replay(recorded, "freshdesk", name)
    outcome = FreshdeskOutbound(freshdesk()).send(Write("20", NOTE, "key-1", "plan-1", None))
    assert isinstance(outcome, expected[name]), outcome


@pytest.mark.parametrize(("desk", "name", "raised", "says"), [
    ("zendesk", "revoked", ConnectorError, "Couldn't authenticate"), ("zendesk", "login_page", ConnectorError,
    None),
    ("zendesk", "throttled", RateLimited, None), ("freshdesk", "revoked", ConnectorError, "logged in"),
    ("freshdesk", "throttled", RateLimited, None),
])
def test_an_answer_that_is_no_ticket_is_one_clear_error(
    recorded: responses.RequestsMock, desk: str, name: str, raised: type[ConnectorError], says: str | None,
) -> None:
    replay(recorded, desk, name)
    read: dict[str, Callable[[], Any]] = {
        "zendesk": lambda: ZendeskDesk(zendesk()).ticket("35436"),
        "freshdesk": lambda: FreshdeskDesk(freshdesk()).ticket("20"),
    }
    with pytest.raises(raised, match=says):
        read[desk]()


def test_every_recorded_file_of_others_is_whole() -> None:
    if not SAMPLES.is_dir():
        pytest.skip(
            "../shared/samples is not part of this repository; it lies beside the checkout of those who "
            "have it"
        )
    for path in sorted(SAMPLES.glob("*/*.json")):
        assert json.loads(path.read_text("utf-8")) is not None, path.name
    for path in sorted(SAMPLES.glob("*/*.csv")):
        assert "," in path.read_text("utf-8-sig").splitlines()[0], path.name
