"""The agent's field *Candor: next step*: seen at once through its trigger, or a minute later by the poll."""
from __future__ import annotations

from typing import Any

import pytest

from tests.flow.house import House

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
PERSON = "Can I talk to a real person please?"


@pytest.fixture
def drafting(house: House) -> House:
    """Everything is a draft here."""
    house.change_policy(lambda p: {**p, "modes": [{"mode": "draft"}]})
    return house


def choose(house: House, ticket: str, step: str) -> None:
    house.desk.do.set_field(int(ticket), "Candor: next step", step, agent="Ana Ruiz")
    house.delivered()
    house.settle()


def test_the_draft_is_sent_word_for_word_and_once(drafting: House) -> None:
    house = drafting
    ticket = house.write(RETURN)
    house.settle()
    [note] = house.notes(ticket)
    choose(house, ticket, "candor_next_send_draft")
    [reply] = house.replies(ticket)
    assert "A colleague checked this reply before it was sent." in reply["plain_body"]
    for line in filter(None, reply["plain_body"].splitlines()):
        assert line.strip() in note["plain_body"].replace("> ", ""), line
    choose(house, ticket, "candor_next_send_draft")
    assert len(house.replies(ticket)) == 1


def test_the_field_is_empty_again_after_the_draft_was_sent(drafting: House) -> None:
    house = drafting
    ticket = house.write(RETURN)
    house.settle()
    choose(house, ticket, "candor_next_send_draft")
    assert _field(house, ticket) is None


def test_a_draft_is_not_sent_past_a_newer_message(drafting: House) -> None:
    house = drafting
    ticket = house.write(RETURN)
    house.settle()
    house.desk.do.drop_deliveries(1)
    house.desk.do.customer_comment(int(ticket), "Actually it is about a tent, not shoes.")
    house.delivered()
    choose(house, ticket, "candor_next_send_draft")
    assert house.replies(ticket) == []
    assert any("the customer has written since" in n["plain_body"] for n in house.notes(ticket))


def test_after_assistant_may_continue_the_next_question_is_answered(house: House) -> None:
    ticket = house.write(PERSON)
    house.settle()
    assert house.owner(ticket) == "people"
    choose(house, ticket, "candor_next_continue")
    assert house.owner(ticket) == "assistant"
    house.reply(ticket, RETURN)
    house.settle()
    assert "30 days" in house.replies(ticket)[1]["plain_body"]


def test_after_stay_out_nothing_is_answered(house: House) -> None:
    ticket = house.write(RETURN)
    house.settle()
    choose(house, ticket, "candor_next_stay_out")
    house.reply(ticket, "And how long does the refund take to reach my card?")
    house.settle()
    assert len(house.replies(ticket)) == 1
    assert house.owner(ticket) == "people"


def test_the_poll_sees_the_choice_when_its_delivery_was_lost(house: House) -> None:
    house.poll()
    ticket = house.write(PERSON)
    house.settle()
    house.clock.advance(300)
    house.desk.do.drop_deliveries(1)
    choose(house, ticket, "candor_next_continue")
    assert house.owner(ticket) == "people"
    house.poll()
    house.settle()
    assert house.owner(ticket) == "assistant"


def _field(house: House, ticket: str) -> Any:
    found = house.desk.do.ticket(int(ticket))
    ids = {f.id for f in house.desk.state.fields.values() if f.title == "Candor: next step"}
    return next(f["value"] for f in found["custom_fields"] if f["id"] in ids)
