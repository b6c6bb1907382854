"""The real zenpy, over HTTP, through a host-swapping adapter: every call the connector makes."""
from __future__ import annotations

import pytest
from zenpy import Zenpy
from zenpy.lib.api_objects import Comment, CustomField, Ticket, TicketField, Trigger, Webhook
from zenpy.lib.exception import APIException, RecordNotFoundException

from connectors.clock import SECOND, SetClock
from connectors.zendesk.sandbox import SandboxZendesk


def test_zenpy_reads_a_ticket_with_people_comments_and_audits(zenpy_client: Zenpy, mayas_ticket: int) -> None:
    ticket = zenpy_client.tickets(id=mayas_ticket, include=["users"])
    assert (ticket.subject, ticket.status, ticket.requester.name) == (
        "Where is my refund",
        "new",
        "Maya Lind",
    )
    comments = list(zenpy_client.tickets.comments(ticket=mayas_ticket))
    assert [c.plain_body for c in comments] == ["I sent the shoes back."]
    audits = list(zenpy_client.tickets.audits(ticket=mayas_ticket))
    assert audits[0].events[0]["type"] == "Create"


def test_zenpy_writes_reply_fields_tags_and_marker_in_one_put(
    zenpy_client: Zenpy, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    field = zenpy_client.ticket_fields.create(TicketField(title="Candor: intent", type="text"))
    read = zenpy_client.tickets(id=mayas_ticket)
    wanted = Ticket(
        id=mayas_ticket,
        safe_update=True,
        updated_stamp=read.to_dict()["updated_at"],
        metadata={"candor": "key-1"},
        tags=[*read.tags, "candor"],
        status="pending",
        custom_fields=[CustomField(id=field.id, value="refund_delay")],
        comment=Comment(html_body="<p>Refunds take 5 to 7 working days.</p>", public=True),
    )
    done = zenpy_client.tickets.update(wanted)
    assert done.ticket.status == "pending"
    assert done.to_dict()["audit"]["metadata"]["custom"] == {"candor": "key-1"}
    shown = sandbox.do.ticket(mayas_ticket)
    assert shown["tags"] == ["candor"]
    assert {"id": field.id, "value": "refund_delay"} in shown["custom_fields"]
    assert sandbox.do.once(mayas_ticket) == 1


def test_zenpy_meets_409_when_a_person_was_faster(
    zenpy_client: Zenpy, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock
) -> None:
    stamp = zenpy_client.tickets(id=mayas_ticket).to_dict()["updated_at"]
    clock.advance(2)
    sandbox.do.agent_reply(mayas_ticket, "I am looking into it.")
    late = Ticket(
        id=mayas_ticket, safe_update=True, updated_stamp=stamp, comment=Comment(body="Late", public=True)
    )
    with pytest.raises(APIException) as caught:
        zenpy_client.tickets.update(late)
    assert caught.value.response.status_code == 409
    assert sandbox.do.once(mayas_ticket) == 1


def test_zenpy_reads_people_queue_export_and_help_centre(
    zenpy_client: Zenpy, sandbox: SandboxZendesk, mayas_ticket: int, clock: SetClock,
) -> None:
    assert zenpy_client.users.me().name == "Larkfield AI assistant"
    requester = zenpy_client.users(id=zenpy_client.tickets(id=mayas_ticket).requester_id)
    identity = next(iter(zenpy_client.users.identities(id=requester.id)))
    assert (identity.value, identity.verification_method, identity.deliverable_state) == (
        "maya@example.com",
        "none",
        "deliverable",
    )
    assert [g.name for g in zenpy_client.groups()] == ["Support", "Billing", "Repairs"]
    assert len(list(zenpy_client.group_memberships())) == 3
    assert zenpy_client.search.count(query="type:ticket status<solved") == 1
    clock.advance(90)
    exported = list(zenpy_client.tickets.incremental(start_time=clock() // SECOND - 3600))
    assert [t.id for t in exported] == [mayas_ticket]
    titles = {a.title for a in zenpy_client.help_center.articles()}
    assert titles == {"Returning an item", "When refunds arrive", "Goodwill limits"}
    assert len(list(zenpy_client.help_center.articles.incremental(start_time=0))) == 3
    assert {s.name for s in zenpy_client.help_center.sections()} == {"Orders", "Playbook"}
    assert [c.name for c in zenpy_client.help_center.categories()] == ["Help"]
    assert sandbox.do.failures() == []


def test_zenpy_installs_webhook_trigger_and_field(zenpy_client: Zenpy, sandbox: SandboxZendesk) -> None:
    wanted = Webhook(
        name="Candor",
        endpoint="http://127.0.0.1:9/hooks/1",
        http_method="POST",
        request_format="json",
        status="active",
        subscriptions=["conditional_ticket_events"],
    )
    webhook = zenpy_client.webhooks.create(wanted)
    secret = zenpy_client.webhooks.show_secret(webhook)
    assert secret.algorithm == "SHA256"
    conditions = {"all": [{"field": "role", "operator": "is", "value": "end_user"}], "any": []}
    actions = [{"field": "notification_webhook", "value": [webhook.id, '{"ticket_id":"{{ticket.id}}"}']}]
    trigger = zenpy_client.triggers.create(Trigger(title="Candor", conditions=conditions, actions=actions))
    trigger.title = "Candor: customer wrote"
    zenpy_client.triggers.update(trigger)
    assert "Candor: customer wrote" in [t.title for t in zenpy_client.triggers()]
    options = [{"name": "Send the draft", "value": "send_draft"}, {"name": "Stay out", "value": "stay_out"}]
    zenpy_client.ticket_fields.create(
        TicketField(title="Candor: next step", type="tagger", custom_field_options=options)
    )
    assert "Candor: next step" in [f.title for f in zenpy_client.ticket_fields()]
    assert [w.name for w in zenpy_client.webhooks.list()] == ["Candor"]
    assert sandbox.do.failures() == []


def test_zenpy_gets_404_for_a_missing_ticket(zenpy_client: Zenpy, sandbox: SandboxZendesk) -> None:
    with pytest.raises(RecordNotFoundException):
        zenpy_client.tickets(id=999)
    assert sandbox.do.failures() == []  # the route exists, the ticket does not


def test_zenpy_changes_tags_through_their_own_endpoint(
    zenpy_client: Zenpy, sandbox: SandboxZendesk, mayas_ticket: int
) -> None:
    zenpy_client.tickets.add_tags(mayas_ticket, ["vip", "refund"])
    zenpy_client.tickets.delete_tags(mayas_ticket, ["vip"])
    assert sandbox.do.ticket(mayas_ticket)["tags"] == ["refund"]
