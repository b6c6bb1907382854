"""Deliveries at once, in the wrong order, a day late, or not at all: the ticket as it is now decides, and
each turn has one reply."""
from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.flow.faulty import BOOTS, RETURN, answered_once
from tests.flow.house import House

HOUR = 3600


def test_fifty_copies_of_one_delivery_at_once_make_one_reply(house_on_both: House) -> None:
    house = house_on_both
    house.desk.do.drop_deliveries(1)
    ticket = house.write(RETURN)
    body, signed = json.dumps({"ticket_id": ticket}).encode(), "one-attempt-fifty-times"
    with ThreadPoolExecutor(50) as threads:
        answers = [a.result() for a in [threads.submit(house.post_signed, body, signed) for _ in range(50)]]
    assert {a.status_code for a in answers} == {200}
    assert sorted(a.text for a in answers) == ["kept\n"] + ["known\n"] * 49
    assert len(house.deliveries()) == 1
    house.settle()
    answered_once(house, ticket)


@pytest.mark.parametrize("messages", [2, 5])
def test_messages_within_the_debounce_become_one_answer_to_all(again: House, messages: int) -> None:
    ticket = again.write("Hello", "shoes", email=f"burst{messages}@example.com")
    for n in range(1, messages):
        again.clock.advance(1.5)
        again.reply(ticket, RETURN if n == messages - 1 else "one moment please")
    again.settle()
    answered_once(again, ticket)
    assert len(again.entries(ticket)) == 1


def test_deliveries_a_day_late_and_in_the_wrong_order_change_nothing_that_was_settled(house: House) -> None:
    """Their content is a day old; what counts is the ticket, which by then is a person's, or answered, or
    closed."""
    house.poll()
    house.desk.do.drop_deliveries(8)
    asked, followed, taken, closed = (house.write(RETURN, email=f"late{n}@example.com") for n in range(4))
    house.reply(followed, "Sorry, one more thing: I never wore them outside.")
    house.poll()
    house.settle()
    house.desk.do.agent_reply(int(taken), "Hello, I'm Ana, this is mine now.")
    house.desk.do.close(int(closed))
    house.clock.advance(23 * HOUR)
    house.poll()
    house.settle()
    told = {t: len(house.replies(t)) for t in (asked, followed, taken, closed)}
    entries = {t: len(house.entries(t)) for t in told}
    lost = [i["id"] for i in house.desk.do.invocations() if i["status"] == "dropped"]
    assert len(lost) >= 5, "every delivery of the day before is still to come"
    for invocation in reversed(lost):
        house.desk.do.redeliver(invocation)
    house.delivered()
    house.settle()
    assert {t: len(house.replies(t)) for t in told} == told == dict.fromkeys(told, 1)
    assert {t: len(house.entries(t)) for t in told} == entries, "nothing was decided anew"
    assert {r.state for r in house.deliveries()} == {"done"}


def test_a_late_delivery_of_an_unanswered_ticket_is_answered_as_the_ticket_is_now(house: House) -> None:
    house.desk.do.drop_deliveries(2)
    ticket = house.write("Hello, are you there?", "shoes")
    house.clock.advance(12 * HOUR)
    house.reply(ticket, RETURN)
    first, second = (i["id"] for i in reversed(house.desk.do.invocations()) if i["status"] == "dropped")
    house.clock.advance(12 * HOUR)
    for invocation in (second, first):
        house.desk.do.redeliver(invocation)
        house.delivered()
        house.settle(20)
    answered_once(house, ticket)


def test_every_tenth_delivery_lost_is_found_within_two_minutes(house: House) -> None:
    house.poll()
    tickets = []
    for n in range(20):
        if n % 10 == 9:
            house.desk.do.drop_deliveries(1)
        tickets.append(house.write(RETURN if n % 2 else BOOTS, email=f"customer{n}@example.com"))
    lost = [tickets[9], tickets[19]]
    house.settle(10)
    assert [t for t in tickets if not house.replies(t)] == lost
    for _ in range(12):
        house.clock.advance(10)
        house.poll_now()
        house.drain()
    assert [house.desk.do.once(int(t)) for t in tickets] == [1] * 20
