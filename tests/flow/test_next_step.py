"""The agent's field *Candor: next step* on each desk: seen at once through its trigger or rule, or a minute
later by the poll."""
from __future__ import annotations

import pytest

from tests.flow.desks import Side

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
REFUND = "And how long does the refund take to reach my card?"
PERSON = "Can I talk to a real person please?"


@pytest.fixture
def drafting(side: Side) -> Side:
    """Everything is a draft here."""
    side.house.change_policy(lambda p: {**p, "modes": [{"mode": "draft"}]})
    return side


def drafted(side: Side) -> str:
    ticket = side.write(RETURN)
    side.house.settle(200)
    assert side.replies(ticket) == []
    return ticket


def handed_off(side: Side) -> str:
    ticket = side.write(PERSON)
    side.house.settle(200)
    assert side.owner(ticket) == "people"
    return ticket


def test_the_draft_is_sent_word_for_word_and_once(drafting: Side) -> None:
    ticket = drafted(drafting)
    [note] = drafting.notes(ticket)
    drafting.choose(ticket, "send_draft")
    [reply] = drafting.replies(ticket)
    assert "A colleague checked this reply before it was sent." in reply
    for word in (w for w in reply.split() if w != "Ref" and "-" not in w):
        assert word in note, word
    drafting.choose(ticket, "send_draft")
    assert len(drafting.replies(ticket)) == 1
    # each choice is taken back, also the one that had nothing left to do
    assert drafting.chosen(ticket) is None


def test_the_field_is_empty_again_after_the_draft_was_sent(drafting: Side) -> None:
    ticket = drafted(drafting)
    drafting.choose(ticket, "send_draft")
    assert drafting.chosen(ticket) is None


def test_a_draft_is_not_sent_past_a_newer_message(drafting: Side) -> None:
    ticket = drafted(drafting)
    drafting.desk.do.drop_deliveries(1)
    drafting.desk.do.customer_comment(int(ticket), "Actually it is about a tent, not shoes.")
    drafting.delivered()
    drafting.choose(ticket, "send_draft")
    assert drafting.replies(ticket) == []
    assert any("the customer has written since" in n for n in drafting.notes(ticket))
    assert drafting.chosen(ticket) is None


def test_who_asks_for_a_draft_that_is_not_there_is_told_so_each_time(side: Side) -> None:
    ticket = handed_off(side)
    told, noted = len(side.replies(ticket)), len(side.notes(ticket))
    for times in (1, 2):
        side.house.clock.advance(30)
        side.choose(ticket, "send_draft")
        assert (len(side.replies(ticket)), len(side.notes(ticket))) == (told, noted + times)
        assert side.chosen(ticket) is None


def test_a_draft_whose_article_was_taken_back_is_not_sent(drafting: Side) -> None:
    house, ticket = drafting.house, drafted(drafting)
    house.desk.do.delete_article("returns-30-days")
    house.sync()
    drafting.choose(ticket, "send_draft")
    assert drafting.replies(ticket) == []


def test_after_assistant_may_continue_the_next_question_is_answered(side: Side) -> None:
    ticket = handed_off(side)
    side.choose(ticket, "continue")
    assert side.owner(ticket) == "assistant"
    side.reply(ticket, RETURN)
    side.house.settle(200)
    assert "30 days" in side.replies(ticket)[1]


def test_after_stay_out_nothing_is_answered(side: Side) -> None:
    ticket = side.write(RETURN)
    side.house.settle(200)
    side.choose(ticket, "stay_out")
    side.reply(ticket, REFUND)
    side.house.settle(200)
    assert len(side.replies(ticket)) == 1
    assert side.owner(ticket) == "people"


def test_hand_off_not_needed_is_a_label_and_changes_nothing_else(side: Side) -> None:
    ticket = handed_off(side)
    replies, notes = side.replies(ticket), side.notes(ticket)
    side.choose(ticket, "not_needed")
    assert (side.replies(ticket), side.notes(ticket), side.owner(ticket)) == (replies, notes, "people")


def test_the_poll_sees_the_choice_when_its_delivery_was_lost(side: Side) -> None:
    side.house.poll()
    ticket = handed_off(side)
    side.house.clock.advance(300)
    side.desk.do.drop_deliveries(1)
    side.choose(ticket, "continue")
    assert side.owner(ticket) == "people"
    side.house.poll()
    side.house.settle(200)
    assert side.owner(ticket) == "assistant"
