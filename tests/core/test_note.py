from dataclasses import replace

import pytest

from app.core.verdicts import Handoff, Span
from app.core.writing.note import WORDS_MAX, draft_note, note
from app.core.writing.note_facts import Deed, facts_of, labels
from config.policy import Detail, Reason
from config.wording import LANGUAGES, load_words
from connectors.clean import HIDDEN_KINDS
from tests.golden.messages.tickets import FINDINGS, NEAREST, QUESTION, READING, REFUND, TICKET, span

EN = load_words("en")
ASKED = Handoff(Reason.CUSTOMER_ASKED, Detail.PHRASE, "billing")


def text_of(**changes: object) -> str:
    return note(replace(facts_of(TICKET, READING, ASKED, None, topic=REFUND), **changes), EN).text  # type: ignore[arg-type]


def test_messages_are_numbered_as_a_reader_of_the_thread_counts_them() -> None:
    assert labels(TICKET) == {"c1": "m1", "c2": "m2", "c4": "m3"}


def test_the_wish_is_the_customers_question_and_not_their_call_for_a_person() -> None:
    assert "WANTS “Quand serai-je remboursée de 89,00 € ?” (m1)" in text_of()


def test_a_request_without_a_question_mark_is_a_wish_too() -> None:
    text = "I ordered boots last week. I would like to change the size. They are nice boots."
    only = replace(TICKET, messages=(replace(TICKET.messages[0], text=text),))
    facts = facts_of(only, replace(READING, message="c1", question=text, asks_person=None), ASKED, None)
    assert facts.wants is not None and facts.wants.text == "I would like to change the size."


def test_a_fact_that_does_not_stand_in_its_message_is_dropped() -> None:
    invented = (
        ("order", Span("c1", 0, 5, "#9999")),
        ("order", span("c1", "#4471")),
        ("order", Span("gone", 0, 5, "#4471")),
    )
    facts = facts_of(
        TICKET,
        replace(READING, entities=invented, sentiment_spans=(Span("c1", 0, 4, "furious"),)),
        ASKED,
        None,
    )
    assert [fact.text for _, fact in facts.known] == ["#4471"]
    assert facts.sentiment_span is None


def test_the_same_fact_is_told_once() -> None:
    twice = (("order", span("c1", "#4471")), ("order", span("c1", "#4471")))
    assert len(facts_of(TICKET, replace(READING, entities=twice), ASKED, None).known) == 1


def test_a_customer_who_was_not_told_comes_first() -> None:
    assert text_of(told=False).startswith(
        "The customer has NOT been told.\n\nAI NOTE · Handed off: asked for a person (m3)"
    )
    assert "TOLD" not in text_of(told=False, told_text="9 in 10 by noon")


def test_a_note_begins_with_what_it_is() -> None:
    assert text_of().startswith("AI NOTE · ")


def test_empty_parts_are_left_out() -> None:
    bare = text_of(
        known=(),
        unread=(),
        deeds=(),
        playbook=(),
        told_text="",
        hidden=(),
        sentiment="unread",
        topic="",
        language="",
    )
    assert (
        bare
        == "AI NOTE · Handed off: asked for a person (m3)\n\nWANTS “Quand serai-je remboursée de 89,00 € ?” "
           "(m1)"
    )


def test_hidden_characters_that_were_taken_out_are_named() -> None:
    assert "Hidden characters were removed from the customer's text: invisible tag letters" in text_of()
    for language in LANGUAGES:
        words = load_words(language)
        assert all(f"note.hidden.{kind}" in words.texts for kind in HIDDEN_KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_part_stays_short_however_much_there_is_to_say(language: str) -> None:
    long = "parole " * 300
    facts = replace(
        facts_of(TICKET, READING, Handoff(Reason.UNSURE, Detail.ALREADY_ASKED, "r", NEAREST), FINDINGS),
        wants=Span("c1", 0, len(long), long),
        subject=long,
        topic=long,
        known=tuple((f"k{n}", Span("c1", 0, 9, long)) for n in range(30)),
        unread=tuple((long, "c1") for _ in range(30)),
        deeds=tuple(Deed("answered", (long, long), "c2") for _ in range(30)),
        playbook=tuple(long for _ in range(30)),
        told=True,
        told_text=long,
        hidden=HIDDEN_KINDS,
        sentiment_span=Span("c1", 0, 9, long),
    )
    for told in (True, False):
        assert (
            len(note(replace(facts, told=told, not_told_why=long), load_words(language)).text.split())
            <= WORDS_MAX
        )
    endless = note(replace(facts, wants=Span("c1", 0, 9, "x" * 100_000)), EN).text
    assert len(endless) < 5_000


def test_what_customers_and_pages_write_stays_text() -> None:
    hostile = "<img src=x> {{ticket.id}} \u202e<script>"
    facts = replace(
        facts_of(TICKET, READING, ASKED, FINDINGS),
        wants=Span("c1", 0, 9, hostile),
        topic=hostile,
        playbook=(hostile,),
        told_text=hostile,
        known=((hostile, Span("c1", 0, 9, hostile)),),
        unread=((hostile, "c1"),),
        deeds=(Deed("answered", (hostile,), "c2"),),
        nearest=replace(NEAREST, title=hostile, url="javascript:alert(1)"),
        searched=True,
        story_url="javascript:alert(1)",
    )
    body = note(facts, EN)
    assert "<img" not in body.html and "<script" not in body.html and "href" not in body.html
    assert not any(mark in text for text in (body.html, body.text) for mark in ("{{", "}}", "\u202e"))


def test_each_reason_and_detail_has_words_in_each_language() -> None:
    for language in LANGUAGES:
        words = load_words(language)
        facts = facts_of(TICKET, READING, ASKED, None)
        for reason in Reason:
            for detail in Detail:
                note(replace(facts, reason=reason, detail=detail), words)


def test_a_note_needs_its_reason_and_a_draft_note_its_draft() -> None:
    facts = facts_of(TICKET, READING, None, FINDINGS)
    with pytest.raises(ValueError, match="reason"):
        note(facts, EN)
    with pytest.raises(ValueError, match="draft"):
        draft_note(facts, "answer", EN)


def test_the_newest_text_is_read_without_what_it_quotes() -> None:
    quoted = replace(TICKET.messages[0], text="Thanks a lot for that.\n> Do you want a refund?")
    facts = facts_of(
        replace(TICKET, messages=(quoted, TICKET.messages[3])),
        replace(READING, question=QUESTION),
        ASKED,
        None,
    )
    assert facts.wants is None or "refund" not in facts.wants.text
