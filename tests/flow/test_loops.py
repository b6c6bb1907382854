"""Loops: our own writes that come back as deliveries, and machines that answer whatever they get."""
from __future__ import annotations

from typing import Any

import pytest

from tests.flow.faulty import BOOTS, RETURN, answered_once
from tests.flow.house import House
from tests.flow.on_freshdesk import open_freshdesk, replies, write

QUESTIONS = (
    RETURN,
    BOOTS,
    "What does a repair with a new sole cost at your workshop?",
    "How do I use a gift card in your shop?",
    "Do you ship to the EU, and how long does it take?",
    "What exactly does the warranty cover?",
)


def test_a_trigger_that_fires_on_our_own_writes_makes_no_second_reply(house: House) -> None:
    """An admin has taken out the conditions that keep our own writes from coming back to us."""
    for trigger in house.desk.state.triggers.values():
        if any(a["field"] == "notification_webhook" for a in trigger.actions):
            trigger.conditions = {"all": [{"field": "role", "operator": "is", "value": "all"}], "any": []}
    ticket = house.write(RETURN)
    first = len(house.deliveries())
    house.settle()
    for _ in range(5):
        house.delivered()
        house.settle(20)
    house.poll()
    house.settle()
    answered_once(house, ticket)
    assert len(house.deliveries()) > first, "our own write came back to us"
    assert len(house.entries(ticket)) == 1
    assert len(house.desk.do.requests("PUT", rf"/tickets/{ticket}$")) == 1


def test_at_a_freshdesk_our_own_reply_that_comes_back_makes_no_second_one(house: House) -> None:
    with open_freshdesk(house) as fresh:
        ticket = write(house, fresh, RETURN)
        for delivery in list(fresh.do.invocations()):
            fresh.do.redeliver(delivery["id"], same_id=False)
        assert fresh.deliveries.wait_idle(10)
        house.clock.advance(70)
        house.poll_now()
        house.settle(200)
        assert len(replies(fresh, ticket)) == 1


@pytest.mark.parametrize("marks", [
    {"headers": {"Auto-Submitted": "auto-replied"}}, {"headers": {"Precedence": "bulk"}},
    {"email": "mailer-daemon@example.com"}, {"email": "no-reply@example.com"},
], ids=lambda m: " ".join(f"{k} {v}" for part in m.values() if isinstance(part, dict) for k,
v in part.items()) or m["email"])
def test_a_machine_that_says_it_is_one_gets_nothing(again: House, marks: dict[str, Any]) -> None:
    ticket = again.write(RETURN, **{"email": f"{again.work.new_id()}@example.com", **marks})
    again.settle()
    assert again.replies(ticket) == [] and again.notes(ticket) == []


def test_an_answering_machine_that_says_nothing_of_itself_gets_at_most_three_replies_a_day(
    house: House,
) -> None:
    """It answers each reply of ours within a second, and each time something new; then a person is asked, and
    told why."""
    ticket, answered = house.write(QUESTIONS[0], email="machine@example.com"), 0
    for turn in range(1, 12):
        house.settle(30)
        if len(house.replies(ticket)) == answered:
            break
        answered = len(house.replies(ticket))
        house.clock.advance(1)
        house.reply(ticket, QUESTIONS[turn % len(QUESTIONS)])
    kinds = [e.verdict for e in house.entries(ticket)]
    assert kinds.count("answer") + kinds.count("clarify") == 3
    assert [e.reason for e in house.entries(ticket) if e.verdict == "handoff"] == ["fallback"]
    assert len(house.replies(ticket)) == 4, "three answers, and the word that a person has it"
    assert house.owner(ticket) == "people"


def test_a_machine_that_sends_the_same_words_back_ends_with_a_person(house: House) -> None:
    ticket = house.write(RETURN, email="echo@example.com")
    for _ in range(10):
        house.settle(30)
        house.clock.advance(1)
        house.reply(ticket, house.replies(ticket)[-1]["plain_body"])
    assert len(house.replies(ticket)) <= 4
