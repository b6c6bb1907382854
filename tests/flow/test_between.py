"""Somebody acts between our read and our write, or between two writes of one plan: people first, the customer
told once, nothing lost."""
from __future__ import annotations

from typing import Any

import pytest

from app.store.tables import promises
from tests.flow.faulty import (
    BOOTS,
    COMMENTS,
    PERSON,
    PUT,
    RETURN,
    answered_once,
    decided,
    handed_off_once,
    kill_switch,
    rows_of,
    states,
    writes_to,
)
from tests.flow.house import House
from workers.deciding.process import process_one
from workers.sending.deliver import deliver_one

ACTS = [
    {"verb": "agent_reply", "text": "I have this one."},
    {"verb": "agent_note", "text": "Calling them."},
    {"verb": "solve"},
    {"verb": "close"},
    {"verb": "assign", "agent": "Ana Ruiz"},
    {"verb": "delete"},
]


@pytest.fixture
def house(again: House) -> House:
    return again


@pytest.mark.parametrize("act", ACTS, ids=lambda a: a["verb"])
@pytest.mark.parametrize("seconds", [0, 3], ids=["in the same second", "later"])
def test_whoever_acts_just_before_our_write_is_not_talked_over(
    house: House, act: dict[str, Any], seconds: float
) -> None:
    house.poll()
    ticket = decided(house)
    house.clock.advance(seconds)
    house.desk.do.person_first(ticket=int(ticket), **act)
    house.settle()
    _nobody_was_talked_over(house, ticket, act)


@pytest.mark.parametrize("act", ACTS, ids=lambda a: a["verb"])
def test_whoever_acts_while_our_words_are_held_back_is_not_talked_over(
    house: House, act: dict[str, Any]
) -> None:
    """Past a minute the ticket is read again: what happened there counts, not only who spoke last in
    public."""
    house.poll()
    ticket = decided(house)
    kill_switch(house, True)
    house.settle(40)
    _act(house, ticket, act)
    house.settle(60)
    kill_switch(house, False)
    house.settle(60)
    _nobody_was_talked_over(house, ticket, act)


def _act(house: House, ticket: str, act: dict[str, Any]) -> None:
    getattr(house.desk.do, act["verb"])(int(ticket), **{k: v for k, v in act.items() if k != "verb"})


def _nobody_was_talked_over(house: House, ticket: str, act: dict[str, Any]) -> None:
    house.poll()
    house.settle()
    public = [r.state for r in rows_of(house, ticket) if r.effect == "public"]
    assert all(state in ("stale", "failed") for state in public), states(house, ticket)
    assert [i.state for i in house.deliveries() if i.subject_id == ticket] == ["done"]
    if act["verb"] == "delete":
        return
    assert house.replies(ticket) == []
    if act["verb"] in ("agent_reply", "agent_note", "assign"):
        assert house.owner(ticket) == "people"


def test_an_assignment_between_our_read_and_our_decision_is_seen_when_the_write_is_refused(
    house: House,
) -> None:
    ticket = house.write(RETURN, email="assigned@example.com")
    house.clock.advance(3)

    def assigned_while_we_read() -> None:
        house.desk.do.assign(int(ticket), "Ana Ruiz")
        house.clock.advance(2)

    house.desk.faults.before("GET", COMMENTS["path"], assigned_while_we_read)
    house.settle()
    assert house.replies(ticket) == []
    assert house.owner(ticket) == "people"


def test_a_customer_who_writes_again_before_our_write_gets_one_answer_to_both(house: House) -> None:
    ticket = decided(house)
    house.desk.do.person_first("customer_comment", ticket=int(ticket), text=f"Sorry, once more. {RETURN}")
    house.drain()
    house.delivered()
    house.settle()
    answered_once(house, ticket)
    assert states(house, ticket) == ["stale", "sent"]


def test_what_an_agent_tags_between_our_read_and_our_write_stays(house: House) -> None:
    ticket = decided(house)
    house.clock.advance(70)
    house.desk.do.agent_update(int(ticket), tags=["vip"])
    house.settle()
    house.poll()
    house.settle()
    answered_once(house, ticket)
    assert "vip" in house.desk.do.ticket(int(ticket))["tags"]


