"""Whose words a message is, and what may follow from them: only its requester settles a ticket or chooses."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.memory import TicketMemory
from app.core.reading.triage import SUBJECT, read_ticket
from app.core.verdicts import Option, Reading, Span
from connectors.records import Message, Person, Role, Writer, writer_of
from tests.core.tickets import AUTHORS, MAYA, POLICY, WORDS, said, ticket

BOB = Person("c2", Role.CUSTOMER, "Bob Stone", "bob@other.example")
AWAY = {"auto-submitted": "auto-replied"}
OFFERED = TicketMemory(
    clarified=True,
    options=(
        Option("A", "article-order", "Changing the address of an order"),
        Option("B", "article-account", "Addresses saved in your account"),
    ),
)


def bob(text: str, number: int = 1, **more: dict[str, str]) -> Message:
    return replace(said(text, number=number, **more), author=BOB)


def read(*messages: Message, memory: TicketMemory | None = None, subject: str = "") -> Reading:
    return read_ticket(
        ticket(*messages, subject=subject), memory or TicketMemory(), "m:1", WORDS, POLICY, ("en", 0.99)
    )


@pytest.mark.parametrize(("author", "requester", "writer"), [
    (MAYA, MAYA, Writer.REQUESTER),
    (MAYA, replace(MAYA, staff=True), Writer.AGENT_REQUESTER),
    (BOB, MAYA, Writer.COPIED),
    (MAYA, BOB, Writer.COPIED),
    (AUTHORS["agent"], MAYA, Writer.AGENT),
    (AUTHORS["assistant"], MAYA, Writer.ASSISTANT),
    (AUTHORS["bot"], MAYA, Writer.MACHINE),
    (Person("-1", Role.SYSTEM, ""), MAYA, Writer.MACHINE),
])
def test_the_writer_is_told_by_the_tickets_requester(
    author: Person, requester: Person, writer: Writer
) -> None:
    assert writer_of(Message("m1", author, 1, True, "Hello"), requester) is writer


def test_every_message_of_a_turn_has_its_voice() -> None:
    reading = read(said("Where is it?"), bob("I wait too.", 2))
    assert [(v.message, v.writer, v.name, v.text) for v in reading.voices] == [
        ("m1", Writer.REQUESTER, "Maya Okonkwo", "Where is it?"),
        ("m2", Writer.COPIED, "Bob Stone", "I wait too."),
    ]
    assert reading.writer is Writer.COPIED


def test_a_mail_no_person_wrote_is_a_machines_whoever_sent_it() -> None:
    assert read(bob("I am away.", headers=AWAY)).writer is Writer.MACHINE


@pytest.mark.parametrize("thanks", ["Thanks, that is all sorted now.", "Merci beaucoup, c'est réglé.",
"Danke, das hat geholfen.",
                                    "Gracias, ya está solucionado."])
def test_only_the_requester_settles(thanks: str) -> None:
    assert (read(said(thanks)).settles, read(said(thanks)).settled_by_other) == (True, False)
    assert (read(bob(thanks)).settles, read(bob(thanks)).settled_by_other) == (False, True)


@pytest.mark.parametrize(("burst", "settled"), [
    ((said("Thanks, that is all sorted now."), bob("Great, thanks!", 2)), (True, False)),
    ((said("Thanks, that is all sorted now."), bob("No. When does mine arrive?", 2)), (False, False)),
    ((said("When does it arrive?"), bob("Thanks, that is all sorted now.", 2)), (False, False)),
])
def test_in_a_burst_nothing_of_anybody_may_be_left_open(
    burst: tuple[Message, ...], settled: tuple[bool, bool]
) -> None:
    reading = read(*burst)
    assert (reading.settles, reading.settled_by_other) == settled


@pytest.mark.parametrize("letter", ["B", "B please", "the second one", "Die zweite", "la deuxième",
"la segunda"])
def test_only_the_requester_chooses(letter: str) -> None:
    mine, others = read(said(letter), memory=OFFERED), read(bob(letter), memory=OFFERED)
    assert (mine.choice, mine.chosen_by_other) == ("article-account", False)
    assert (others.choice, others.chosen_by_other) == (None, True)


def test_in_a_burst_the_requesters_own_letter_counts() -> None:
    assert read(said("A"), bob("B, I would say", 2), memory=OFFERED).choice == "article-order"


def test_a_question_of_somebody_in_copy_about_a_page_is_a_question() -> None:
    reading = read(bob("How do I change the addresses saved in my account?"), memory=OFFERED)
    assert (reading.choice, reading.chosen_by_other) == (None, False)


def test_the_requesters_own_wish_for_a_person_goes_before_anybody_elses() -> None:
    both = read(bob("I want to talk to a person."), said("person", number=2))
    assert both.asks_person is not None and both.writer_of(both.asks_person) is Writer.REQUESTER
    alone = read(said("Where is it?"), bob("I want to talk to a person.", 2))
    assert alone.asks_person is not None and alone.writer_of(alone.asks_person) is Writer.COPIED


def test_the_subject_is_of_whoever_opened_the_ticket() -> None:
    reading = read(bob("Where is it?"), said("Yes, where?", number=2), subject="I want to talk to a person")
    assert reading.asks_person is not None and reading.asks_person.message == SUBJECT
    assert reading.writer_of(reading.asks_person) is Writer.COPIED
    assert reading.writer_of(Span("m2", 0, 3, "Yes")) is Writer.REQUESTER
