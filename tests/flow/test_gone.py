"""What somebody at the desk has deleted or renamed under us: a group, a field, the requester, a status. On
both vendors."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.freshdesk.sandbox import SandboxFreshdesk
from connectors.sandbox.faults import Fault
from tests.flow.faulty import PERSON, RETURN
from tests.flow.house import House
from tests.flow.on_freshdesk import open_freshdesk, replies, write


@pytest.fixture
def fresh(house: House) -> Iterator[SandboxFreshdesk]:
    with open_freshdesk(house) as desk:
        yield desk


def test_a_ticket_whose_group_was_deleted_is_answered(house: House) -> None:
    ticket = house.write(RETURN)
    group = house.desk.state.add_group("Old team")
    house.desk.state.tickets[int(ticket)].group_id = group.id
    del house.desk.state.groups[group.id]
    house.settle(120)
    assert len(house.replies(ticket)) == 1


def test_a_hand_off_to_a_group_that_was_deleted_reaches_people_and_the_customer(house: House) -> None:
    del house.desk.state.groups[house.desk.state.find_group("Support").id]
    ticket = house.write(PERSON)
    house.settle(180)
    assert len(house.replies(ticket)) == 1 and len(house.notes(ticket)) == 1
    assert house.owner(ticket) == "people"


def test_fields_that_were_deleted_hold_up_no_answer_and_no_hand_off(house: House) -> None:
    for field in [f for f in house.desk.state.fields.values() if f.title.startswith("Candor:")]:
        del house.desk.state.fields[field.id]
    answered, handed = house.write(RETURN, email="a@example.com"), house.write(PERSON, email="b@example.com")
    house.settle(180)
    assert len(house.replies(answered)) == len(house.replies(handed)) == 1


def test_a_ticket_whose_requester_the_desk_does_not_know_any_more_stops_nobody_else(house: House) -> None:
    gone = house.write(RETURN, email="a@example.com")
    # Deleted people are left out of what comes along with a ticket; the ticket keeps their number.
    house.desk.do.faults.arm(
        Fault("answer", method="GET", path="/users/show_many", status=200, body='{"users": []}', count=9)
    )
    house.desk.state.users[house.desk.state.tickets[int(gone)].requester_id].name = ""
    other = house.write(RETURN, email="b@example.com")
    house.settle(180)
    assert len(house.replies(other)) == 1


def test_a_freshdesk_ticket_whose_group_was_deleted_is_answered(
    house: House, fresh: SandboxFreshdesk
) -> None:
    group = fresh.state.add_group("Old team")
    ticket = int(fresh.do.customer_ticket(name="A", email="a@example.com", subject="Shoes", text=RETURN))
    fresh.state.tickets[ticket].group_id = group.id
    del fresh.state.groups[group.id]
    assert fresh.deliveries.wait_idle(10)
    house.settle(200)
    assert len(replies(fresh, ticket)) == 1


def test_a_freshdesk_hand_off_to_a_group_that_was_deleted_reaches_people_and_the_customer(
    house: House, fresh: SandboxFreshdesk
) -> None:
    del fresh.state.groups[fresh.state.find_group("Support").id]
    ticket = write(house, fresh, PERSON)
    assert len(replies(fresh, ticket)) == 1 and len(fresh.do.notes(ticket)) == 1


def test_freshdesk_fields_that_were_deleted_hold_up_nothing(house: House, fresh: SandboxFreshdesk) -> None:
    for name in [n for n, f in fresh.state.fields.items() if f.label.startswith("Candor:")]:
        del fresh.state.fields[name]
    assert len(replies(fresh, write(house, fresh, RETURN, email="a@example.com"))) == 1
    assert len(replies(fresh, write(house, fresh, PERSON, email="b@example.com"))) == 1


def test_a_freshdesk_ticket_whose_requester_was_deleted_goes_to_people_untold(
    house: House, fresh: SandboxFreshdesk
) -> None:
    ticket = int(fresh.do.customer_ticket(name="A", email="a@example.com", subject="Shoes", text=RETURN))
    del fresh.state.people[fresh.state.tickets[ticket].requester_id]
    assert fresh.deliveries.wait_idle(10)
    house.settle(200)
    assert replies(fresh, ticket) == []
    assert any("NOT been told" in n["body_text"] for n in fresh.do.notes(ticket))


@pytest.mark.parametrize("words", [("Offen", "In Bearbeitung"), ("Waiting for the moon", "We are on it")],
ids=["translated", "renamed"])
def test_a_freshdesk_whose_statuses_are_called_otherwise_is_served_all_the_same(
    house: House, fresh: SandboxFreshdesk, words: tuple[str, str],
) -> None:
    fresh.state.statuses.update(dict.fromkeys((2, 3), words))
    ticket = write(house, fresh, RETURN)
    assert len(replies(fresh, ticket)) == 1
    assert fresh.do.ticket(ticket)["status"] == 3
