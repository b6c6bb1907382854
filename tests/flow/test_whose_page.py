"""The page of a ticket belongs to whom it was written for: on both vendors' desks, and on both databases."""
from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests

from app.store.links import press_token, read_token
from app.store.tables import inbox
from app.store.tables import requesters as requesters_table
from connectors.sandbox.faults import Fault
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.house import House

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
CARD = "My card ends with 9911, when do refunds arrive on a bank account?"
MAYA, BOB, EVE = "maya@example.com", "bob@other.example", "eve@third.example"


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, house_on_both: House) -> Iterator[Side]:
    if request.param == "zendesk":
        yield zendesk_side(house_on_both)
        return
    with freshdesk_side(house_on_both) as fresh:
        yield fresh


@pytest.fixture
def answered(side: Side) -> str:
    """Maya's ticket; the desk knows Bob and Eve too."""
    side.known("Bob Stone", BOB)
    side.known("Eve Hall", EVE)
    side.house.poll()
    ticket = side.write(RETURN, "Shoes", email=MAYA)
    side.house.settle(200)
    return ticket


def link(side: Side, ticket: str) -> str:
    """The page in the newest mail of ours."""
    newest = [
        r for r in side.desk.do.public_replies(int(ticket)) if r[side.author] == side.desk.assistant.id
    ][-1]
    return str(
        re.findall(r'href="([^"]*/t/[^"]+)"', newest["html_body" if side.kind == "zendesk" else "body"])[0]
    )


def page(address: str) -> tuple[int, str]:
    found = requests.get(address, timeout=5)
    return found.status_code, found.text


def press(side: Side, address: str) -> int:
    """As from a page that was opened before."""
    proof = press_token(
        side.house.keys, read_token(side.house.keys, address.rsplit("/", 1)[1], side.house.clock())
    )
    return requests.post(
        f"{address}/person",
        data={"press": proof},
        headers={"Origin": side.house.url},
        timeout=5,
        allow_redirects=False,
    ).status_code


def polled(side: Side) -> None:
    side.house.poll()
    side.house.settle(200)


def hand_over(side: Side, ticket: str, name: str, email: str) -> None:
    """An agent changes the requester; nothing is said."""
    side.house.clock.advance(5)
    side.desk.do.agent_update(int(ticket), requester_id=side.known(name, email))
    side.delivered()
    polled(side)


def test_a_former_requester_reads_and_presses_nothing(side: Side, answered: str) -> None:
    mayas = link(side, answered)
    assert page(mayas)[0] == 200
    hand_over(side, answered, "Bob Stone", BOB)
    assert page(mayas)[0] == 404, "before anybody has written again"
    side.reply(answered, CARD)
    side.house.settle(200)
    bobs = link(side, answered)
    status, text = page(mayas)
    assert status == 404 and "9911" not in text and "Shoes" not in text
    assert press(side, mayas) == 404
    assert not [r for r in side.house.rows(inbox) if r.kind == "act"]
    status, text = page(bobs)
    assert status == 200 and "9911" in text and "unworn shoes" not in text, "what was said to Maya is hers"
    assert "I'm Larkfield's AI assistant" in side.replies(answered)[-1], "nobody has told Bob yet"


def test_a_press_that_is_carried_out_after_the_ticket_changed_hands_calls_nobody(
    side: Side, answered: str
) -> None:
    side.house.clock.advance(5)
    side.desk.do.agent_update(int(answered), requester_id=side.known("Bob Stone", BOB))
    assert press(side, link(side, answered)) == 303, "nobody here has seen it yet"
    side.house.settle(200)
    assert side.verdicts(answered) == ["answer", "stay_quiet"]
    assert len(side.replies(answered)) == 1 and side.notes(answered) == []
    assert {r.asked_person_at for r in side.house.rows(requesters_table)} == {None}


def test_what_was_written_to_the_former_requester_is_not_sent_to_the_new_one(side: Side) -> None:
    side.known("Bob Stone", BOB)
    ticket = side.write(RETURN, "Shoes", email=MAYA)
    side.house.clock.advance(3)
    while side.house.process_only():
        pass
    side.desk.do.agent_update(int(ticket), requester_id=side.known("Bob Stone", BOB))
    side.house.settle(300)
    assert all("Maya" not in reply for reply in side.replies(ticket))
    assert len(side.replies(ticket)) == 1 and page(link(side, ticket))[0] == 200


def test_the_page_follows_a_ticket_that_changes_hands_twice_and_comes_back(side: Side, answered: str) -> None:
    mayas = link(side, answered)
    hand_over(side, answered, "Bob Stone", BOB)
    side.reply(answered, CARD)
    side.house.settle(200)
    bobs = link(side, answered)
    hand_over(side, answered, "Eve Hall", EVE)
    assert (page(mayas)[0], page(bobs)[0]) == (404, 404)
    hand_over(side, answered, "Maya Okonkwo", MAYA)
    status, text = page(mayas)
    assert (status, page(bobs)[0]) == (200, 404)
    assert "unworn shoes" in text and "9911" not in text
    assert press(side, mayas) == 303


def test_a_deleted_ticket_keeps_neither_page_nor_text_nor_button(side: Side, answered: str) -> None:
    mayas = link(side, answered)
    side.house.clock.advance(5)
    side.desk.do.delete(int(answered))
    polled(side)
    status, text = page(mayas)
    assert status == 404 and "Shoes" not in text and "unworn" not in text
    assert press(side, mayas) == 404


def test_words_of_somebody_in_copy_stand_under_their_own_name(side: Side, answered: str) -> None:
    side.reply(answered, "Bobswords: when do refunds arrive on a bank account?", email=BOB)
    side.house.settle(200)
    status, text = page(link(side, answered))
    heading = "Bob Stone wrote" if side.kind == "zendesk" else "Somebody else in this conversation wrote"
    assert status == 200
    assert re.search(rf"<h3>{heading}</h3>\s*<p class=\"said\">Bobswords", text)
    assert BOB not in text


def test_a_desk_that_refuses_the_list_of_deleted_tickets_is_polled_all_the_same(house: House) -> None:
    with freshdesk_side(house) as side:
        house.poll()
        ticket = side.write(RETURN, "Shoes")
        house.settle(200)
        house.clock.advance(600)
        side.desk.do.agent_reply(int(ticket), "I have this one.")
        # It is asked for first.
        side.desk.do.faults.arm(
            Fault("answer", method="GET", path=r"/api/v2/tickets$", status=400, body="{}")
        )
        polled(side)
        assert [r["status"] for r in side.desk.do.requests("GET", r"/api/v2/tickets$")].count(400) == 1
        assert side.owner(ticket) == "people"
