"""What a Freshdesk delivery says: a ticket's id, in every form a rule may send it. The security cases are in
test_shared_deliveries."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Rejected
from connectors.freshdesk.inbound import SAME_DELIVERY, FreshdeskInbound
from connectors.records import Delivery
from tests.connectors.freshdesk.peers import SAMPLES

SECRET = "Qx0nq6m1oQm0xg1w9v3k8h2yYb5n7c4zLr6t8u0sPdE"


def parse(value: Any) -> Delivery:
    return FreshdeskInbound().parse({}, value if isinstance(value, bytes) else json.dumps(value).encode())


@pytest.mark.parametrize(
    "body",
    [{"ticket_id": "1001"}, {"ticket_id": 1001}, {"ticket_id": " 1001 "},
    {"freshdesk_webhook": {"ticket_id": "1001"}},
     {"ticket_id": "1001", "triggered_event": "{status:{from:4,to:6}}",
     "ticket_status": "Waiting on Customer", "more": {"a": [1]}}],
)  # fmt: skip
def test_the_ticket_is_named_and_everything_else_is_passed_over(body: Any) -> None:
    assert parse(body) == Delivery("ticket:1001", "ticket", "1001", None, key_holds=SAME_DELIVERY)


@pytest.mark.parametrize(("name", "ticket"), [("inline_images", "12"), ("status_changed", "11")])
def test_recorded_deliveries_are_read(name: str, ticket: str) -> None:
    assert parse((SAMPLES / f"zulip-freshdesk/{name}.json").read_bytes()).subject_id == ticket


def test_every_delivery_in_the_samples_folder_is_read(shared_dir: Path) -> None:
    bodies = sorted((shared_dir / "samples/zulip-freshdesk").glob("*.json"))
    assert bodies
    for path in bodies:
        assert parse(path.read_bytes()).subject_id.isdigit()


@pytest.mark.parametrize(
    "body", [{"freshdesk_webhook": "1001"}, {"freshdesk_webhook": {}}, {"ticket_id": "{{ticket.id}}"},
    {"ticket_id": "#1001"}]
)
def test_a_body_without_a_ticket_is_400(body: Any) -> None:
    with pytest.raises(Rejected, match="ticket") as rejected:
        parse(body)
    assert rejected.value.status == 400


def test_a_secret_that_is_too_short_to_be_ours_counts_as_none() -> None:
    with pytest.raises(Rejected) as rejected:
        FreshdeskInbound().verify({"X-Candor-Secret": "short"}, b"", ["short"], 0, production=False)
    assert rejected.value.status == 503


@pytest.mark.parametrize("given", ["", SECRET[:-1], SECRET + "x", SECRET.lower(), "\u00fc" * 43,
"\udcff" * 43])
def test_a_wrong_secret_of_any_form_is_401(given: str) -> None:
    with pytest.raises(Rejected) as rejected:
        FreshdeskInbound().verify({"x-candor-secret": given}, b"{}", [SECRET], 0, production=True)
    assert rejected.value.status == 401
    assert SECRET not in str(rejected.value)


def test_what_the_rule_sends_needs_nothing_but_the_secret() -> None:
    two = ["another secret of another desk, long enough", SECRET]
    FreshdeskInbound().verify({"X-Candor-Secret": SECRET}, b"{}", two, 0, production=True)


def test_the_page_of_the_connector_names_the_header() -> None:
    assert "X-Candor-Secret" in Path("connectors/freshdesk/README.md").read_text()
