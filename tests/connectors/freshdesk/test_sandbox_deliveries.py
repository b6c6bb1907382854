"""Deliveries as Freshdesk makes them: rules, headers, bodies, the shared budget, what is tried again and what
is lost."""
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.clock import DAY, HOUR, MINUTE, SetClock
from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.connectors.freshdesk.conftest import (
    AGENT,
    EITHER,
    REQUESTER,
    SECRET,
    START,
    SYSTEM,
    Api,
    Receiver,
    on_creation,
    on_update,
    settle,
    webhook,
)

SAMPLES = Path(__file__).resolve().parents[3] / "connectors" / "freshdesk" / "samples" / "zulip-freshdesk"
ZULIP = {
    "triggered_event": "{{triggered_event}}", "ticket_id": "{{ticket.id}}", "ticket_url": "{{ticket.url}}",
    "ticket_type": "{{ticket.ticket_type}}", "ticket_subject": "{{ticket.subject}}",
    "ticket_description": "{{ticket.description}}",
    "ticket_status": "{{ticket.status}}", "ticket_priority": "{{ticket.priority}}",
    "requester_name": "{{ticket.requester.name}}",
    "requester_email": "{{ticket.requester.email}}",
}  # fmt: skip


@pytest.fixture
def zulips_desk(clock: SetClock) -> Iterator[SandboxFreshdesk]:
    """The account of the recorded bodies, before its ticket 11."""
    with SandboxFreshdesk(seed=7, clock=clock, account="test1234zzz", first_ticket=11) as desk:
        yield desk


def bodies(receiver: Receiver) -> list[Any]:
    return [json.loads(body) for _, body in receiver.seen]


def write(sandbox: SandboxFreshdesk) -> int:
    return sandbox.do.customer_ticket(
        name="Maya Lind", email="maya@example.com", subject="Refund", text="Where is it?"
    )


def test_f1_a_delivery_carries_the_headers_of_its_rule_and_no_other(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver
) -> None:
    on_creation(api, webhook(receiver.url, auth_header={"username": "candor", "password": "pw"}))
    ticket = write(sandbox)
    receiver.wait_for(1)
    headers, body = receiver.seen[0]
    assert set(headers) == {"Host", "Content-Length", "Content-Type", "Authorization", "X-Candor-Secret"}
    assert headers["X-Candor-Secret"] == SECRET["X-Candor-Secret"]
    assert headers["Authorization"] == "Basic Y2FuZG9yOnB3"
    assert json.loads(body) == {"freshdesk_webhook": {"ticket_id": str(ticket)}}


def test_f2_a_recorded_status_change_is_reproduced_value_for_value(
    zulips_desk: SandboxFreshdesk, receiver: Receiver
) -> None:
    on_update(
        Api(zulips_desk), webhook(receiver.url, ZULIP), AGENT, {"field_name": "status", "from": 4, "to": "--"}
    )
    ticket = zulips_desk.do.customer_ticket(
        name="Requester Bob",
        email="requester-bob@example.com",
        subject="Test ticket subject ☃",
        type="Incident",
        html="<div>Test ticket description ☃.</div>",
    )
    zulips_desk.do.agent_update(ticket, status=4)
    settle(zulips_desk)
    assert receiver.seen == []  # not from resolved
    zulips_desk.do.agent_update(ticket, status=6)
    receiver.wait_for(1)
    assert bodies(receiver) == [json.loads((SAMPLES / "status_changed.json").read_text("utf-8"))]


def test_f2_a_recorded_creation_is_reproduced_value_for_value(
    zulips_desk: SandboxFreshdesk, receiver: Receiver
) -> None:
    write(zulips_desk)  # number 11
    on_creation(Api(zulips_desk), webhook(receiver.url, ZULIP))
    recorded = json.loads((SAMPLES / "inline_images.json").read_text("utf-8"))
    zulips_desk.do.customer_ticket(
        name="Requester ☃ Bob",
        email="requester-bob@example.com",
        subject="Not enough ☃ guinea pigs",
        type="Problem",
        priority=4,
        html=recorded["freshdesk_webhook"]["ticket_description"],
    )
    receiver.wait_for(1)
    assert bodies(receiver) == [recorded]
    assert "☃".encode() in receiver.seen[0][1]


