"""A customer writes into a ticket that people have solved: a new question is the assistant's again once the
policy's days are over, the same matter goes back to the same people."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flow.desks import FIELD, Side, freshdesk_side, zendesk_side
from tests.flow.faulty import RETURN
from tests.flow.house import open_house

DAY = 86_400
CHARGED = "I was charged twice for order LF-20417, £89.00 each. Please refund one of the two."
STILL = "I still have not got the refund for order LF-20417 that was charged twice."


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory, pages: Path, embedder: Any) -> Iterator[dict[str, Side]]:
    var = tmp_path_factory.mktemp("reopened")
    with (
        open_house(f"sqlite:///{var}/candor.db", var, pages, embedder) as house,
        freshdesk_side(house) as fresh,
    ):
        house.settle()
        house.poll()  # from here on the poll sees what people do
        yield {"zendesk": zendesk_side(house), "freshdesk": fresh}


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, desks: dict[str, Side]) -> Side:
    return desks[request.param]


def _polled(side: Side) -> None:
    side.delivered()
    side.house.poll()
    side.house.settle(200)


def _solved(side: Side) -> str:
    """A ticket that was handed off, answered by a person and solved."""
    ticket = side.write(CHARGED, email=f"{side.house.work.new_id()}@example.com")
    side.house.settle(200)
    assert side.verdicts(ticket) == ["handoff"] and side.owner(ticket) == "people"
    side.desk.do.agent_reply(int(ticket), "I have sent it back to your card.")
    side.desk.do.solve(int(ticket))
    _polled(side)
    return ticket


def _asked(side: Side, ticket: str, text: str, days: float) -> tuple[str, int]:
    """Whose it is after the customer wrote again so many days later, and how many replies more it has."""
    before = len(side.replies(ticket))
    side.house.clock.advance(days * DAY)
    side.reply(ticket, text)
    side.house.settle(200)
    return side.owner(ticket), len(side.replies(ticket)) - before


def test_a_new_question_is_the_assistants_again(side: Side) -> None:
    ticket = _solved(side)
    assert _asked(side, ticket, RETURN, 8) == ("assistant", 1)
    assert "within 30 days of delivery" in side.replies(ticket)[-1]


def test_the_same_matter_goes_back_to_the_same_people(side: Side) -> None:
    ticket = _solved(side)
    group = side.desk.do.ticket(int(ticket))["group_id"]
    assert _asked(side, ticket, STILL, 30) == ("people", 0)
    assert side.desk.do.ticket(int(ticket))["group_id"] == group


def test_before_the_policys_days_are_over_it_is_still_peoples(side: Side) -> None:
    assert _asked(side, _solved(side), RETURN, 5) == ("people", 0)


def test_people_who_have_acted_since_the_solve_keep_it(side: Side) -> None:
    ticket = _solved(side)
    side.house.clock.advance(30 * DAY)
    side.desk.do.agent_note(int(ticket), "Looking into this once more.")
    assert _asked(side, ticket, RETURN, 0) == ("people", 0)


def test_where_an_agent_has_said_stay_out_it_stays_out(side: Side) -> None:
    ticket = _solved(side)
    side.desk.do.set_field(int(ticket), FIELD, side.steps["stay_out"], agent="Ana Ruiz")
    _polled(side)
    assert _asked(side, ticket, RETURN, 30) == ("people", 0)


def test_a_ticket_that_nobody_has_solved_is_peoples_however_long_ago(side: Side) -> None:
    ticket = side.write(CHARGED, email=f"{side.house.work.new_id()}@example.com")
    side.house.settle(200)
    side.desk.do.agent_reply(int(ticket), "I am looking into it.")
    _polled(side)
    assert _asked(side, ticket, RETURN, 90) == ("people", 0)
