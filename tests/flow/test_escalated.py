"""A route to another desk: a structured ticket there, one thread and one mail for the customer here, linked both ways."""
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.store import desks as desk_store
from app.store.database import DEFAULT_TENANT
from connectors.zendesk.sandbox import SandboxZendesk
from tests.flow.house import House
from workers.connect import connect

WARRANTY = "I was charged twice for order LF-20417, €89.00 each. Please refund one of the two."
OTHER = "workshop"


@pytest.fixture
def workshop(house: House) -> Iterator[SandboxZendesk]:
    """A second desk, and a route of charge disputes to its billing group."""
    with SandboxZendesk(None, seed=11, clock=house.clock, account="workshop", company="Workshop") as desk:
        given = {"subdomain": desk.account, "email": desk.email, "api_token": desk.token}
        assert connect(house.work, DEFAULT_TENANT, OTHER, "zendesk", "Workshop", given, desk.url, house.url, lambda step: None)

        def across(policy: dict[str, Any]) -> dict[str, Any]:
            policy["routes"]["billing"] |= {"desk": OTHER, "group": "Billing"}
            return policy

        house.change_policy(across)
        yield desk


def opened(desk: SandboxZendesk) -> list[Any]:
    return [t for t in desk.state.tickets.values() if "candor_escalation" in t.tags]


def test_a_route_to_another_desk_opens_a_structured_ticket_there(house: House, workshop: SandboxZendesk) -> None:
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    [escalation] = opened(workshop)
    text = workshop.do.ticket(escalation.id)["description"]
    for wanted in ("AI NOTE", "charged twice", "LF-20417", "€89.00", "TRANSCRIPT", f"#{ticket}"):
        assert wanted in text, wanted
    assert escalation.requester_id == workshop.assistant.id
    assert not any(c.public and workshop.state.users[c.author_id].role == "end-user" for c in escalation.comments)


def test_the_customer_keeps_one_thread_and_gets_one_mail(house: House, workshop: SandboxZendesk) -> None:
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    assert len(house.replies(ticket)) == 1


def test_the_original_learns_where_it_went_and_when_it_was_solved(house: House, workshop: SandboxZendesk) -> None:
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    [escalation] = opened(workshop)
    assert any(f"#{escalation.id}" in n["plain_body"] and "Workshop" in n["plain_body"] for n in house.notes(ticket))
    house.poll()
    house.clock.advance(60)
    workshop.do.solve(escalation.id)
    house.poll()
    house.settle()
    solved = [n for n in house.notes(ticket) if "was solved" in n["plain_body"]]
    assert len(solved) == 1
    house.poll()
    house.settle()
    assert len([n for n in house.notes(ticket) if "was solved" in n["plain_body"]]) == 1


def test_a_route_to_a_paused_desk_stays_in_place_and_says_so(house: House, workshop: SandboxZendesk) -> None:
    with house.db.write() as tx:
        desk_store.set_status(tx, DEFAULT_TENANT, OTHER, "paused", "paused by an admin")
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    assert opened(workshop) == []
    assert any("Passed on inside this ticket" in n["plain_body"] and "paused by an admin" in n["plain_body"] for n in house.notes(ticket))
    assert len(house.replies(ticket)) == 1


def test_an_answer_cut_off_after_the_ticket_was_opened_opens_no_second_one(house: House, workshop: SandboxZendesk) -> None:
    workshop.do.fault("X1", method="POST", path=r"/tickets$")
    house.write(WARRANTY, "Charged twice")
    house.settle(180)
    assert len(opened(workshop)) == 1