# -- a plan of two rows: the agents' note, then the customer's notice

def _note_sent(house: House) -> str:
    ticket = decided(house, PERSON)
    assert deliver_one(house.work)
    assert states(house, ticket) == ["sent", "ready"]
    return ticket


@pytest.mark.parametrize("fault", ["X1", "X3", "X4", "X5", "X8-truncated", "X9"])
@pytest.mark.parametrize("nth", [1, 2], ids=["note", "notice"])
def test_a_fault_on_either_row_keeps_the_order_and_doubles_nothing(
    house: House, fault: str, nth: int
) -> None:
    ticket = decided(house, PERSON)
    house.desk.do.fault(fault, nth=nth, **PUT)
    house.settle(90)
    handed_off_once(house, ticket)
    assert states(house, ticket) == ["sent", "sent"]


def test_the_kill_switch_works_between_two_rows_of_a_plan(house: House) -> None:
    ticket = _note_sent(house)
    kill_switch(house, True)
    house.settle(100)
    assert house.replies(ticket) == [] and len(house.notes(ticket)) == 1
    kill_switch(house, False)
    house.settle(10)
    handed_off_once(house, ticket)


def test_a_kill_switch_pressed_while_the_ticket_is_read_again_stops_the_write(house: House) -> None:
    ticket = decided(house)
    house.clock.advance(70)
    house.desk.faults.before("GET", COMMENTS["path"], lambda: kill_switch(house, True))
    house.drain()
    assert writes_to(house, ticket) == []


@pytest.mark.parametrize("seconds", [0, 3], ids=["in the same second", "later"])
def test_an_agent_who_replies_after_our_note_is_not_talked_over_by_our_notice(
    house: House, seconds: float
) -> None:
    ticket = _note_sent(house)
    house.clock.advance(seconds)
    house.desk.do.agent_reply(int(ticket), "Hello, I'm Ana and I'll sort this out.")
    house.settle()
    house.poll()
    house.settle()
    assert house.replies(ticket) == [] and house.owner(ticket) == "people"
    assert len([n for n in house.notes(ticket) if n["author_id"] == house.desk.assistant.id]) == 1


@pytest.mark.parametrize("moment", ["before the read", "before the write"])
@pytest.mark.parametrize("act", [
    {"verb": "customer_comment", "text": RETURN}, {"verb": "agent_note", "text": "Looking."},
    {"verb": "assign", "agent": "Ana Ruiz"},
    {"verb": "agent_update", "tags": ["vip"]},
], ids=lambda a: a["verb"])
def test_a_customer_whose_hand_off_was_noted_hears_of_it_whatever_else_happens(
    house: House, act: dict[str, Any], moment: str
) -> None:
    ticket = _note_sent(house)
    house.clock.advance(3)
    if moment == "before the read":
        _act(house, ticket, act)
    else:
        house.desk.do.person_first(ticket=int(ticket), **act)
    house.settle(60)
    house.delivered()
    house.poll()
    house.settle(60)
    [reply] = house.replies(ticket)
    assert "You are in a person's queue" in reply["plain_body"]
    assert house.owner(ticket) == "people"
    assert len([n for n in house.notes(ticket) if n["author_id"] == house.desk.assistant.id]) == 1
    assert len([p for p in house.rows(promises) if p.ticket == ticket]) == 1


def test_the_wish_for_a_person_outlives_a_message_that_overtakes_its_note(house: House) -> None:
    ticket = house.write(RETURN, email="presses@example.com")
    house.settle()
    house.press_person_button(ticket)
    assert process_one(house.work)
    house.desk.do.person_first("customer_comment", ticket=int(ticket), text=BOOTS)
    house.drain()
    house.delivered()
    house.settle()
    assert house.owner(ticket) == "people"
    assert "You are in a person's queue" in house.replies(ticket)[-1]["plain_body"]
    assert len(house.replies(ticket)) == 2 and len(house.notes(ticket)) == 1
