"""A route to people who cannot share the ticket: a structured one for them, one thread and one mail for the
customer, linked both ways."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from app.store import desks as desk_store
from app.store.database import DEFAULT_TENANT
from app.store.tables import promises
from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.sandbox.faults import Fault
from connectors.zendesk.sandbox import SandboxZendesk
from tests.flow.desks import FRESH, Side
from tests.flow.house import DESK, House
from tests.flow.on_freshdesk import open_freshdesk, replies, write
from workers.desks.connect import connect

WARRANTY = "I was charged twice for order LF-20417, €89.00 each. Please refund one of the two."
OTHER = "workshop"


@pytest.fixture
def workshop(house: House) -> Iterator[SandboxZendesk]:
    """A second desk, and a route of charge disputes to its billing group."""
    with SandboxZendesk(None, seed=11, clock=house.clock, account="workshop", company="Workshop") as desk:
        given = {"subdomain": desk.account, "email": desk.email, "api_token": desk.token}
        assert connect(
            house.work,
            DEFAULT_TENANT,
            OTHER,
            "zendesk",
            "Workshop",
            given,
            desk.url,
            house.url,
            lambda step: None,
        )

        def across(policy: dict[str, Any]) -> dict[str, Any]:
            policy["routes"]["billing"] |= {"desk": OTHER, "group": "Billing"}
            return policy

        house.change_policy(across)
        yield desk


def opened(desk: SandboxZendesk) -> list[Any]:
    return [t for t in desk.state.tickets.values() if "candor_escalation" in t.tags]


def test_a_route_to_another_desk_opens_a_structured_ticket_there(
    house: House, workshop: SandboxZendesk
) -> None:
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    [escalation] = opened(workshop)
    text = workshop.do.ticket(escalation.id)["description"]
    for wanted in ("AI NOTE", "charged twice", "LF-20417", "€89.00", "TRANSCRIPT", f"#{ticket}"):
        assert wanted in text, wanted
    assert escalation.requester_id == workshop.assistant.id
    assert not any(
        c.public and workshop.state.users[c.author_id].role == "end-user" for c in escalation.comments
    )


def test_the_customer_keeps_one_thread_and_gets_one_mail(house: House, workshop: SandboxZendesk) -> None:
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    assert len(house.replies(ticket)) == 1


def test_the_original_learns_where_it_went_and_when_it_was_solved(
    house: House, workshop: SandboxZendesk
) -> None:
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    [escalation] = opened(workshop)
    assert any(
        f"#{escalation.id}" in n["plain_body"] and "Workshop" in n["plain_body"] for n in house.notes(ticket)
    )
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


def test_the_wait_is_worked_out_from_the_queue_of_the_people_who_take_it(
    house: House, workshop: SandboxZendesk
) -> None:
    """Ours is empty and theirs is long: counting ours would promise what they cannot keep."""
    waiting = [
        workshop.do.customer_ticket(f"W {n}", f"w{n}@example.com", "Hello", "I want to talk to a person")
        for n in range(7)
    ]
    assert workshop.deliveries.wait_idle(10)
    house.settle()  # the hand-offs of these choose a group themselves
    for one in waiting:
        workshop.do.set_group(one, "Billing")
    house.clock.advance(120)  # a desk's count is a little behind
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    [promise] = [p for p in house.rows(promises) if (p.desk, p.ticket) == (DESK, ticket)]
    assert json.loads(promise.inputs)["waiting"] == 7


def test_a_route_to_a_paused_desk_stays_in_place_and_says_so(house: House, workshop: SandboxZendesk) -> None:
    with house.db.write() as tx:
        desk_store.set_status(tx, DEFAULT_TENANT, OTHER, "paused", "paused by an admin")
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    assert opened(workshop) == []
    assert any(
        "Passed on inside this ticket" in n["plain_body"] and "paused by an admin" in n["plain_body"]
        for n in house.notes(ticket)
    )
    assert len(house.replies(ticket)) == 1


def test_an_answer_cut_off_after_the_ticket_was_opened_opens_no_second_one(
    house: House, workshop: SandboxZendesk
) -> None:
    workshop.do.fault("X1", method="POST", path=r"/tickets$")
    house.write(WARRANTY, "Charged twice")
    house.settle(180)
    assert len(opened(workshop)) == 1


# a group of the same desk that does not see other groups' tickets
@pytest.fixture
def private(house: House) -> None:
    house.change_policy(lambda policy: policy["routes"]["billing"].update(own_ticket=True) or policy)


@pytest.fixture
def fresh(house: House) -> Iterator[SandboxFreshdesk]:
    with open_freshdesk(house) as desk:
        yield desk


@pytest.mark.usefixtures("private")
def test_a_group_that_cannot_share_the_ticket_gets_one_of_its_own(house: House) -> None:
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    [escalation] = opened(house.desk)
    billing = house.desk.state.find_group("Billing").id
    assert escalation.group_id == billing and escalation.requester_id == house.desk.assistant.id
    assert not any(c.public for c in escalation.comments)
    text = house.desk.do.ticket(escalation.id)["description"]
    for wanted in ("AI NOTE", "LF-20417", "TRANSCRIPT", f"ORIGINAL ticket #{ticket} at Larkfield"):
        assert wanted in text, wanted
    assert house.desk.do.ticket(int(ticket))["group_id"] != billing, (
        "the customer's ticket stays with those who can see it"
    )
    assert any(f"#{escalation.id} at Larkfield" in n["plain_body"] for n in house.notes(ticket))
    assert len(house.replies(ticket)) == 1 and house.owner(ticket) == "people"


@pytest.mark.usefixtures("private")
def test_the_groups_own_ticket_is_nobodys_question_and_its_solution_is_noted_once(house: House) -> None:
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    [escalation] = opened(house.desk)
    for _ in range(2):
        house.poll()
        house.settle()
    assert house.replies(str(escalation.id)) == [] and len(opened(house.desk)) == 1
    house.desk.do.solve(escalation.id)
    for _ in range(2):
        house.poll()
        house.settle()
    assert len([n for n in house.notes(ticket) if "was solved" in n["plain_body"]]) == 1
    assert len(house.replies(ticket)) == 1


@pytest.mark.usefixtures("private")
def test_an_answer_cut_off_after_the_groups_ticket_was_opened_opens_no_second_one(house: House) -> None:
    house.desk.do.fault("X1", method="POST", path=r"/tickets$")
    house.write(WARRANTY, "Charged twice")
    house.settle(180)
    assert len(opened(house.desk)) == 1


def test_a_group_the_desk_does_not_have_stays_in_place_and_says_so(house: House) -> None:
    house.change_policy(
        lambda policy: policy["routes"]["billing"].update(own_ticket=True, group="Chargebacks") or policy
    )
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    assert opened(house.desk) == []
    assert any("it has no group 'Chargebacks'" in n["plain_body"] for n in house.notes(ticket))
    assert len(house.replies(ticket)) == 1


@pytest.mark.usefixtures("private")
def test_a_group_of_a_freshdesk_gets_its_own_ticket_too(house: House, fresh: SandboxFreshdesk) -> None:
    ticket = write(house, fresh, WARRANTY, "Charged twice")
    [escalation] = opened_there(fresh)
    billing = fresh.state.find_group("Billing").id
    assert escalation.group_id == billing and escalation.requester_id == fresh.assistant.id
    assert "LF-20417" in fresh.do.ticket(escalation.id)["description_text"]
    assert fresh.do.ticket(ticket)["group_id"] != billing
    assert any(f"#{escalation.id} at Accounts" in n["body_text"] for n in fresh.do.notes(ticket))
    assert len(replies(fresh, ticket)) == 1
    house.poll()  # the first one only finds out where to go on from
    fresh.do.solve(escalation.id)
    for _ in range(2):
        house.poll()
        house.settle(200)
    assert len([n for n in fresh.do.notes(ticket) if "was solved" in n["body_text"]]) == 1
    assert opened_there(fresh) == [escalation] and replies(fresh, escalation.id) == []


@pytest.mark.parametrize("status", ["paused", "broken"])
def test_a_route_from_a_freshdesk_to_a_desk_that_cannot_take_it_stays_in_place_and_says_so(
    house: House, fresh: SandboxFreshdesk, status: str,
) -> None:
    house.change_policy(lambda policy: policy["routes"]["billing"].update(desk=DESK) or policy)
    with house.db.write() as tx:
        desk_store.set_status(tx, DEFAULT_TENANT, DESK, status, f"{status} for a test")
    ticket = write(house, fresh, WARRANTY, "Charged twice")
    assert opened(house.desk) == []
    [note] = fresh.do.notes(ticket)
    assert "Passed on inside this ticket" in note["body_text"] and f"{status} for a test" in note["body_text"]
    assert len(replies(fresh, ticket)) == 1


def test_a_desk_that_will_not_open_the_ticket_is_told_to_the_originals_agents(
    house: House, workshop: SandboxZendesk,
) -> None:
    workshop.do.faults.arm(
        Fault(
            "answer", method="POST", path=r"/tickets$", status=422, body='{"error": "RecordInvalid"}', count=9
        )
    )
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle(180)
    assert opened(workshop) == []
    assert any(
        "could not be opened" in n["plain_body"] and "This ticket is the only one" in n["plain_body"]
        for n in house.notes(ticket)
    )
    assert len(house.replies(ticket)) == 1


# a group that is not there: on either desk, people get it who are named to the customer
def route(house: House, **changes: object) -> None:
    house.change_policy(lambda policy: policy["routes"]["billing"].update(changes) or policy)


def told(side: Side, **more: object) -> tuple[str, str, str | None]:
    """(what the customer read, what its agents read, the group the ticket is in) after a hand-off to
    billing."""
    ticket = side.write(WARRANTY, "Charged twice", **more)
    side.house.settle(200)
    [reply], [note] = side.replies(ticket), side.notes(ticket)
    held = side.desk.state.tickets[int(ticket)].group_id
    return reply, note, next((g.name for g in side.desk.state.groups.values() if g.id == held), None)


ELSEWHERE = {"zendesk": FRESH, "freshdesk": DESK}


@pytest.mark.parametrize("elsewhere", [False, True], ids=["at its own desk", "at another desk"])
def test_a_group_that_is_not_there_is_not_told_and_the_default_one_gets_it(
    house: House, side: Side, elsewhere: bool
) -> None:
    with ExitStack() as desks:
        if elsewhere and side.kind == "zendesk":
            desks.enter_context(open_freshdesk(house))
        route(house, group="Chargebacks", desk=ELSEWHERE[side.kind] if elsewhere else None)
        reply, note, group = told(side)
    assert "I've passed your message to our support team." in reply and "billing" not in reply
    assert group == "Support"
    assert ("it has no group 'Chargebacks'" in note) is elsewhere
    assert not any(
        "candor_escalation" in t.tags for desk in (house.desk, side.desk) for t in desk.state.tickets.values()
    )
    [promise] = side.house.rows(promises)
    assert promise.group_name == "Support"


def test_a_ticket_that_is_in_a_group_stays_there_and_no_other_is_named(house: House, side: Side) -> None:
    route(house, group="Chargebacks")
    ticket = side.write(WARRANTY, "Charged twice")
    side.desk.do.set_group(int(ticket), "Repairs")
    side.delivered()
    house.settle(200)
    [reply] = side.replies(ticket)
    assert "I've passed your message to our repairs team." in reply
    repairs = side.desk.state.find_group("Repairs").id
    assert side.desk.state.tickets[int(ticket)].group_id == repairs


def test_the_second_group_gets_it_when_the_first_is_not_there(house: House, side: Side) -> None:
    route(house, group="Chargebacks", fallback="Repairs")
    reply, _, group = told(side)
    assert "I've passed your message to our repairs team." in reply and group == "Repairs"


def test_the_second_group_gets_it_while_nobody_of_the_first_is_there(house: House, side: Side) -> None:
    def away(policy: dict[str, Any]) -> dict[str, Any]:
        policy["routes"]["billing"]["fallback"] = "Repairs"
        next(team for team in policy["teams"] if team["group"] == "Billing")["agents"] = 0
        return policy

    house.change_policy(away)
    reply, _, group = told(side)
    assert "I've passed your message to our repairs team." in reply and group == "Repairs"
    assert "9 in 10 people hear back" in reply, "a wait for those who get it"


def test_the_customers_page_names_the_group_that_got_it(house: House) -> None:
    route(house, group="Chargebacks", fallback="Repairs")
    ticket = house.write(WARRANTY, "Charged twice")
    house.settle()
    [reply] = house.replies(ticket)
    link = re.search(rf'href="({house.url}/t/[^"]+)"', reply["html_body"])
    assert link is not None
    page = requests.get(link[1], timeout=5).text
    assert "our repairs team" in page and "billing" not in page


def opened_there(desk: SandboxFreshdesk) -> list[Any]:
    return [t for t in desk.state.tickets.values() if "candor_escalation" in t.tags]
