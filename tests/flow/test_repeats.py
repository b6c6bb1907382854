"""The same answer never twice: on one ticket, on a reopened one, and to one person over their tickets. The
same on both desks."""
from __future__ import annotations

import json

import pytest

from app.store import ledger as ledger_store
from app.store.database import DEFAULT_TENANT
from tests.flow.desks import Side, freshdesk_side, zendesk_side
from tests.flow.house import House

REFUND = "How long do refunds take to reach my card?"
IN_OTHER_WORDS = "When will the refund be on my card? How long do refunds take?"
WAX = "How do I wax leather boots properly?"
QUOTE = "5–7 working days"
DAY = 86_400


def asked(side: Side, text: str, email: str = "maya@example.com") -> str:
    ticket = side.write(text, "Question", email=email)
    side.house.settle(60)
    return ticket


def said_again(side: Side, ticket: str, text: str) -> None:
    side.reply(ticket, text)
    side.house.settle(60)


def last(side: Side, ticket: str) -> tuple[str, str | None, str | None]:
    """(verdict, reason, detail) of the newest verdict."""
    with side.house.db.read() as tx:
        rows = [r for r in ledger_store.of_ticket(tx, DEFAULT_TENANT, side.id, ticket) if r.kind == "verdict"]
    found = json.loads(rows[-1].payload)["verdict"]
    return found["kind"], found.get("reason"), found.get("detail")


ANSWERED_BEFORE = ("handoff", "unsure", "already_answered")


@pytest.mark.parametrize("second", [IN_OTHER_WORDS, "Thanks. I already waited that long, how long do "
                                                    "refunds take?"])
def test_what_was_sent_on_the_ticket_goes_to_people_the_second_time(side: Side, second: str) -> None:
    ticket = asked(side, REFUND)
    assert QUOTE in side.replies(ticket)[0]
    said_again(side, ticket, second)
    assert last(side, ticket) == ANSWERED_BEFORE
    notice = side.replies(ticket)[-1]
    assert (
        QUOTE not in notice
        and "already sent you what our help pages say" in notice
        and "nearest page" not in notice
    )
    assert "no more than was sent before" in side.notes(ticket)[-1]
    assert side.owner(ticket) == "people"


@pytest.mark.parametrize("second", ["That is not what I asked.", "Sorry, but that doesn't answer my "
                                                                 "question", "I know that already."])
def test_a_denial_of_the_answer_goes_to_people(side: Side, second: str) -> None:
    ticket = asked(side, REFUND)
    said_again(side, ticket, second)
    assert last(side, ticket) == ("handoff", "must_handoff", "after_answer")
    assert "didn't settle this" in side.replies(ticket)[-1]


def test_another_question_on_the_ticket_is_answered(side: Side) -> None:
    ticket = asked(side, REFUND)
    said_again(side, ticket, WAX)
    assert last(side, ticket)[0] == "answer" and "wax" in side.replies(ticket)[-1].lower()


def test_a_reopened_ticket_gets_no_old_answer(side: Side) -> None:
    ticket = asked(side, REFUND)
    said_again(side, ticket, "Great, that answers it, thank you!")
    assert last(side, ticket)[0] == "settle"
    side.house.clock.advance(20 * DAY)
    said_again(side, ticket, IN_OTHER_WORDS)
    assert last(side, ticket) == ANSWERED_BEFORE


def test_a_second_ticket_on_the_same_matter_goes_to_people_and_one_on_another_is_answered(side: Side) -> None:
    asked(side, REFUND)
    again, other = asked(side, IN_OTHER_WORDS), asked(side, WAX)
    assert (last(side, again), last(side, other)[0]) == (ANSWERED_BEFORE, "answer")


def test_the_days_end_and_other_people_are_answered(side: Side) -> None:
    asked(side, REFUND)
    assert last(side, asked(side, REFUND, "bob@example.com"))[0] == "answer"
    side.house.clock.advance(8 * DAY)
    side.house.poll()
    assert last(side, asked(side, REFUND))[0] == "answer"


def test_what_one_desk_sent_is_not_sent_by_another(house: House) -> None:
    with freshdesk_side(house) as fresh:
        asked(zendesk_side(house), REFUND)
        assert last(fresh, asked(fresh, IN_OTHER_WORDS)) == ANSWERED_BEFORE


def test_a_draft_nobody_sent_was_not_said_and_one_that_was_sent_was(house: House) -> None:
    house.change_policy(lambda policy: policy | {"modes": [{"mode": "draft"}]})
    side = zendesk_side(house)
    first, second = asked(side, REFUND), asked(side, IN_OTHER_WORDS)
    assert [last(side, t)[0] for t in (first, second)] == ["answer", "answer"]
    side.choose(first, "send_draft")
    assert QUOTE in side.replies(first)[0]
    assert last(side, asked(side, IN_OTHER_WORDS)) == ANSWERED_BEFORE


def test_a_person_who_was_erased_is_answered_like_anybody(house: House) -> None:
    side = zendesk_side(house)
    asked(side, REFUND)
    with house.db.write() as tx:
        tx.exec_driver_sql("UPDATE requesters SET wrapped_key = NULL")
    assert last(side, asked(side, REFUND))[0] == "answer"