def test_f2_without_the_wrapper_and_with_an_admins_own_body(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver
) -> None:
    sandbox.do.switch(wrap_simple_content=False)
    on_creation(api, webhook(receiver.url))
    own = '{"id":"{{ticket.id}}","who":"{{ticket.nobody}}","what":"{{triggered_event}}"}'
    on_update(api, webhook(receiver.url, own, content_layout="2"))
    ticket = write(sandbox)
    receiver.wait_for(1)
    sandbox.do.customer_comment(ticket, "Hello?")
    receiver.wait_for(2)
    assert bodies(receiver) == [
        {"ticket_id": str(ticket)},
        {"id": str(ticket), "who": "", "what": "{reply_sent:true}"},
    ]


def test_f3_deliveries_and_calls_share_one_budget(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, clock: SetClock
) -> None:
    on_creation(api, webhook(receiver.url))
    clock.advance(61)
    sandbox.do.switch(plan_per_minute=2)
    write(sandbox)
    receiver.wait_for(1)
    assert api("GET", "agents/me").headers["X-RateLimit-Remaining"] == "0"
    assert api("GET", "agents/me").status_code == 429
    write(sandbox)  # nothing is left: it waits for the next full hour
    settle(sandbox)
    late = sandbox.do.invocations()[-1]
    assert (late["status"], late["due_us"], late["attempts"]) == ("postponed", START + HOUR, [])
    clock.advance(HOUR / 1_000_000)
    receiver.wait_for(2)


def test_f3_what_cannot_be_sent_for_a_day_is_dropped_and_the_admin_told(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, clock: SetClock,
) -> None:
    on_creation(api, webhook(receiver.url))
    sandbox.do.switch(deliveries_per_hour=0)
    ticket = write(sandbox)
    for hour in range(24):
        settle(sandbox)
        assert sandbox.do.invocations()[0]["status"] == "postponed", hour
        clock.advance(3600)
    settle(sandbox)
    assert sandbox.do.invocations()[0]["status"] == "dropped"
    assert [m["subject"] for m in sandbox.do.mails() if m["kind"] == "admin"] == [
        f"A webhook of ticket {ticket} was dropped after 24 hours",
    ]
    assert receiver.seen == []


@pytest.mark.parametrize(("variant", "pauses"), [("A", [5, 30, 60]), ("B", [30] * 48)])
def test_f4_what_fails_is_tried_again_by_one_of_two_schedules(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, clock: SetClock, variant: str, pauses: list[int],
) -> None:
    sandbox.do.switch(retry_variant=variant)
    on_creation(api, webhook(receiver.url))
    receiver.answers = [(500, {})] * 100
    write(sandbox)
    for count, pause in enumerate(pauses, start=1):
        receiver.wait_for(count)
        settle(sandbox)
        assert sandbox.do.invocations()[0]["due_us"] == clock() + pause * MINUTE
        clock.advance(pause * 60)
    receiver.wait_for(len(pauses) + 1)
    settle(sandbox)
    last = sandbox.do.invocations()[0]
    assert (last["status"], last["due_us"], len(last["attempts"])) == ("failed", None, len(pauses) + 1)
    assert sandbox.do.mails()[-1]["kind"] == "admin"
    assert clock() - START <= DAY


def test_f4_a_late_success_ends_it(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, clock: SetClock
) -> None:
    on_creation(api, webhook(receiver.url))
    receiver.answers = [(503, {})]
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    clock.advance(300)
    receiver.wait_for(2)
    settle(sandbox)
    assert [a["status_code"] for a in sandbox.do.invocations()[0]["attempts"]] == [503, 200]
    assert sandbox.do.invocations()[0]["status"] == "success"


@pytest.mark.parametrize(("performer", "loops"), [(AGENT, True), (EITHER, True), (REQUESTER, False), (SYSTEM,
False)])
def test_f5_our_own_reply_comes_back_unless_the_performer_is_the_requester(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, mayas_ticket: int, performer: int, loops: bool,
) -> None:
    on_update(api, webhook(receiver.url), performer)
    api.reply(mayas_ticket)
    settle(sandbox)
    assert len(receiver.seen) == loops
    sandbox.do.customer_comment(mayas_ticket, "Thanks")
    settle(sandbox)
    assert len(receiver.seen) == loops + (performer in (REQUESTER, EITHER))


def test_f5_what_the_desk_does_by_itself_has_the_performer_system(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, mayas_ticket: int,
) -> None:
    on_update(api, webhook(receiver.url), SYSTEM, {"field_name": "status"})
    sandbox.do.agent_update(mayas_ticket, status="pending")
    settle(sandbox)
    assert receiver.seen == []
    sandbox.do.close(mayas_ticket)
    receiver.wait_for(1)


