"""Text files of a customer's mail are read as their words; of others people and the customer are told. The
same on both desks."""
from __future__ import annotations

from typing import Any

import pytest

from connectors.files import FILE_MAX
from tests.flow.desks import Side, zendesk_side
from tests.flow.house import House

RETURN = "How long do I have to return unworn shoes, and how do I do it?"
NOT_OPENED = "couldn't open the file you attached"


def sent(side: Side, text: str, **file: Any) -> str:
    ticket = side.write(text)
    side.desk.do.attach(int(ticket), **file)
    side.house.settle(60)
    return ticket


def calls_for_files(side: Side) -> list[dict[str, Any]]:
    return [r for r in side.desk.do.requests() if "attachments/" in r["path"]]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_wish_for_a_person_in_a_text_file_is_a_wish(side: Side, coding: str) -> None:
    ticket = sent(side, "Please see the attached file. Größe 42.", name="letter.txt", coding=coding,
                  content="Mein Name ist Jörg.\nI would like to talk to a real person, please.")
    assert side.verdicts(ticket) == ["handoff"]
    assert (
        "asked for a person" in side.notes(ticket)[-1]
        and "letter.txt (m1) read as the customer's words" in side.notes(ticket)[-1]
    )
    assert NOT_OPENED not in side.replies(ticket)[-1]
    assert side.desk.do.failures() == []


def test_a_question_in_a_text_file_is_answered(side: Side) -> None:
    ticket = sent(side, "My question is in the file.", name="question.txt", content=RETURN)
    assert side.verdicts(ticket) == ["answer"] and "within 30 days of delivery" in side.replies(ticket)[-1]


def test_a_grave_word_in_a_text_file_reaches_people(side: Side) -> None:
    ticket = sent(
        side, "Please read the note.", name="note.txt", content="I am going to kill myself tonight."
    )
    assert side.verdicts(ticket) == ["handoff"] and "emergency number" in side.replies(ticket)[-1]


def test_card_numbers_in_a_file_are_masked(side: Side) -> None:
    ticket = sent(side, "Can I talk to a person about this payment?", name="pay.csv", content_type="text/csv",
                  content="card,order\n4111 1111 1111 1111,4471\n")
    assert side.notes(ticket) and all("1111 1111" not in note for note in side.notes(ticket))


@pytest.mark.parametrize("file", [
    {"name": "photo.jpg", "content_type": "image/jpeg", "content": "JFIF"},
    {"name": "big.txt", "content": "a" * (FILE_MAX + 1)},
    {"name": "posing.txt", "content": "MZ\0\1\2 I want to talk to a person"},
    {"name": "elsewhere.txt", "content": "I want to talk to a person", "elsewhere": True},
], ids=lambda file: file["name"])
def test_what_is_not_read_is_told_to_the_customer_and_the_agent(side: Side, file: dict[str, Any]) -> None:
    ticket = sent(side, RETURN, **file)
    assert side.verdicts(ticket) == ["answer"]
    assert (
        NOT_OPENED in side.replies(ticket)[-1] and "played no part in this reply" in side.replies(ticket)[-1]
    )
    side.reply(ticket, "Can I talk to a person?")
    side.house.settle(60)
    assert f"{file['name']} (m1) not read" in side.notes(ticket)[-1]
    assert NOT_OPENED not in side.replies(ticket)[-1], "of an earlier message's file it was told before"


def test_no_call_goes_out_for_a_picture_or_a_file_on_another_host(side: Side) -> None:
    sent(side, RETURN, name="photo.jpg", content_type="image/jpeg", content="JFIF")
    sent(side, RETURN, name="there.txt", content="words", elsewhere=True)
    assert calls_for_files(side) == []


def test_a_file_that_cannot_be_had_keeps_nobody_from_an_answer(side: Side) -> None:
    side.desk.do.fault("X4", method="GET", path=r"attachments/", status=503, nth=1, count=9)
    ticket = sent(side, RETURN, name="notes.txt", content="nothing much")
    assert side.verdicts(ticket) == ["answer"] and NOT_OPENED in side.replies(ticket)[-1]


def test_of_many_files_a_few_are_read_and_the_rest_is_counted(side: Side) -> None:
    ticket = side.write(RETURN)
    for n in range(5):
        side.desk.do.attach(int(ticket), name=f"part{n}.txt", content=f"line {n}")
    side.house.settle(60)
    assert "couldn't open 2 of the files you attached" in side.replies(ticket)[-1]
    assert len(calls_for_files(side)) == 3


def test_a_picture_in_a_signature_is_not_spoken_of(house: House) -> None:
    side = zendesk_side(house)
    ticket = sent(side, RETURN, name="logo.png", content_type="image/png", content="PNG", shown=True)
    assert "couldn't open" not in side.replies(ticket)[-1]
