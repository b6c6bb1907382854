"""In the moment before a call: whoever has answered the turn meanwhile is not talked over, whatever was said
after that."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.sending.checks import Basis, Words, basis_of, by_the_ticket, overtaken, taken_over
from app.core.sending.states import UNFENCED, OutboxRow, Overtaken
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


# -- what was done without a public word
BASIS = Basis(Status.OPEN, "ana", "", Status.PENDING)
HELD = replace(ANSWER, basis=BASIS)
TOLD = replace(NOTICE, basis=BASIS)
DRAFT = replace(HELD, turn="draft:1")
HANDED = Words("note", "note", 0, "m:1", basis=replace(BASIS, sets=Status.OPEN))
PLAIN = Words("note", "note", 0, "m:1", basis=replace(BASIS, sets=None))
QUIET = replace(ticket(CUSTOMER), assignee="ana")
SOLVED = "somebody has solved the ticket"
ASSIGNED = "the ticket was assigned to somebody"
CHOSEN = "an agent has chosen a next step"


def changed(**values: object) -> Ticket:
    return replace(QUIET, **values)


@pytest.mark.parametrize(("found", "answer", "notice", "draft", "handed_off"), [
    (QUIET, "", "", "", ""),
    (changed(assignee="ben"), ASSIGNED, "", "", ASSIGNED),
    (changed(assignee=None), "", "", "", ""),
    (changed(status=Status.SOLVED), SOLVED, SOLVED, "", SOLVED),
    (changed(status=Status.PENDING), "", "", "", ""),
    (changed(status=Status.HOLD), "", "", "", ""),
    (changed(group="Billing", tags=("vip",), priority="high"), "", "", "", ""),
    *((changed(fields={"next_step": s}), CHOSEN, CHOSEN, CHOSEN, CHOSEN)
      for s in ("stay_out", "continue", "not_needed", "send_draft")),
    (replace(ticket(CUSTOMER, NOTE), assignee="ana"), "", "", "", "a person has taken the ticket"),
])  # fmt: skip
def test_what_somebody_did_without_a_public_word_stands(found, answer, notice, draft, handed_off):
    """A person's own words are `overtaken`'s to see, except before a note that would move the ticket."""
    said = [taken_over(words, found, 0) for words in (HELD, TOLD, DRAFT, HANDED)]
    assert said == [answer, notice, draft, handed_off]
    assert taken_over(PLAIN, found, 0) == taken_over(ANSWER, found, 0) == ""


def test_what_stood_there_before_is_no_act():
    before = Basis(Status.SOLVED, "ben", "continue", Status.PENDING)
    found = changed(status=Status.SOLVED, assignee="ben", fields={"next_step": "continue"})
    assert basis_of(found, Status.PENDING, gave=True) == before
    assert taken_over(replace(HELD, basis=before), found, 0) == ""


def test_a_ticket_that_our_own_earlier_call_has_solved_was_solved_by_nobody_else():
    thanks = replace(HELD, basis=replace(BASIS, sets=Status.SOLVED))
    solved = changed(status=Status.SOLVED)
    assert (taken_over(thanks, solved, 1), taken_over(thanks, solved, 0)) == ("", SOLVED)
    assert taken_over(HELD, solved, 1) == SOLVED, "our own call sets it to pending"


def test_a_notice_that_follows_the_note_which_opened_the_ticket_respects_a_solve_of_one_solved_before():
    before = replace(TOLD, basis=replace(BASIS, status=Status.SOLVED))
    assert taken_over(before, changed(status=Status.SOLVED), 0) == SOLVED


def test_only_a_desk_without_a_fence_needs_the_look():
    row, found = OutboxRow("ready", 0), changed(assignee="ben")
    looked = [by_the_ticket(HELD, found, row, UNFENCED, 0, fenced).event for fenced in (False, True)]
    assert looked == [Overtaken(ASSIGNED), None]


def test_the_basis_survives_its_row():
    assert [Basis.from_json(b.to_json()) for b in (BASIS, replace(BASIS, sets=None, assignee=None))] == [
        BASIS,
        replace(BASIS, sets=None, assignee=None),
    ]
