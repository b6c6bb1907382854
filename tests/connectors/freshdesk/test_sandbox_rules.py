"""What connect installs, what the desk does by itself, what people do: fields, headers, the acknowledgement,
the next step."""
from __future__ import annotations

import pytest

from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.connectors.freshdesk.conftest import (
    AGENT,
    REQUESTER,
    SECRET,
    Api,
    Receiver,
    on_creation,
    on_update,
    settle,
    webhook,
)

NEXT_STEP = {"label": "Candor: next step", "type": "custom_dropdown", "displayed_to_customers": False,
"customers_can_edit": False,
             "choices": [{"value": "Send the draft", "position": 1}, {"value": "Stay out",
             "position": 2}]}  # fmt: skip


def test_f21_ticket_fields_are_made_by_the_api(sandbox: SandboxFreshdesk, api: Api) -> None:
    made = api("POST", "admin/ticket_fields", NEXT_STEP)
    assert (made.status_code, made.json()["name"], made.json()["type"]) == (
        201,
        "cf_candor_next_step",
        "custom_dropdown",
    )
    assert [c["value"] for c in made.json()["choices"]] == ["Send the draft", "Stay out"]
    listed = {f["name"]: f for f in api("GET", "ticket_fields").json()}
    assert listed["cf_candor_next_step"]["choices"] == ["Send the draft", "Stay out"]
    assert listed["cf_candor_next_step"]["displayed_to_customers"] is False
    assert listed["group"]["choices"]["Billing"] == sandbox.state.find_group("Billing").id
    assert api("POST", "admin/ticket_fields", NEXT_STEP).status_code == 409
    assert api("POST", "admin/ticket_fields", {"label": "x", "type": "moon"}).status_code == 400
    assert api("POST", "admin/ticket_fields", {"label": "x", "type": "custom_dropdown"}).status_code == 400
    assert api("POST", "admin/ticket_fields", NEXT_STEP, key=sandbox.agent_key).status_code == 403
    path = f"admin/ticket_fields/{made.json()['id']}"
    assert (
        len(api("PUT", path, {"choices": [*NEXT_STEP["choices"], {"value": "New"}]}).json()["choices"]) == 3
    )
    assert api("PUT", path, {"type": "custom_text"}).status_code == 400
    assert len(api("GET", "admin/ticket_fields").json()) == len(listed)
    assert api("DELETE", path).status_code == 204
    assert api("GET", path).status_code == 404


def test_f21_where_they_are_not_an_admin_makes_them_by_hand(sandbox: SandboxFreshdesk, api: Api) -> None:
    sandbox.do.switch(fields_by_api=False)
    refused = api("POST", "admin/ticket_fields", NEXT_STEP)
    assert (refused.status_code, refused.content) == (404, b"")
    assert sandbox.do.add_field("Candor: next step", "custom_dropdown", ["Stay out"]) == "cf_candor_next_step"
    assert "cf_candor_next_step" in {f["name"] for f in api("GET", "ticket_fields").json()}
    assert sandbox.do.failures() == []


@pytest.mark.parametrize("kept", [True, False])
def test_f21_headers_set_by_the_api_are_kept_or_dropped_without_a_word(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, kept: bool,
) -> None:
    sandbox.do.switch(webhook_headers_by_api=kept)
    rule = on_creation(api, webhook(receiver.url))
    shown = api("GET", f"automations/1/rules/{rule}").json()["actions"][0]
    assert (shown.get("custom_headers") == SECRET) == kept
    who = {"name": "M", "email": "m@example.com", "subject": "S", "text": "T"}
    sandbox.do.customer_ticket(**who)
    receiver.wait_for(1)
    assert ("X-Candor-Secret" in receiver.seen[0][0]) == kept
    sandbox.do.set_webhook_headers("Candor: a new ticket", SECRET)  # an admin types them in
    sandbox.do.customer_ticket(**who)
    receiver.wait_for(2)
    assert receiver.seen[1][0]["X-Candor-Secret"] == SECRET["X-Candor-Secret"]


