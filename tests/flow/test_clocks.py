"""Our clock jumps while the desk's goes on: no reply twice, none lost, and nobody waits for a time that is
long over or never comes."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.store.tables import inbox
from tests.flow.faulty import BOOTS, PERSON, PUT, RETURN, answered_once, handed_off_once
from tests.flow.house import House

JUMPS = [-600, 600]


class Shifted:
    """The machine's clock after somebody has set it: the house's, and some seconds more or less."""

    def __init__(self, house: House) -> None:
        self._clock, self.seconds = house.clock, 0.0

    def __call__(self) -> int:
        return self._clock() + int(self.seconds * 1_000_000)


@pytest.fixture
def shifted(house: House) -> Shifted:
    """Workers on a clock of their own; the desk and the web process keep theirs."""
    clock = Shifted(house)
    house.work = replace(house.work, clock=clock)
    return clock


@pytest.mark.parametrize("seconds", JUMPS)
@pytest.mark.parametrize("when", ["before the decision", "before the write", "while unknown",
"back and forth"])
def test_a_clock_that_jumps_ten_minutes_doubles_and_loses_nothing(
    house: House, shifted: Shifted, seconds: int, when: str
) -> None:
    ticket, asked = (
        house.write(RETURN, email="maya@example.com"),
        house.write(PERSON, email="tom@example.com"),
    )
    if when == "before the decision":
        shifted.seconds = seconds
    house.desk.do.fault("X1", **PUT)
    house.clock.advance(3)
    while house.process_only():
        pass
    if when in ("before the write", "back and forth"):
        shifted.seconds = seconds
    house.drain()
    if when == "while unknown":
        shifted.seconds = seconds
    if when == "back and forth":
        house.settle(20)
        shifted.seconds = 0
    house.settle(1500, step=10)
    answered_once(house, ticket)
    handed_off_once(house, asked)
    assert {r.state for r in house.rows(inbox)} == {"done"}


def test_after_a_jump_back_the_next_message_waits_no_longer_than_the_jump(
    house: House, shifted: Shifted
) -> None:
    shifted.seconds = 600
    ticket = house.write(RETURN)
    house.clock.advance(3)
    house.drain()
    shifted.seconds = 0
    house.reply(ticket, "Thanks. And how do I wax leather boots properly?")
    house.settle(700, step=5)
    assert len(house.replies(ticket)) == 2


@pytest.mark.parametrize("seconds", JUMPS)
def test_a_wait_told_after_a_jump_is_never_in_the_past(house: House, shifted: Shifted, seconds: int) -> None:
    shifted.seconds = seconds
    ticket = house.write(PERSON)
    house.settle(1500, step=10)
    handed_off_once(house, ticket)
    for promise in house.promises():
        assert promise.bound_at is None or promise.made_at < promise.typical_at <= promise.bound_at


@pytest.mark.parametrize("seconds", [-301, 301])
def test_deliveries_of_a_desk_whose_clock_is_far_from_ours_are_refused_and_found_by_the_poll(
    house: House, seconds: int
) -> None:
    """Five minutes either way is all a signature is good for; what is refused for it is not lost."""
    house.poll()
    house.desk.do.drop_deliveries(1)
    ticket = house.write(RETURN)
    body = b'{"ticket_id": "%s"}' % ticket.encode()
    house.clock.advance(-seconds)
    stale = house.signed_now(body)
    house.clock.advance(seconds)
    assert house.send(body, stale).status_code == 401
    house.poll()
    house.settle()
    answered_once(house, ticket)


@pytest.mark.parametrize("seconds", JUMPS)
def test_who_takes_a_ticket_is_seen_although_our_clock_was_ahead(
    house: House, shifted: Shifted, seconds: int
) -> None:
    shifted.seconds = seconds
    ticket = house.write(RETURN)
    house.settle(900)
    answered_once(house, ticket)
    house.clock.advance(5)
    house.desk.do.assign(int(ticket), "Ana Ruiz")
    house.clock.advance(5)
    house.reply(ticket, BOOTS)
    house.settle(900)
    house.poll()
    house.settle(900)
    assert len(house.replies(ticket)) == 1 and house.owner(ticket) == "people"
