"""Cases of what a person did at the desk, which stands whatever the desk can refuse by itself."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cases.door import FRESH, House, Side, freshdesk_side, open_freshdesk, open_house

QUESTION = "How long do I have to return unworn shoes, and how do I do it?"
TWICE = "I was charged twice for order LF-20417, £89.00 each. Please refund one of the two."
DAY = 86_400

ACTS: dict[str, Callable[[Side, str], Any]] = {
    "assign": lambda side, ticket: side.desk.do.assign(int(ticket), "Ana Ruiz"),
}


@pytest.fixture
def one_house(sqlite_url: str, tmp_path: Path, embedder: Any) -> Iterator[House]:
    """The demo shop's help centre and policy of the flow tests, a house of its own for each case."""
    with open_house(sqlite_url, tmp_path, embedder=embedder) as opened:
        yield opened


@pytest.mark.parametrize("act", sorted(ACTS))
def test_a_reply_that_met_a_503_does_not_go_out_over_a_person(one_house: House, act: str) -> None:
    house = one_house
    with freshdesk_side(house) as side:
        house.poll()
        house.settle(30)
        side.desk.do.fault("X4", method="POST", path=r"/reply$", status=503, nth=1)
        ticket = side.write(QUESTION, email=f"{act}@example.com")
        house.settle(15)
        ACTS[act](side, ticket)
        side.delivered()
        status = side.desk.do.ticket(int(ticket))["status"]
        house.settle(70)
        house.poll_now()
        house.settle(400)
        assert side.replies(ticket) == []
        assert side.desk.do.ticket(int(ticket))["status"] == status


def test_a_route_to_a_group_that_is_not_there_opens_no_ticket_nobody_owns(one_house: House) -> None:
    house = one_house
    with open_freshdesk(house) as fresh:
        house.change_policy(lambda p: p["routes"]["billing"].update(desk=FRESH, group="Chargebacks") or p)
        house.write(TWICE, "Charged twice")
        house.settle(200)
        opened = [t for t in fresh.state.tickets.values() if "candor_escalation" in t.tags]
        assert all(t.group_id is not None for t in opened)


def test_a_new_question_long_after_people_solved_the_ticket_is_read(one_house: House) -> None:
    house = one_house
    ticket = house.write("Can I talk to a real person please?", "help", email="x@example.com")
    house.settle()
    house.poll()
    house.desk.do.agent_reply(int(ticket), "Sorted.")
    house.desk.do.solve(int(ticket))
    house.poll()
    house.settle()
    house.clock.advance(90 * DAY)
    house.reply(ticket, QUESTION)
    house.settle()
    assert house.entries(ticket)[-1].reason != "people_own_it"
