"""Trouble around a Freshdesk: nobody there, counts and pages that are behind, long and hostile replies,
robots, forged deliveries."""
from __future__ import annotations

import pytest
import requests

from connectors.clock import SetClock, to_iso
from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.connectors.freshdesk.conftest import SECRET, START, Api, Receiver, on_creation, settle, webhook


def test_x6_nobody_there_no_such_name_and_no_tls_are_errors_and_no_answers(sandbox: SandboxFreshdesk) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(sandbox.url.replace("http:", "https:"), timeout=5)
    with pytest.raises(requests.ConnectionError):
        requests.get("http://desk.invalid/api/v2/tickets", timeout=5)
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{sandbox.url}/api/v2/tickets", timeout=5)


def test_x15_x16_a_delivery_proves_nothing_but_the_rules_own_header(
    sandbox: SandboxFreshdesk, api: Api, receiver: Receiver
) -> None:
    on_creation(api, webhook(receiver.url))
    sandbox.do.customer_ticket(name="M", email="m@example.com", subject="S", text="T")
    settle(sandbox)
    delivery = sandbox.do.invocations()[0]["id"]
    sandbox.do.redeliver(delivery)
    settle(sandbox)
    first, again = receiver.seen
    # No stamp and no signature: a replay is the very delivery, and only the shared secret tells it from a
    # forgery.
    assert first == again
    assert {name: first[0][name] for name in SECRET} == SECRET


def test_x19_a_search_count_can_lag_behind_the_tickets(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int, clock: SetClock
) -> None:
    assert api("GET", 'search/tickets?query="status:2"').json()["total"] == 1
    sandbox.do.switch(search_lag=300.0)
    sandbox.do.solve(mayas_ticket)
    assert api("GET", 'search/tickets?query="status:2"').json()["total"] == 1
    clock.advance(301)
    assert api("GET", 'search/tickets?query="status:2"').json()["total"] == 0


def test_x20_a_ticket_that_changes_between_two_pages_comes_twice(
    sandbox: SandboxFreshdesk, api: Api, clock: SetClock
) -> None:
    tickets = []
    for n in range(4):
        tickets.append(
            sandbox.do.customer_ticket(name=f"C {n}", email=f"c{n}@example.com", subject="S", text="T")
        )
        clock.advance(60)
    path = f"tickets?updated_since={to_iso(START)}&order_by=updated_at&order_type=desc&per_page=2&page="
    first = [t["id"] for t in api("GET", path + "1").json()]
    sandbox.do.customer_comment(tickets[0], "One more thing")
    second = [t["id"] for t in api("GET", path + "2").json()]
    assert (first, second) == ([tickets[3], tickets[2]], [tickets[2], tickets[1]])


def test_x21_long_and_hostile_replies_are_stored_whole_and_safe(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    said = (
        "<p>{{ticket.subject}} {% if x %} \u202e\u200b</p><script>steal()</script><p>" + "x" * 70_000 + "</p>"
    )
    assert api.reply(mayas_ticket, said).status_code == 201
    kept = sandbox.do.public_replies(mayas_ticket)[0]["body"]
    assert "{{ticket.subject}} {% if x %} \u202e\u200b" in kept and "x" * 70_000 in kept
    assert "<script" not in kept


def test_x23_two_robots_answer_each_other_for_as_long_as_nobody_stops_them(
    sandbox: SandboxFreshdesk, api: Api, mayas_ticket: int
) -> None:
    for n in range(3):
        sandbox.do.customer_comment(mayas_ticket, f"I am away until Monday. ({n})")
        api.reply(mayas_ticket)
    assert sandbox.do.once(mayas_ticket) == 3  # the desk never helps: whoever wants it to stop must stop it
