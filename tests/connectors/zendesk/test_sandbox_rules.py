"""Webhooks, triggers and fields: what gets installed, when it fires, and what the desk mails by itself."""
from __future__ import annotations

from typing import Any

import pytest

from connectors.clock import SetClock
from connectors.zendesk.sandbox import SandboxZendesk
from connectors.zendesk.sandbox.mails import ACK_EXCLUSION_TAG, ACKNOWLEDGEMENT
from connectors.zendesk.sandbox.signature import sign
from tests.connectors.zendesk.conftest import BODY, END_USER_ONLY, Api, Connected, Receiver, connect

NEXT_STEP = {"title": "Candor: next step", "type": "tagger", "custom_field_options": [
    {"name": "Send the draft", "value": "send_draft"}, {"name": "Stay out", "value": "stay_out"},
]}


def fired(sandbox: SandboxZendesk) -> int:
    assert sandbox.deliveries.wait_idle(5)
    return len(sandbox.do.invocations())


def test_z12_a_webhook_is_created_without_showing_its_password(api: Api) -> None:
    wanted = {
        "name": "Candor",
        "endpoint": "http://127.0.0.1:9/x",
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": ["conditional_ticket_events"],
        "authentication": {
            "type": "basic_auth",
            "data": {"username": "u", "password": "secret-word"},
            "add_position": "header",
        },
    }
    answer = api("POST", "webhooks", {"webhook": wanted})
    assert answer.status_code == 201
    assert "secret-word" not in answer.text
    webhook = answer.json()["webhook"]
    assert webhook["authentication"] == {"type": "basic_auth", "add_position": "header"}
    changed = api("PATCH", f"webhooks/{webhook['id']}", {"webhook": {"name": "Renamed"}})
    assert (changed.status_code, changed.text) == (204, "")
    assert (
        api(
            "PATCH",
            f"webhooks/{webhook['id']}",
            {"webhook": {"subscriptions": ["zen:event-type:ticket.created"]}},
        ).status_code
        == 400
    )
    assert (
        api("PUT", f"webhooks/{webhook['id']}", {"webhook": {**wanted, "name": "Whole"}}).status_code == 204
    )
    assert api("GET", f"webhooks/{webhook['id']}").json()["webhook"]["name"] == "Whole"
    assert api("DELETE", f"webhooks/{webhook['id']}").status_code == 204
    assert api("GET", f"webhooks/{webhook['id']}").status_code == 404


def test_z13_a_reset_secret_signs_at_once(
    sandbox: SandboxZendesk, api: Api, receiver: Receiver, connected: Connected, mayas_ticket: int,
) -> None:
    receiver.wait_for(1)
    reset = api("POST", f"webhooks/{connected.webhook_id}/signing_secret")
    assert reset.status_code == 201
    fresh = reset.json()["signing_secret"]["secret"]
    assert fresh != connected.secret
    shown = api("GET", f"webhooks/{connected.webhook_id}/signing_secret").json()["signing_secret"]
    assert shown == {"secret": fresh, "algorithm": "SHA256"}
    sandbox.do.customer_comment(mayas_ticket, "Hello?")
    receiver.wait_for(2)
    assert (
        receiver.seen[0][0]["X-Zendesk-Webhook-Signature"]
        != receiver.seen[1][0]["X-Zendesk-Webhook-Signature"]
    )


def test_z14_a_test_request_goes_out_and_its_answer_comes_back(
    api: Api, receiver: Receiver, connected: Connected
) -> None:
    receiver.answers.append((204, {"X-Seen": "yes"}))
    answer = api(
        "POST", f"webhooks/test?webhook_id={connected.webhook_id}", {"request": {"payload": '{"hello":1}'}}
    )
    response = answer.json()["response"]
    assert response["status_code"] == 204
    assert {"key": "X-Seen", "value": "yes"} in response["headers"]
    assert receiver.seen[0][1] == b'{"hello":1}'
    assert api("POST", "webhooks/test", {"webhook": {}}).status_code == 400


def test_z11_a_test_before_creation_is_signed_with_the_published_secret(api: Api, receiver: Receiver) -> None:
    api("POST", "webhooks/test", {"request": {"endpoint": receiver.url, "payload": "{}"}})
    headers, body = receiver.seen[0]
    stamp = headers["X-Zendesk-Webhook-Signature-Timestamp"]
    assert headers["X-Zendesk-Webhook-Signature"] == sign(
        "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==", stamp, body
    )


def test_z15_an_update_of_a_trigger_clears_the_lists_that_were_not_sent(
    api: Api, connected: Connected
) -> None:
    path = f"triggers/{connected.trigger_id}"
    api("PUT", path, {"trigger": {"title": "Only a name"}})
    assert len(api("GET", path).json()["trigger"]["conditions"]["all"]) == 2
    api("PUT", path, {"trigger": {"conditions": {"all": [END_USER_ONLY]}}})
    after = api("GET", path).json()["trigger"]
    assert after["conditions"] == {"all": [END_USER_ONLY], "any": []}
    assert after["actions"] == []


