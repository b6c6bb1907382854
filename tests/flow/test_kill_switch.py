"""The kill switch at the desk: nothing goes out once it is on, whatever was composed before, and everything
goes on after it."""
from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from app import switch
from app.store.database import DEFAULT_TENANT
from app.store.ids import new_id
from app.switch import EVERY_DESK
from tests.flow.faulty import READ, RETURN, answered_once, decided, states, writes_to
from tests.flow.house import DESK, House
from tests.flow.test_processes import Running, running  # noqa: F401 - a fixture
from tests.waiting import until

WITHIN = 2.0  # seconds in which the switch must hold


def press(house: House, on: bool, desk: str = DESK) -> None:
    if on:
        switch.stop_sending(
            house.db, DEFAULT_TENANT, desk, "a test", "ana", house.keys, house.clock(), house.work.new_id
        )
    else:
        assert switch.allow_sending(
            house.db, DEFAULT_TENANT, desk, "ana", house.keys, house.clock(), house.work.new_id
        )


@pytest.mark.parametrize("desk", [DESK, EVERY_DESK], ids=["one desk", "every desk"])
def test_what_was_composed_before_does_not_go_out_after(again: House, desk: str) -> None:
    ticket = decided(again)
    press(again, True, desk)
    again.settle(20)
    assert states(again, ticket) == ["ready"] and writes_to(again, ticket) == []
    press(again, False, desk)
    again.settle(20)
    answered_once(again, ticket)


def test_it_is_asked_once_more_after_the_last_look_at_the_ticket(again: House) -> None:
    ticket = decided(again)
    again.clock.advance(120)  # its stamp is old: the ticket is read again before the call
    again.desk.faults.before("GET", READ["path"], lambda: press(again, True))
    again.drain()
    assert writes_to(again, ticket) == [], "pressed while the worker read the ticket"
    press(again, False)
    again.settle(20)
    answered_once(again, ticket)


def test_a_hand_off_whose_note_is_out_keeps_its_notice_back(again: House) -> None:
    ticket = decided(again, "This is going in circles. Can I please talk to a real person?")
    again.desk.faults.before("PUT", rf"/tickets/{ticket}$", lambda: press(again, True))
    again.settle(20)
    assert states(again, ticket) == ["sent", "ready"], (
        "the call that was on its way arrived, the next one was held"
    )
    press(again, False)
    again.settle(20)
    assert states(again, ticket) == ["sent", "sent"] and len(again.replies(ticket)) == 1


def test_a_customer_who_writes_while_it_is_on_gets_one_answer_to_all(again: House) -> None:
    ticket = decided(again)
    press(again, True)
    again.settle(10)
    again.reply(ticket, RETURN)
    again.settle(10)
    press(again, False)
    again.settle(60)
    assert len(again.replies(ticket)) == 1 and "stale" in states(again, ticket)


@pytest.mark.slow
def test_real_workers_stop_within_two_seconds_and_go_on_afterwards(
    running: Running, figures: Callable[..., None],  # noqa: F811 - the fixture
) -> None:
    work = running.work
    running.start_worker("worker")
    tickets: list[int] = []

    def ask(many: int) -> None:
        first = len(tickets)
        tickets.extend(
            running.desk.do.customer_ticket(f"C{n}", f"c{n}@example.com", "Shoes", RETURN)
            for n in range(first, first + many)
        )

    def sent() -> int:
        return sum(len(running.replies(ticket)) for ticket in tickets)

    ask(20)
    until(lambda: sent() >= 3, 40)
    switch.stop_sending(work.db, DEFAULT_TENANT, DESK, "a test", "ana", work.keys, work.clock(), new_id)
    pressed = time.monotonic()
    ask(6)
    last, at = sent(), pressed
    while time.monotonic() < pressed + WITHIN + 4:
        if (now := sent()) != last:
            last, at = now, time.monotonic()
        time.sleep(0.02)
    assert at - pressed <= WITHIN, "a reply went out later"
    assert last < len(tickets), "there was something to stop"
    figures("kill_switch", "last_post_after_switch_s", round(at - pressed, 2), last, held=len(tickets) - last)

    assert switch.allow_sending(work.db, DEFAULT_TENANT, DESK, "ana", work.keys, work.clock(), new_id)
    until(lambda: sent() == len(tickets), 60)
    assert all(len(running.replies(ticket)) == 1 for ticket in tickets)
