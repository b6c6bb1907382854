"""In the moment before a call: whoever has answered the turn meanwhile is not talked over, whatever was said
after that."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.sending.checks import Words, overtaken
from connectors.records import Message, Person, Role, Stamp, Status, Ticket

SECOND = 1_000_000


def ticket(*said: tuple[Role, bool]) -> Ticket:
    messages = tuple(
        Message(str(i + 1), Person(role.value, role, role.value), i * SECOND, public, "…")
        for i, (role, public) in enumerate(said)
    )
    return Ticket(
        "d",
        "7",
        "",
        Status.OPEN,
        messages[0].author,
        messages,
        Stamp("9", 9 * SECOND, 20 * SECOND, 0),
        0,
        9 * SECOND,
    )


CUSTOMER, AGENT, NOTE, OURS = (
    (Role.CUSTOMER, True),
    (Role.AGENT, True),
    (Role.AGENT, False),
    (Role.ASSISTANT, False),
)
NOTICE, ANSWER = Words("public", "handoff_notice", 1, "m:1"), Words("public", "answer", 0, "m:1")


@pytest.mark.parametrize("words", [NOTICE, ANSWER], ids=["notice", "answer"])
@pytest.mark.parametrize("said", [(CUSTOMER, AGENT), (CUSTOMER, OURS, AGENT, CUSTOMER), (CUSTOMER, AGENT,
CUSTOMER, NOTE)])
def test_nothing_public_follows_a_persons_reply_to_its_turn_although_the_customer_has_written_again(
    words, said
):
    assert overtaken(words, ticket(*said)) == "somebody else has answered meanwhile"


def test_a_notice_goes_out_behind_its_note_although_the_customer_has_written_again():
    assert overtaken(NOTICE, ticket(CUSTOMER, OURS, CUSTOMER)) == ""
    assert overtaken(ANSWER, ticket(CUSTOMER, CUSTOMER)) == "the customer has written again"


def test_a_persons_reply_to_an_earlier_turn_does_not_silence_the_present_one():
    assert overtaken(Words("public", "answer", 0, "m:3"), ticket(CUSTOMER, AGENT, CUSTOMER)) == ""


def test_a_persons_note_silences_the_answer_and_not_the_notice_of_a_handoff():
    assert overtaken(ANSWER, ticket(CUSTOMER, NOTE)) == "a person has taken the ticket"
    assert overtaken(NOTICE, ticket(CUSTOMER, OURS, NOTE)) == ""
    assert overtaken(Words("public", "answer", 0, "draft:1"), ticket(CUSTOMER, NOTE)) == ""


def test_a_notice_behind_an_act_is_silenced_by_a_reply_since_the_newest_message_it_was_composed_on():
    pressed = Words("public", "handoff_notice", 1, "act:person:1", (), "1")
    assert (
        overtaken(pressed, ticket(CUSTOMER, OURS, AGENT, CUSTOMER)) == "somebody else has answered meanwhile"
    )
    assert (
        overtaken(pressed, ticket(CUSTOMER, AGENT, OURS, CUSTOMER)) == "somebody else has answered meanwhile"
    )
    assert overtaken(replace(pressed, seen="2"), ticket(CUSTOMER, AGENT, CUSTOMER, OURS)) == ""
    assert overtaken(replace(pressed, seen=None), ticket(CUSTOMER, AGENT, CUSTOMER, OURS)) == "", (
        "a row of an earlier release"
    )


def test_a_reply_is_not_sent_to_whose_ticket_it_has_become():
    found = ticket(CUSTOMER)
    mine, others = (replace(ANSWER, written_to=who) for who in (found.requester.id, "somebody else"))
    assert (overtaken(mine, found), overtaken(others, found)) == ("", "the ticket is somebody else's by now")
    assert overtaken(replace(NOTICE, written_to="somebody else"), found) == "", (
        "its note is sent: that a person has it stays true"
    )
    assert overtaken(replace(others, effect="note"), found) == ""
