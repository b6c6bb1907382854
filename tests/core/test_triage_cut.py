"""What was cut from a mail: still searched for wishes and facts, and shown where the question may be in
it."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.deciding.rules import decide
from app.core.verdicts import Handoff, Span
from app.core.writing.note import note
from app.core.writing.note_facts import facts_of
from config.policy import Detail, Reason
from tests.core.situations import SPAN, situation
from tests.core.tickets import WORDS, read, said, ticket

OURS = (
    "You can send boots back within thirty days, and whoever wants to may always talk to a person of our "
    "team."
)
WROTE = "On Mon, 4 May 2026 at 14:02, Larkfield <help@larkfield.example> wrote:"


def marked(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


@pytest.mark.parametrize("text", [
    f"The boots are wet.\n\n{WROTE}\n> Is it fine now?\n> No, I want to talk to a person.",
    "The boots are wet.\n\nKind regards\nMaya Okonkwo\nTalk To A Person",
    f"The boots are wet again and again.\n\n{WROTE}\nIs it fine now?\nNo, I want to talk to a person.",
])
def test_a_wish_for_a_person_is_found_in_what_was_cut(text: str) -> None:
    reading = read(text)
    assert "person" not in reading.question.casefold() or "Talk" in text
    assert reading.asks_person is not None
    assert text[reading.asks_person.start : reading.asks_person.end] == reading.asks_person.text


def test_what_we_or_the_customer_said_before_is_no_wish_when_it_comes_back() -> None:
    text = f"The boots are wet.\n\n{WROTE}\n{marked(OURS)}\n>> I want to talk to a person about the boots"
    earlier = said("I want to talk to a person about the boots", number=1), said(OURS, "assistant", 2)
    assert read(*earlier, said(text, number=3)).asks_person is None


def test_an_exit_word_alone_in_a_quote_asks_for_nobody() -> None:
    assert read(f"It came.\n\n{WROTE}\n> person").asks_person is None


def test_facts_are_found_in_what_was_cut_and_not_in_the_lines_of_the_program() -> None:
    reading = read(
        f"Where is it?\n\n{WROTE}\n> Your order #4471 was sent.\n\nKind regards\nMaya Okonkwo\nTel. 0151 "
        f"2345678"
    )
    assert [(kind, span.text) for kind, span in reading.entities if kind != "phone"] == [("order", "#4471")]


@pytest.mark.parametrize("subject", ["A question", "(no subject)", "Re: your order", ""])
def test_a_mail_of_nothing_but_a_quote_is_handed_off_as_empty_and_the_cut_is_shown(subject: str) -> None:
    reading = read(f"{WROTE}\n> The zip broke again,\n> can you mend it?", subject=subject)
    assert reading.question == ""
    assert reading.cut_words is not None and reading.cut_words.text.startswith("> The zip")


@pytest.mark.parametrize(("subject", "question"), [("A question", ""), ("(no subject)", ""),
("Can I pay twice?", "Can I pay twice?")])
def test_a_subject_alone_is_a_question_when_it_asks_something(subject: str, question: str) -> None:
    assert read("", subject=subject).question == question


def test_a_picture_without_words_is_empty_whatever_the_subject_says() -> None:
    assert read(replace(said(""), attachments=("zip.jpg",)), subject="Is this zip still good?").question == ""
    assert read("[image: zip.jpg]\n\nSent from my iPhone", subject="Is this zip still good?").question == ""


def test_a_thanks_over_a_quote_that_nothing_proves_settles_nothing() -> None:
    text = f"Thanks, solved!\n\n{WROTE}\nIt broke again after a day, and now I need a new one by Monday."
    reading = read(said("Where?"), said("Here.", "assistant", 2), said(text, number=3))
    assert (reading.settles, reading.cut_words is not None) == (False, True)


def test_words_cut_without_proof_go_to_people_instead_of_being_searched() -> None:
    decision = decide(situation(reading_cut_words=SPAN))
    assert decision is not None and isinstance(decision.verdict, Handoff)
    assert (decision.verdict.reason, decision.verdict.detail) == (Reason.UNSURE, Detail.EMPTY)


@pytest.mark.parametrize("language", WORDS)
def test_the_agent_reads_what_was_cut_in_few_words(language: str) -> None:
    asked = ticket(f"{WROTE}\n" + marked("The zip broke again.\n" + "word " * 200), subject="A question")
    reading = read(*asked.messages, subject="A question")
    facts = facts_of(asked, reading, Handoff(Reason.UNSURE, Detail.EMPTY, "support"), None)
    text = note(facts, WORDS[language]).text
    shown = next(line for line in text.splitlines() if line.startswith(WORDS[language].texts["note.cut"]))
    assert "The zip broke again. word word" in shown and shown.endswith("(m1)")
    assert len(shown.split()) <= 50 and "A question" not in text


def test_the_cut_is_not_shown_where_the_question_was_read() -> None:
    asked = ticket(f"Where is it?\n\n{WROTE}\n> The zip.")
    reading = read(*asked.messages)
    assert reading.cut_words is None
    cut = replace(reading, cut_words=Span("m1", 0, 5, "Where"))
    assert facts_of(asked, cut, Handoff(Reason.CUSTOMER_ASKED, Detail.PHRASE, "r"), None).cut_words is None