def test_f6_rules_are_made_listed_changed_and_deleted(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver
) -> None:
    created = on_creation(api, webhook(receiver.url))
    updated = on_update(api, webhook(receiver.url))
    assert [r["id"] for r in api("GET", "automations/1/rules").json()][1:] == [created]
    shown = api("GET", f"automations/4/rules/{updated}").json()
    assert (shown["performer"], shown["events"]) == ({"type": REQUESTER}, [{"field_name": "reply_sent"}])
    assert "performer" not in api("GET", f"automations/1/rules/{created}").json()
    assert api("PUT", f"automations/1/rules/{created}", {"active": False}).json()["active"] is False
    write(sandbox)
    settle(sandbox)
    assert receiver.seen == []
    assert api("DELETE", f"automations/4/rules/{updated}").status_code == 204
    assert api("GET", f"automations/4/rules/{updated}").status_code == 404
    assert api("GET", f"automations/4/rules/{created}").status_code == 404  # of the other type
    assert api("GET", "automations/7/rules").status_code == 400
    again = {
        "name": "Candor: a new ticket",
        "actions": [webhook(receiver.url)],
        "conditions": [{"properties": []}],
    }
    assert api("POST", "automations/1/rules", again).status_code == 409
    assert api("POST", "automations/1/rules", {"name": "x", "conditions": [{}]}).status_code == 400
    performed = {**again, "name": "x", "performer": {"type": 2}}
    assert api("POST", "automations/1/rules", performed).json()["errors"][0]["field"] == "performer"


def test_an_unknown_condition_event_or_action_is_a_failure_of_the_sandbox(
    sandbox: SandboxFreshdesk, api: Api
) -> None:
    moon = {"field_name": "moon_phase", "operator": "in", "value": ["full"]}
    api(
        "POST",
        "automations/1/rules",
        {"name": "a", "actions": [{"field_name": "dance"}], "conditions": [{"properties": [moon]}]},
    )
    status = {"field_name": "status", "operator": "in", "value": [2]}
    api(
        "POST",
        "automations/1/rules",
        {"name": "b", "actions": [{"field_name": "dance"}], "conditions": [{"properties": [status]}]},
    )
    write(sandbox)
    assert [f["detail"] for f in sandbox.do.failures()] == ["moon_phase", "dance"]


def test_x12_a_delivery_can_come_twice_at_once_and_again_later(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver,
) -> None:
    on_creation(api, webhook(receiver.url))
    sandbox.do.duplicate_deliveries()
    write(sandbox)
    receiver.wait_for(2)
    settle(sandbox)
    sandbox.do.redeliver(sandbox.do.invocations()[0]["id"])
    receiver.wait_for(3)
    assert len({body for _, body in receiver.seen}) == 1  # nothing tells them apart


def test_x17_a_delivery_can_get_lost(sandbox: SandboxFreshdesk, api: Api, receiver: Receiver) -> None:
    on_creation(api, webhook(receiver.url))
    sandbox.do.drop_deliveries()
    lost = write(sandbox)
    kept = write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    assert bodies(receiver) == [{"freshdesk_webhook": {"ticket_id": str(kept)}}]
    listed = api("GET", "tickets?updated_since=2026-03-11T10:00:00Z").json()
    assert {t["id"] for t in listed} == {lost, kept}  # the poll finds it


def test_x13_held_deliveries_come_newest_first(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver
) -> None:
    on_creation(api, webhook(receiver.url))
    sandbox.do.hold_deliveries(2)
    first, second = write(sandbox), write(sandbox)
    settle(sandbox)
    assert receiver.seen == []
    assert sandbox.do.release_deliveries() == 2
    assert [body["freshdesk_webhook"]["ticket_id"] for body in bodies(receiver)] == [str(second), str(first)]


def test_x14_a_delivery_can_come_a_day_late(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver, clock: SetClock
) -> None:
    on_creation(api, webhook(receiver.url))
    write(sandbox)
    receiver.wait_for(1)
    settle(sandbox)
    clock.advance(23 * 3600)
    sandbox.do.redeliver(sandbox.do.invocations()[0]["id"])
    receiver.wait_for(2)


def test_a_delivery_leaves_the_machine_never(sandbox: SandboxFreshdesk, api: Api) -> None:
    on_creation(api, webhook("http://192.0.2.1/hooks/x"))
    write(sandbox)
    settle(sandbox)
    assert [f["what"] for f in sandbox.do.failures()] == ["delivery refused"]
