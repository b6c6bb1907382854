"""Statuses of the desk's own, merged and unwanted tickets, many at once, metrics, and the smaller limits."""
from __future__ import annotations

import pytest

from connectors.clock import MINUTE, SECOND, SetClock
from connectors.zendesk.sandbox import SandboxZendesk
from tests.connectors.zendesk.conftest import END_USER_ONLY, START, Api, Receiver, connect


def test_z10_a_trial_account_has_60_invocations_a_minute(
    sandbox: SandboxZendesk, api: Api, receiver: Receiver, clock: SetClock
) -> None:
    connect(api, receiver.url, END_USER_ONLY)
    sandbox.do.switch(trial=True)
    for n in range(61):
        sandbox.do.customer_ticket(f"C {n}", f"c{n}@example.com", "S", "T")
    assert sandbox.deliveries.wait_idle(20)
    assert len(receiver.seen) == 60
    clock.advance(61)
    assert sandbox.deliveries.wait_idle(5)
    receiver.wait_for(61)


def test_z10_a_trial_account_has_10_webhooks(sandbox: SandboxZendesk, api: Api) -> None:
    sandbox.do.switch(trial=True)
    hook = {
        "name": "N",
        "endpoint": "http://127.0.0.1:9/x",
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
    }
    assert [api("POST", "webhooks", {"webhook": hook}).status_code for _ in range(11)] == [201] * 10 + [400]


def test_z32_many_tickets_are_updated_by_a_job_with_a_row_for_each(
    sandbox: SandboxZendesk, api: Api, clock: SetClock
) -> None:
    one, two = (sandbox.do.customer_ticket(f"C {n}", f"c{n}@example.com", "S", "T") for n in range(2))
    sandbox.do.close(two)
    queued = api("PUT", f"tickets/update_many.json?ids={one},{two}", {"ticket": {"priority": "high"}}).json()[
        "job_status"
    ]
    assert (queued["id"][:3], queued["status"], queued["results"]) == ("V3-", "queued", None)
    done = api("GET", f"job_statuses/{queued['id']}.json").json()["job_status"]
    assert (done["status"], [r["success"] for r in done["results"]]) == ("completed", [True, False])
    assert sandbox.do.ticket(one)["priority"] == "high"
    clock.advance(24 * 3600)
    assert api("GET", f"job_statuses/{queued['id']}.json").status_code == 404


def test_z32_101_tickets_and_a_31st_job_are_refused(
    sandbox: SandboxZendesk, api: Api, mayas_ticket: int
) -> None:
    many = ",".join(str(n) for n in range(1, 102))
    refused = api("PUT", f"tickets/update_many.json?ids={many}", {"ticket": {"priority": "high"}})
    assert (refused.status_code, refused.json()["error"]) == (400, "TooManyValues")
    codes = [api("PUT", f"tickets/update_many.json?ids={mayas_ticket}", {"ticket": {}}) for _ in range(31)]
    assert [c.status_code for c in codes] == [200] * 30 + [429]
    assert codes[-1].json()["error"] == "TooManyJobs"


def test_z35_a_custom_status_sets_its_category_and_back_to_the_default(
    sandbox: SandboxZendesk, api: Api, mayas_ticket: int
) -> None:
    wanted = {"custom_status": {"status_category": "hold", "agent_label": "Waiting for parts"}}
    made = api("POST", "custom_statuses", wanted).json()["custom_status"]
    ticket = api.put_ticket(mayas_ticket, custom_status_id=made["id"]).json()["ticket"]
    assert (ticket["status"], ticket["custom_status_id"]) == ("hold", made["id"])
    opened = api.put_ticket(mayas_ticket, status="open").json()["ticket"]
    listed = {s["id"]: s for s in api("GET", "custom_statuses").json()["custom_statuses"]}
    default = listed[opened["custom_status_id"]]
    assert (default["status_category"], default["default"], listed[made["id"]]["agent_label"]) == (
        "open",
        True,
        "Waiting for parts",
    )
    assert api.put_ticket(mayas_ticket, custom_status_id=5).status_code == 422