def test_f23_an_acknowledgement_is_on_by_default_listed_and_stopped_by_a_tag(
    sandbox: SandboxFreshdesk, api: Api
) -> None:
    rule = api("GET", "automations/1/rules").json()[0]
    assert (rule["name"], rule["active"]) == ("Acknowledge a new ticket", True)
    who = {"name": "M", "email": "m@example.com", "subject": "S", "text": "T"}
    acknowledged = sandbox.do.customer_ticket(**who)
    quiet = sandbox.do.customer_ticket(**who, tags=["no_acknowledgement"])
    for ticket in (acknowledged, quiet):
        api.reply(ticket)
        api("POST", f"tickets/{ticket}/notes", {"body": "n"})
    counted = {entry["ticket"]: entry for entry in sandbox.do.mails_per_customer_message()}
    assert counted[acknowledged]["kinds"] == ["acknowledgement", "comment"]
    assert (counted[quiet]["mails"], counted[quiet]["kinds"]) == (1, ["comment"])


def test_f23_mails_are_counted_for_each_message_of_the_customer(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    sandbox.do.customer_comment(mayas_ticket, "And?")
    api.reply(mayas_ticket)
    sandbox.do.agent_reply(mayas_ticket, "Hello")
    sandbox.do.customer_comment(mayas_ticket, "Thanks")
    assert [e["mails"] for e in sandbox.do.mails_per_customer_message()] == [1, 2, 0]


def test_f23_a_rule_tags_groups_and_prioritises(sandbox: SandboxFreshdesk, api: Api) -> None:
    refund = {
        "resource_type": "ticket",
        "field_name": "subject_or_description",
        "operator": "contains",
        "value": ["refund"],
    }
    mail = {"resource_type": "ticket", "field_name": "source", "operator": "in", "value": [1]}
    billing = sandbox.state.find_group("Billing").id
    actions = [{"field_name": "add_tag", "value": ["money"]}, {"field_name": "group_id", "value": billing},
               {"field_name": "priority", "value": 3}]  # fmt: skip
    body = {
        "name": "r",
        "actions": actions,
        "conditions": [{"match_type": "all", "properties": [refund, mail]}],
    }
    api("POST", "automations/1/rules", body)
    who = {"name": "M", "email": "m@example.com", "subject": "S"}
    shown = sandbox.do.ticket(sandbox.do.customer_ticket(**who, text="My Refund?"))
    assert (shown["tags"], shown["group_id"], shown["priority"]) == (["money"], billing, 3)
    assert sandbox.do.ticket(sandbox.do.customer_ticket(**who, text="Hello"))["tags"] == []
    assert sandbox.do.failures() == []


def test_f25_an_agents_choice_is_seen_by_rules_and_lists_and_never_by_the_requester(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, mayas_ticket: int,
) -> None:
    name = api("POST", "admin/ticket_fields", NEXT_STEP).json()["name"]
    chosen = {"field_name": name, "from": "--", "to": "Send the draft"}
    on_update(
        api,
        webhook(receiver.url, {"event": "{{triggered_event}}", "step": "{{ticket.cf_candor_next_step}}"}),
        AGENT,
        chosen,
    )
    on_update(api, webhook(receiver.url), REQUESTER, chosen)
    sandbox.do.advance(60)
    sandbox.do.set_field(mayas_ticket, "Candor: next step", "Stay out", agent="Tom Weber")
    settle(sandbox)
    assert receiver.seen == []
    sandbox.do.set_field(mayas_ticket, name, "Send the draft", agent="Tom Weber")
    receiver.wait_for(1)
    settle(sandbox)
    assert len(receiver.seen) == 1
    assert (
        b'"event": "{cf_candor_next_step:{from:Stay out,to:Send the draft}}", "step": "Send the draft"'
        in receiver.seen[0][1]
    )
    changed = api("GET", "tickets?updated_since=2026-03-11T10:01:00Z").json()
    assert [t["custom_fields"][name] for t in changed] == ["Send the draft"]
    assert api.put(mayas_ticket, custom_fields={name: None}).json()["custom_fields"][name] is None
    assert api.put(mayas_ticket, custom_fields={name: "Dance"}).status_code == 400
