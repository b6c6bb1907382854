"""How long to wait for the end of what a customer is writing."""
from __future__ import annotations

from app.core.reading.bursts import writing_until
from connectors.records import Message, Person, Role, Stamp, Status, Ticket

SECOND = 1_000_000
QUIET, LONGEST = 8 * SECOND, 30 * SECOND


def until(*said: tuple[int, Role, bool]) -> int:
    messages = tuple(
        Message(str(i), Person(r.value, r, ""), at * SECOND, public, "…")
        for i, (at, r, public) in enumerate(said)
    )
    ticket = Ticket(
        "d", "1", "", Status.OPEN, Person("c", Role.CUSTOMER, ""), messages, Stamp("0", 0, 0, 0), 0, 0
    )
    return writing_until(ticket, QUIET, LONGEST) // SECOND


def test_a_burst_is_over_eight_seconds_after_its_last_message_and_thirty_after_its_first():
    assert until((100, Role.CUSTOMER, True)) == 108
    assert until((100, Role.CUSTOMER, True), (105, Role.CUSTOMER, True)) == 113
    assert until(*[(100 + 7 * i, Role.CUSTOMER, True) for i in range(6)]) == 130


def test_an_older_message_is_no_part_of_it_and_notes_do_not_matter():
    assert until((10, Role.CUSTOMER, True), (100, Role.CUSTOMER, True), (103, Role.AGENT, False)) == 108


def test_there_is_nothing_to_wait_for_when_somebody_has_answered():
    assert until((100, Role.CUSTOMER, True), (101, Role.AGENT, True)) == 0
    assert until() == 0