def test_z35_a_merged_ticket_is_closed_and_names_where_it_went(
    sandbox: SandboxZendesk, api: Api, mayas_ticket: int
) -> None:
    other = sandbox.do.customer_ticket("Maya Lind", "maya@example.com", "Again", "Hello?")
    assert (
        api("POST", f"tickets/{mayas_ticket}/merge", {"ids": [other]}).json()["job_status"]["status"]
        == "completed"
    )
    gone = sandbox.do.ticket(other)
    assert (gone["status"], gone["tags"]) == ("closed", ["closed_by_merge"])
    assert (
        f"#{mayas_ticket}" in gone["comments"][-1]["body"]
        and f"#{other}" in sandbox.do.ticket(mayas_ticket)["comments"][-1]["body"]
    )
    assert sandbox.do.once(other) == 0
    third = sandbox.do.customer_ticket("Maya Lind", "maya@example.com", "Third", "Hello?")
    sandbox.do.merge(third, mayas_ticket)
    assert sandbox.do.ticket(third)["status"] == "closed"


def test_z35_a_spam_ticket_is_gone_and_its_requester_suspended(
    sandbox: SandboxZendesk, api: Api, mayas_ticket: int
) -> None:
    requester = sandbox.do.ticket(mayas_ticket)["requester_id"]
    assert api("PUT", f"tickets/{mayas_ticket}/mark_as_spam").status_code == 200
    assert api("GET", f"tickets/{mayas_ticket}").status_code == 404
    assert api("GET", f"users/{requester}").json()["user"]["suspended"] is True


def test_z36_suspended_mail_is_listed_with_its_cause_for_14_days_and_is_no_ticket(
    sandbox: SandboxZendesk, api: Api, clock: SetClock
) -> None:
    number = sandbox.do.suspend_mail("Robot", "robot@example.com", "Buy", "Now", "Automated response mail")
    listed = api("GET", "suspended_tickets").json()["suspended_tickets"]
    assert [(s["id"], s["cause"], s["ticket_id"]) for s in listed] == [
        (number, "Automated response mail", None)
    ]
    assert api("GET", "tickets").json()["tickets"] == []
    clock.advance(15 * 24 * 3600)
    assert api("GET", "suspended_tickets").json()["suspended_tickets"] == []


def test_z37_audits_have_a_limit_of_their_own(sandbox: SandboxZendesk, api: Api, mayas_ticket: int) -> None:
    assert sandbox.do.switch()["audits_per_minute"] == 500
    sandbox.do.switch(audits_per_minute=2)
    assert [api("GET", f"tickets/{mayas_ticket}/audits").status_code for _ in range(3)] == [200, 200, 429]


def test_z43_a_view_is_counted_five_times_a_minute(
    sandbox: SandboxZendesk, api: Api, clock: SetClock
) -> None:
    conditions = {"all": [{"field": "status", "operator": "is", "value": "new"}]}
    view = api("POST", "views", {"view": {"title": "V", "conditions": conditions}}).json()["view"]["id"]
    assert [api("GET", f"views/{view}/count").status_code for _ in range(6)] == [200] * 5 + [429]
    clock.advance(61)
    assert api("GET", f"views/{view}/count?include=None").status_code == 200


@pytest.mark.parametrize(("counts", "minutes"), [(True, 5), (False, 9)])
def test_z45_z54_the_assistants_comment_stops_the_first_reply_clock_or_not(
    sandbox: SandboxZendesk, api: Api, mayas_ticket: int, clock: SetClock, counts: bool, minutes: int
) -> None:
    sandbox.do.switch(assistant_reply_counts=counts)
    clock.advance(300)
    api.put_ticket(mayas_ticket, comment={"body": "From the assistant", "public": True})
    clock.advance(240)
    sandbox.do.agent_reply(mayas_ticket, "From Ana", status="solved")
    found = api("GET", f"tickets/{mayas_ticket}/metrics").json()["ticket_metric"]
    assert found["reply_time_in_minutes"]["calendar"] == minutes
    assert found["full_resolution_time_in_minutes"]["calendar"] == 9
    assert api("GET", "ticket_metrics").json()["ticket_metrics"] == [found]


def test_z46_metric_events_of_a_deleted_ticket_say_so(
    sandbox: SandboxZendesk, api: Api, mayas_ticket: int, clock: SetClock
) -> None:
    kept = sandbox.do.customer_ticket("C", "c@example.com", "S", "T")
    clock.advance(MINUTE // SECOND)
    sandbox.do.delete(mayas_ticket)
    rows = api("GET", f"incremental/ticket_metric_events?start_time={START // SECOND}").json()[
        "ticket_metric_events"
    ]
    assert {(r["ticket_id"], r["deleted"]) for r in rows} == {(mayas_ticket, True), (kept, False)}
    assert {(r["metric"], r["type"]) for r in rows} == {
        ("reply_time", "activate"),
        ("requester_wait_time", "activate"),
    }
    assert sandbox.do.failures() == []
