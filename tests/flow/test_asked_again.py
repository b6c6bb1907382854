"""A customer who was handed to people asks for the assistant again on their page: they get it back while
nobody has begun, and never over a person."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from app.store.links import press_token, read_token
from tests.flow.desks import FIELD, Side, freshdesk_side, zendesk_side
from tests.flow.faulty import RETURN
from tests.flow.house import open_house
from tests.flow.test_whose_page import link, page

PERSON = "Can I talk to a real person please?"
CHARGED = "I was charged twice for order LF-20417, £89.00 each. Please refund one of the two."
BUTTON = "Ask the AI assistant again"
ACTS: dict[str, Callable[[Side, int], object]] = {
    "replies": lambda side, ticket: side.desk.do.agent_reply(ticket, "I have this one."),
    "notes": lambda side, ticket: side.desk.do.agent_note(ticket, "Calling them."),
    "assigns": lambda side, ticket: side.desk.do.assign(ticket, "Ana Ruiz"),
    "says stay out": lambda side, ticket: side.desk.do.set_field(
        ticket, FIELD, side.steps["stay_out"], agent="Ana Ruiz"),
}


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory, pages: Path, embedder: Any) -> Iterator[dict[str, Side]]:
    var = tmp_path_factory.mktemp("asked_again")
    with (
        open_house(f"sqlite:///{var}/candor.db", var, pages, embedder) as house,
        freshdesk_side(house) as fresh,
    ):
        house.settle()
        house.poll()
        yield {"zendesk": zendesk_side(house), "freshdesk": fresh}


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, desks: dict[str, Side]) -> Side:
    return desks[request.param]


def _asked(side: Side, text: str, email: str) -> str:
    ticket = side.write(text, email=email)
    side.house.settle(200)
    return ticket


def _handed_off(side: Side) -> tuple[str, str]:
    """The address of somebody who has asked for a person, and their next ticket: a question."""
    email = f"{side.house.work.new_id()}@example.com"
    _asked(side, PERSON, email)
    side.house.clock.advance(300)
    ticket = _asked(side, RETURN, email)
    assert side.owner(ticket) == "people" and side.verdicts(ticket) == ["handoff"]
    return email, ticket


def _press(side: Side, address: str) -> None:
    token = read_token(side.house.keys, address.rsplit("/", 1)[1], side.house.clock())
    given = {"press": press_token(side.house.keys, token)}
    pressed = requests.post(
        f"{address}/assistant", data=given, headers={"Origin": side.house.url}, timeout=5,
        allow_redirects=False)
    assert pressed.status_code == 303
    side.house.settle(300)


def test_who_was_handed_to_people_for_an_earlier_wish_may_have_the_assistant_again(side: Side) -> None:
    email, ticket = _handed_off(side)
    assert BUTTON in page(link(side, ticket))[1]
    _press(side, link(side, ticket))
    assert "within 30 days of delivery" in side.replies(ticket)[-1]
    assert (side.owner(ticket), side.verdicts(ticket)) == ("assistant", ["handoff", "answer"])
    assert BUTTON not in page(link(side, ticket))[1]
    before = len(side.replies(ticket))
    _press(side, link(side, ticket))
    assert len(side.replies(ticket)) == before, "once per ticket"
    side.house.clock.advance(300)
    later = _asked(side, "How do I wax leather boots properly?", email)
    assert side.owner(later) == "assistant" and side.verdicts(later) == ["answer"], "their wish is taken back"


@pytest.mark.parametrize("seen", [False, True], ids=["at once", "after the poll"])
@pytest.mark.parametrize("act", ACTS)
def test_nobody_who_has_begun_is_talked_over(side: Side, act: str, seen: bool) -> None:
    _, ticket = _handed_off(side)
    ACTS[act](side, int(ticket))
    side.house.clock.advance(5)
    if seen:
        side.delivered()
        side.house.poll()
        side.house.settle(200)
    before = len(side.replies(ticket))
    _press(side, link(side, ticket))
    assert (side.owner(ticket), len(side.replies(ticket))) == ("people", before)


def test_what_a_person_must_see_is_not_given_back(side: Side) -> None:
    ticket = _asked(side, CHARGED, f"{side.house.work.new_id()}@example.com")
    assert side.verdicts(ticket) == ["handoff"]
    assert BUTTON not in page(link(side, ticket))[1]
    _press(side, link(side, ticket))
    assert (side.owner(ticket), len(side.replies(ticket))) == ("people", 1)


def test_a_wish_for_a_person_that_is_taken_back_is_not_read_as_one_again(side: Side) -> None:
    ticket = _asked(side, f"{RETURN} Can I talk to a real person please?",
                    f"{side.house.work.new_id()}@example.com")
    assert side.owner(ticket) == "people"
    _press(side, link(side, ticket))
    assert "within 30 days of delivery" in side.replies(ticket)[-1] and side.owner(ticket) == "assistant"
