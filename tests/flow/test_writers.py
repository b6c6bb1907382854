"""Somebody in copy writes into Maya's ticket, on both vendors' desks: heard, never taken for her."""
from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.store.tables import requesters
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.house import House

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
REFUND = "When do refunds arrive on a bank account?"
BOB = "bob@other.example"


@pytest.fixture(params=["zendesk", "freshdesk"])
def side(request: pytest.FixtureRequest, house: House) -> Iterator[Side]:
    if request.param == "zendesk":
        zendesk_side(house).known("Bob Stone", BOB)
        yield zendesk_side(house)
        return
    with freshdesk_side(house) as fresh:
        fresh.known("Bob Stone", BOB)
        yield fresh


def asked(side: Side, text: str = RETURN, subject: str = "Shoes") -> str:
    """Maya's ticket, answered."""
    ticket = side.write(text, subject)
    side.house.settle(200)
    return ticket


def said(side: Side, ticket: str, text: str, email: str | None = BOB) -> None:
    side.reply(ticket, text, email=email)
    side.house.settle(200)


def polled(side: Side) -> None:
    """What agents write is no delivery: only the poll finds it."""
    side.house.poll()
    side.house.settle(200)


@pytest.mark.parametrize("thanks", ["Thanks, that is all sorted now.", "Danke, das hat geholfen."])
def test_thanks_of_somebody_in_copy_solve_nothing_and_say_nothing(side: Side, thanks: str) -> None:
    ticket = asked(side)
    before = side.status(ticket)
    said(side, ticket, thanks)
    assert side.verdicts(ticket)[-1] == "stay_quiet"
    assert len(side.replies(ticket)) == 1 and side.status(ticket) in (before, "open"), (
        "a desk opens it by itself; nobody solves it"
    )
    said(side, ticket, "Thanks, that is all sorted now.", None)
    assert side.verdicts(ticket)[-1] == "settle" and side.status(ticket) == "solved", (
        "said by Maya it is settled"
    )


def test_a_question_of_somebody_in_copy_is_answered_without_the_requesters_name(side: Side) -> None:
    ticket = asked(side)
    said(side, ticket, REFUND)
    first, second = side.replies(ticket)
    assert "Hi Maya" in first and "Maya" not in second and second.strip().startswith("Hello,")


def test_a_person_asked_for_in_copy_is_nobody_elses_wish(side: Side) -> None:
    ticket = asked(side)
    said(side, ticket, "person")
    notice, [note] = side.replies(ticket)[-1], side.notes(ticket)
    assert (
        "Somebody in this conversation asked for a person." in notice
        and "You asked" not in notice
        and "Maya" not in notice
    )
    who = "Bob Stone" if side.kind == "zendesk" else BOB
    assert f"asked for a person (m3, {who}, in copy)" in note
    assert side.owner(ticket) == "people"
    assert {r.asked_person_at for r in side.house.rows(requesters)} == {None}, (
        "neither of them is handed off at once for 30 days"
    )


def test_the_requesters_wish_beside_somebody_elses_question_is_hers(side: Side) -> None:
    ticket = asked(side)
    side.reply(ticket, "I want to talk to a person", email=None)
    said(side, ticket, REFUND)
    assert "You asked for a person." in side.replies(ticket)[-1]
    assert any(r.asked_person_at for r in side.house.rows(requesters))


def test_an_agent_who_is_the_requester_is_a_customer_whom_the_note_names(side: Side) -> None:
    agent = "lena@larkfield.example"
    side.desk.do.add_agent("Lena Vogt", agent)
    side.house.poll()
    ticket = side.write(RETURN, "Shoes", name="Lena Vogt", email=agent)
    polled(side)
    assert "Hi Lena" in side.replies(ticket)[0]
    side.reply(ticket, "person")
    polled(side)
    assert "You asked for a person." in side.replies(ticket)[-1]
    if side.kind == "zendesk":  # a Freshdesk lists its agents when it is connected
        assert "asked for a person (m3, Lena Vogt, an agent of yours)" in side.notes(ticket)[0]


def test_a_letter_of_somebody_in_copy_chooses_no_page(side: Side) -> None:
    ticket = asked(side, "I need to change the address", "address")
    assert side.verdicts(ticket) == ["clarify"]
    said(side, ticket, "B")
    assert side.verdicts(ticket)[-1] == "handoff", (
        "heard all the same, and nobody is told that nothing was found"
    )
    notice = side.replies(ticket)[-1]
    assert (
        "Maya" not in notice and "found nothing" not in notice and "can't tell which help page fits" in notice
    )


def test_the_requesters_letter_counts_although_somebody_else_wrote_after_it(side: Side) -> None:
    ticket = asked(side, "I need to change the address", "address")
    side.reply(ticket, "B please")
    said(side, ticket, "A, I would have said")
    assert side.verdicts(ticket) == ["clarify", "answer"]
    assert "Maya" not in side.replies(ticket)[-1]
