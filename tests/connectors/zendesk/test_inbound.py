"""What a Zendesk delivery says, and which ones nothing depends on."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import from_iso
from connectors.errors import Rejected
from connectors.records import Delivery
from connectors.zendesk.inbound import ZendeskInbound

AT = "2026-03-11T12:00:00Z"
HEADERS = {
    "X-Zendesk-Webhook-Signature-Timestamp": AT,
    "X-Zendesk-Webhook-Invocation-Id": "8350205582",
    "X-Zendesk-Account-Id": "22129848",
}
SAMPLE = Path("connectors/zendesk/samples/aaronellington-zendesk-go/group_membership_created.json")


def parse(value: Any, **headers: str) -> Delivery | None:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return ZendeskInbound().parse({**HEADERS, **{k.replace("_", "-"): v for k, v in headers.items()}}, body)


def event(kind: str, detail_id: str = "5158", **inner: Any) -> dict[str, Any]:
    return {
        "type": f"zen:event-type:{kind}", "account_id": 22129848,
        "id": "2b24ef10-19db-4740-93ce-968ccbf86a5e",
        "time": "2026-03-11T11:59:58.123456789Z", "zendesk_event_version": "2022-11-06",
        "subject": f"zen:ticket:{detail_id}",
        "detail": {"id": detail_id, "status": "OPEN", "actor_id": "0", "assignee_id": "", "tags": ["a"],
        "via": {"channel": "web"}},
        "event": inner,
    }  # fmt: skip


def comment(*, staff: bool, public: bool = True) -> dict[str, Any]:
    return {
        "comment": {
            "id": "1",
            "body": "…",
            "is_public": public,
            "author": {"id": "9", "is_staff": staff, "name": "M"},
        },
        "meta": {"sequence": {"id": "01", "position": 1}},
    }


@pytest.mark.parametrize("given", ["1001", 1001])
def test_our_triggers_body_names_the_ticket(given: object) -> None:
    assert parse({"ticket_id": given}) == Delivery("8350205582", "ticket", "1001", from_iso(AT), "22129848")


def test_keys_an_admin_added_to_the_trigger_are_passed_over() -> None:
    assert parse({"ticket_id": "1001", "subject": "{{ticket.title}}"}) is not None


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (event("ticket.created"), ("ticket", "5158")),
        (event("ticket.comment_added", **comment(staff=False)), ("ticket", "5158")),
        (event("ticket.comment_added", **comment(staff=True)), None),
        (event("ticket.comment_added", comment={"id": "1", "author": None}), ("ticket", "5158")),
        (event("ticket.status_changed", previous="OPEN", current="SOLVED"), None),
        (event("ticket.permanently_deleted"), None),
        (event("article.published", "360045"), ("article", "360045")),
        (event("article.unpublished", "360045"), ("article", "360045")),
        (event("article.vote_created", "360045"), None),
        (event("user.created"), None),
        (event("something.new_of_next_year"), None),
    ],
)
def test_an_event_leads_to_its_ticket_or_article_or_to_nothing(
    body: dict[str, Any], found: tuple[str, str] | None
) -> None:
    delivery = parse(body)
    assert (None if delivery is None else (delivery.subject, delivery.subject_id)) == found


def test_a_real_event_of_another_subject_is_of_no_interest() -> None:
    assert parse(SAMPLE.read_bytes()) is None


def test_the_time_is_that_of_the_attempt_and_not_of_the_event() -> None:
    delivery = parse(event("ticket.created"))
    assert delivery is not None
    assert delivery.sent_at == from_iso(AT)


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 129, "é", "a\nb"])
def test_an_invocation_id_that_is_missing_or_strange_is_400(key: str) -> None:
    with pytest.raises(Rejected) as rejected:
        parse({"ticket_id": "1"}, X_Zendesk_Webhook_Invocation_Id=key)
    assert rejected.value.status == 400


def test_an_account_id_that_is_no_number_is_not_believed() -> None:
    delivery = parse({"ticket_id": "1"}, X_Zendesk_Account_Id="acme")
    assert delivery is not None
    assert delivery.account is None


@pytest.mark.parametrize(
    "broken", [{"detail": {}}, {"detail": None}, {"type": None}, {"type": "x" * 201},
    {"detail": {"id": "zen:1"}}, {"event": []}]
)
def test_an_event_without_its_parts_is_400_and_names_the_part(broken: dict[str, Any]) -> None:
    with pytest.raises(Rejected, match=next(iter(broken))) as rejected:
        parse({**event("ticket.created"), **broken})
    assert rejected.value.status == 400
