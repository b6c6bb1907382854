"""A desk that answers half of everything with an error, or has few calls to give: not one reply lost or
doubled, and few calls wasted."""
from __future__ import annotations

import random

import pytest

from connectors.sandbox.faults import Fault
from tests.figures import Figures
from tests.flow.faulty import RETURN, answered_once
from tests.flow.house import House

STORM = 60_000_000
TICKETS = 12
IN_THE_STORM = 30


class Storm:
    """Half of the calls get a 5xx until the storm is over; half of those were carried out all the same."""

    def __init__(self, house: House, seed: int) -> None:
        self._clock, self._ends, self._dice = house.clock, house.clock() + STORM, random.Random(seed)
        self.struck = 0

    def __call__(self, method: str, path: str) -> Fault | None:
        if self._clock() > self._ends or self._dice.random() < 0.5:
            return None
        self.struck += 1
        return Fault(
            "answer", status=self._dice.choice((500, 502, 503, 504)), commit=self._dice.random() < 0.5
        )


def calls_about(house: House, ticket: str) -> int:
    return len(house.desk.do.requests(None, rf"/tickets/{ticket}(/|$)"))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_minute_in_which_every_second_call_fails_loses_and_doubles_nothing(
    house: House, figures: Figures, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    calm = house.write(RETURN, email="calm@example.com")
    house.settle(30)
    usual = calls_about(house, calm)
    # so many with one question would be an incident
    house.change_policy(lambda policy: policy | {"incident_people": 1_000})
    tickets = [house.write(RETURN, email=f"customer{n}@example.com") for n in range(IN_THE_STORM)]
    storm = Storm(house, seed)
    monkeypatch.setattr(house.desk.faults, "meet", storm)
    house.settle(400, step=1)
    for ticket in tickets:
        answered_once(house, ticket)
    extra = sum(calls_about(house, t) - usual for t in tickets) / IN_THE_STORM
    assert storm.struck >= 4
    figures("storm", "extra_calls_per_ticket", extra, IN_THE_STORM, usual=usual, seed=seed)
    assert extra <= 1.5, (
        "the desk rests after a few failures, and one call at a time asks whether it is well again"
    )


def test_a_desk_that_takes_few_writes_a_minute_gets_them_all_and_is_left_alone_between(
    house: House, figures: Figures
) -> None:
    house.desk.do.switch(updates_per_minute=5)
    tickets = [house.write(RETURN, email=f"customer{n}@example.com") for n in range(TICKETS)]
    house.settle(400, step=1)
    for ticket in tickets:
        answered_once(house, ticket)
    refused = [r for r in house.desk.do.requests("PUT", r"/tickets/\d+$") if r["status"] == 429]
    figures("storm", "writes_over_the_limit_per_ticket", len(refused) / TICKETS, TICKETS, limit=5)
    assert len(refused) <= 3, "the first refusal tells the limit, and from then on it is kept"
