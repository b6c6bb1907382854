"""The same flow at a desk that signs nothing, fences nothing and keeps nothing unseen: Freshdesk."""
from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from connectors.freshdesk.sandbox import SandboxFreshdesk
from tests.flow.house import House
from tests.flow.on_freshdesk import FRESH, open_freshdesk, replies, write

RETURN = (
    "Hi, I bought trail shoes two weeks ago and never wore them outside. How long do I have to return "
    "them, and how?"
)
PERSON = "This is going in circles. Can I please talk to a real person?"
CHARGED = "I was charged twice for order LF-20417, £89.00 each. Please refund one of the two."


@pytest.fixture
def fresh(house: House) -> Iterator[SandboxFreshdesk]:
    with open_freshdesk(house) as desk:
        yield desk


def test_a_question_is_answered_with_a_reference_the_customer_can_read(
    house: House, fresh: SandboxFreshdesk
) -> None:
    ticket = write(house, fresh, RETURN, "Return my shoes")
    [reply] = replies(fresh, ticket)
    assert "within 30 days of delivery" in reply["body_text"]
    assert re.search(r"Ref [2-9A-Z]{4}-[2-9A-Z]{2}\s*$", reply["body_text"])


def test_a_hand_off_writes_note_fields_and_group_before_the_message(
    house: House, fresh: SandboxFreshdesk
) -> None:
    ticket = write(house, fresh, PERSON, "my repair")
    [reply], [note] = replies(fresh, ticket), fresh.do.notes(ticket)
    assert "You asked for a person" in reply["body_text"] and "AI NOTE" in note["body_text"]
    assert note["id"] < reply["id"]


def test_a_reply_that_was_cut_after_the_commit_is_found_by_its_reference_and_not_repeated(
    house: House, fresh: SandboxFreshdesk
) -> None:
    fresh.do.fault("X1", method="POST", path=r"/reply$")
    ticket = write(house, fresh, RETURN)
    house.settle(400)
    assert len(replies(fresh, ticket)) == 1
    assert [r.state for r in house.rows() if r.desk == FRESH and r.purpose == "answer"] == ["sent"]


def test_an_agent_who_answers_before_us_is_not_talked_over(house: House, fresh: SandboxFreshdesk) -> None:
    ticket = int(
        fresh.do.customer_ticket(name="Maya Okonkwo", email="maya@example.com", subject="Shoes", text=RETURN)
    )
    assert fresh.deliveries.wait_idle(10)
    fresh.do.agent_reply(ticket, "Hello, I have this one.")
    house.settle(200)
    assert replies(fresh, ticket) == []


def test_a_route_to_the_other_desk_opens_its_ticket_there_and_back(
    house: House, fresh: SandboxFreshdesk
) -> None:
    house.change_policy(lambda p: p["routes"]["billing"].update(desk=FRESH) or p)
    original = house.write(CHARGED, "Charged twice")
    house.settle(200)
    [escalation] = [t for t in fresh.state.tickets.values() if "candor_escalation" in t.tags]
    assert "LF-20417" in fresh.do.ticket(escalation.id)["description_text"]
    assert any(f"#{escalation.id}" in n["plain_body"] for n in house.notes(original))
    assert len(house.replies(original)) == 1

    house.change_policy(lambda p: p["routes"]["billing"].update(desk="larkfield") or p)
    ticket = write(house, fresh, CHARGED, "Charged twice")
    assert [t for t in house.desk.state.tickets.values() if "candor_escalation" in t.tags]
    assert len(replies(fresh, ticket)) == 1


def test_two_desks_with_equal_ticket_ids_are_never_mixed(house: House, fresh: SandboxFreshdesk) -> None:
    here = house.write(PERSON, email="somebody.else@example.com")
    house.settle()
    fresh.state.ids._ticket = int(here) - 1  # both desks count from their own first number; here they meet
    there = write(house, fresh, RETURN)
    assert str(there) == here
    assert house.owner(here) == "people"
    assert "within 30 days" in replies(fresh, there)[0]["body_text"]
