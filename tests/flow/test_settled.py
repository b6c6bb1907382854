"""After an answer: what solves the ticket, what is met with silence, what still gets a reply."""
from __future__ import annotations

import pytest

from tests.flow.house import House

QUESTION = "How long do refunds take to reach my card?"


def _answered(house: House) -> str:
    ticket = house.write(QUESTION, "Refund", email=f"{house.clock()}@example.com")
    house.settle(60)
    assert [e.verdict for e in house.entries(ticket)] == ["answer"]
    return ticket


@pytest.mark.parametrize("text", ["ok", "👍", "Thanks for the quick reply",
"Maya reacted to your message: 👍",
"You're welcome"])
def test_a_nod_is_met_with_silence_and_changes_nothing(again: House, text: str) -> None:
    ticket = _answered(again)
    again.reply(ticket, text)
    status = again.desk.do.ticket(int(ticket))["status"]
    again.settle(60)
    last = again.entries(ticket)[-1]
    assert (last.verdict, last.reason) == ("stay_quiet", "acknowledged")
    assert len(again.replies(ticket)) == 1 and again.notes(ticket) == []
    assert again.desk.do.ticket(int(ticket))["status"] == status and again.owner(ticket) == "assistant"
    again.poll()
    again.settle(60)
    assert len(again.entries(ticket)) == 2, "said once, not at every look"


@pytest.mark.parametrize("text", ["It worked for one day", "I thought this was solved. It's back.",
"ok, and where is my parcel?"])
def test_what_says_more_is_neither_solved_nor_passed_over(again: House, text: str) -> None:
    ticket = _answered(again)
    again.reply(ticket, text)
    again.settle(60)
    assert again.entries(ticket)[-1].verdict not in ("settle", "stay_quiet")
    assert again.desk.do.ticket(int(ticket))["status"] != "solved"


def test_settled_and_nothing_else_solves_the_ticket(again: House) -> None:
    ticket = _answered(again)
    again.reply(ticket, "Thanks, that solved it. Best, Maya")
    again.settle(60)
    assert [e.verdict for e in again.entries(ticket)] == ["answer", "settle"]
    assert again.desk.do.ticket(int(ticket))["status"] == "solved"