@pytest.mark.parametrize(("condition", "fires"), [
    ({"field": "update_type", "operator": "is", "value": "Change"}, True),
    ({"field": "update_type", "operator": "is", "value": "Create"}, False),
    ({"field": "role", "operator": "is", "value": "agent"}, True),
    ({"field": "role", "operator": "is", "value": "end_user"}, False),
    ({"field": "comment_is_public", "operator": "is", "value": "not_relevant"}, True),
    ({"field": "comment_is_public", "operator": "is", "value": "true"}, False),
    ({"field": "comment_is_public", "operator": "is", "value": "false"}, True),
    ({"field": "ticket_is_public", "operator": "is", "value": "public"}, True),
    ({"field": "ticket_is_public", "operator": "is", "value": "private"}, False),
    ({"field": "status", "operator": "is", "value": "open"}, True),
    ({"field": "status", "operator": "is_not", "value": "open"}, False),
    ({"field": "status", "operator": "less_than", "value": "solved"}, True),
    ({"field": "status", "operator": "value", "value": "open"}, True),
    ({"field": "status", "operator": "value_previous", "value": "pending"}, False),
    ({"field": "current_tags", "operator": "includes", "value": "vip other"}, True),
    ({"field": "current_tags", "operator": "not_includes", "value": "vip"}, False),
    ({"field": "assignee_id", "operator": "changed", "value": None}, True),
    ({"field": "assignee_id", "operator": "not_changed", "value": None}, False),
    ({"field": "requester_id", "operator": "is_not", "value": "current_user"}, True),
])
def test_z16_conditions_decide(
    sandbox: SandboxZendesk,
    api: Api,
    receiver: Receiver,
    mayas_ticket: int,
    condition: dict[str, Any],
    fires: bool,
) -> None:
    connect(api, receiver.url, condition)
    ana = sandbox.state.find_user("Ana Ruiz").id
    sent = {
        "comment": {"body": "Only for us", "public": False},
        "status": "open",
        "tags": ["vip"],
        "assignee_id": ana,
    }
    assert api.put_ticket(mayas_ticket, **sent).status_code == 200
    assert fired(sandbox) == (1 if fires else 0)
    assert sandbox.do.failures() == []


def test_z16_an_unknown_condition_is_a_failure_of_the_sandbox(
    sandbox: SandboxZendesk, api: Api, receiver: Receiver, mayas_ticket: int,
) -> None:
    connect(api, receiver.url, {"field": "moon_phase", "operator": "is", "value": "full"})
    api.put_ticket(mayas_ticket, priority="high")
    assert fired(sandbox) == 0
    assert sandbox.do.failures()[0]["what"] == "trigger condition"


def test_z16_triggers_never_run_on_closed_tickets(
    sandbox: SandboxZendesk, api: Api, receiver: Receiver, mayas_ticket: int
) -> None:
    connect(api, receiver.url)
    sandbox.do.close(mayas_ticket)
    assert fired(sandbox) == 0


def test_z17_our_own_write_fires_the_trigger(sandbox: SandboxZendesk, api: Api, receiver: Receiver) -> None:
    webhook = {
        "name": "Candor",
        "endpoint": receiver.url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
    }
    webhook_id = api("POST", "webhooks", {"webhook": webhook}).json()["webhook"]["id"]
    trigger = {
        "title": "No loop stop",
        "conditions": {"all": [{"field": "status", "operator": "is_not", "value": "closed"}]},
        "actions": [{"field": "notification_webhook", "value": [webhook_id, BODY]}],
    }
    api("POST", "triggers", {"trigger": trigger})
    ticket = sandbox.do.customer_ticket(name="Maya", email="maya@example.com", subject="Hi", text="Hello")
    api.put_ticket(ticket, comment={"body": "An answer", "public": True})
    assert fired(sandbox) == 2  # the customer's message, and our own answer: this is the loop


def test_z17_role_is_end_user_stops_the_loop(sandbox: SandboxZendesk, api: Api, connected: Connected) -> None:
    ticket = sandbox.do.customer_ticket(name="Maya", email="maya@example.com", subject="Hi", text="Hello")
    api.put_ticket(ticket, comment={"body": "An answer", "public": True})
    sandbox.do.agent_reply(ticket, "And one from me")
    assert fired(sandbox) == 1
    sandbox.do.customer_comment(ticket, "Thanks")
    assert fired(sandbox) == 2


def test_z18_the_api_user_is_the_updater_whatever_the_author_says(
    sandbox: SandboxZendesk, api: Api, connected: Connected, mayas_ticket: int,
) -> None:
    before = fired(sandbox)
    maya = sandbox.do.ticket(mayas_ticket)["requester_id"]
    audit = api.put_ticket(
        mayas_ticket, comment={"body": "On her behalf", "public": True, "author_id": maya}
    ).json()["audit"]
    assert audit["author_id"] == sandbox.assistant.id
    assert audit["events"][0]["author_id"] == maya
    assert fired(sandbox) == before


def test_z19_a_drop_down_needs_options_and_a_type_is_for_ever(api: Api) -> None:
    assert (
        api("POST", "ticket_fields", {"ticket_field": {"title": "Next", "type": "tagger"}}).status_code == 422
    )
    made = api("POST", "ticket_fields", {"ticket_field": NEXT_STEP})
    assert made.status_code == 201
    field = made.json()["ticket_field"]
    assert [o["value"] for o in field["custom_field_options"]] == ["send_draft", "stay_out"]
    changed = api(
        "PUT", f"ticket_fields/{field['id']}", {"ticket_field": {"type": "text", "title": "Renamed"}}
    ).json()["ticket_field"]
    assert (changed["type"], changed["title"]) == ("tagger", "Renamed")
    assert api("POST", "ticket_fields", {"ticket_field": {"title": "X", "type": "poem"}}).status_code == 422


def test_z53_the_acknowledgement_is_listed_on_by_default_and_counted(
    sandbox: SandboxZendesk, api: Api, mayas_ticket: int
) -> None:
    listed = {t["title"]: t for t in api("GET", "triggers").json()["triggers"]}
    assert listed[ACKNOWLEDGEMENT]["active"] is True
    excluded = [c for c in listed[ACKNOWLEDGEMENT]["conditions"]["all"] if c["field"] == "current_tags"]
    assert excluded == [{"field": "current_tags", "operator": "not_includes", "value": ACK_EXCLUSION_TAG}]
    api.put_ticket(mayas_ticket, comment={"body": "An answer", "public": True})
    api.put_ticket(mayas_ticket, comment={"body": "A note", "public": False})
    counted = sandbox.do.mails_per_customer_message()
    assert [(m["mails"], m["kinds"]) for m in counted] == [(2, ["acknowledgement", "comment"])]
    sandbox.do.customer_comment(mayas_ticket, "Thanks")
    assert [m["mails"] for m in sandbox.do.mails_per_customer_message()] == [2, 0]


def test_z53_the_exclusion_tag_set_by_an_earlier_trigger_stops_the_acknowledgement(
    sandbox: SandboxZendesk, api: Api
) -> None:
    new_ticket = {"field": "update_type", "operator": "is", "value": "Create"}
    tagging = {"title": "Candor answers", "position": 0, "conditions": {"all": [new_ticket]}, "actions": [
        {"field": "current_tags", "value": ACK_EXCLUSION_TAG},
    ]}
    assert api("POST", "triggers", {"trigger": tagging}).status_code == 201
    ticket = sandbox.do.customer_ticket(name="Maya", email="maya@example.com", subject="Hi", text="Hello")
    assert sandbox.do.ticket(ticket)["tags"] == [ACK_EXCLUSION_TAG]
    api.put_ticket(ticket, comment={"body": "An answer", "public": True})
    assert [m["kinds"] for m in sandbox.do.mails_per_customer_message()] == [["comment"]]


def test_z55_an_agents_choice_reaches_triggers_audits_and_export_and_never_the_customer(
    sandbox: SandboxZendesk, api: Api, receiver: Receiver, mayas_ticket: int, clock: SetClock,
) -> None:
    field = api("POST", "ticket_fields", {"ticket_field": NEXT_STEP}).json()["ticket_field"]
    connect(
        api, receiver.url, {"field": f"custom_fields_{field['id']}", "operator": "changed", "value": None}
    )
    sandbox.do.set_field(mayas_ticket, "Candor: next step", "send_draft", agent="Tom Weber")
    assert fired(sandbox) == 1
    change = next(
        e
        for e in sandbox.do.ticket(mayas_ticket)["audits"][-1]["events"]
        if e["field_name"] == str(field["id"])
    )
    assert (change["previous_value"], change["value"]) == (None, "send_draft")
    clock.advance(90)
    exported = api("GET", "incremental/tickets/cursor?start_time=0").json()["tickets"][0]
    assert {"id": field["id"], "value": "send_draft"} in exported["custom_fields"]
    assert field["visible_in_portal"] is False


def test_a_drop_downs_value_and_its_tag_follow_each_other(
    sandbox: SandboxZendesk, api: Api, mayas_ticket: int
) -> None:
    field = api("POST", "ticket_fields", {"ticket_field": NEXT_STEP}).json()["ticket_field"]
    api.put_ticket(mayas_ticket, custom_fields=[{"id": field["id"], "value": "send_draft"}])
    assert sandbox.do.ticket(mayas_ticket)["tags"] == ["send_draft"]
    api.put_ticket(mayas_ticket, tags=["vip"])
    assert sandbox.do.ticket(mayas_ticket)["custom_fields"] == [{"id": field["id"], "value": None}]
    api.put_ticket(
        mayas_ticket, tags=["vip", "send_draft"], custom_fields=[{"id": field["id"], "value": "stay_out"}]
    )
    assert sandbox.do.ticket(mayas_ticket)["custom_fields"] == [{"id": field["id"], "value": "stay_out"}]
    assert "stay_out" in sandbox.do.ticket(mayas_ticket)["tags"]
    assert (
        api.put_ticket(mayas_ticket, custom_fields=[{"id": field["id"], "value": "fly"}]).status_code == 422
    )
