"""Where an article is cut, and what is quoted of it."""
from __future__ import annotations

import pytest

from connectors.markdown import markdown_to_html
from workers.knowledge.owntime import states_own_time
from workers.knowledge.passages import WORDS, cut, lexical_spans, together
from workers.knowledge.plaintext import plain_text


def cut_markdown(markdown: str) -> list[tuple[str, str]]:
    text, blocks = plain_text(markdown_to_html(markdown))
    return [(c.kind, text[c.start:c.end]) for c in cut(text, blocks)]


def test_a_list_keeps_the_line_that_introduces_it() -> None:
    long = "This is a sentence of exactly eight words here. " * 20
    found = cut_markdown(
        f"{long}\n\nTo print a label:\n\n1. Open your orders.\n2. Print the label.\n\nThen post it."
    )
    assert [kind for kind, _ in found] == ["text", "steps", "text"]
    assert found[1][1].endswith("words here.\n\nTo print a label:\n\nOpen your orders.\nPrint the label.")
    assert found[2][1] == "Then post it."


def test_a_passage_never_crosses_a_heading() -> None:
    found = cut_markdown("## One\n\nFirst words.\n\n## Two\n\nOther words.")
    assert [text for _, text in found] == ["First words.", "Other words."]


def test_a_list_up_to_two_hundred_words_is_whole_and_a_longer_one_is_cut_at_items() -> None:
    short = "\n".join(f"{n}. Press the button number {n} and wait a little." for n in range(1, 20))
    assert len(cut_markdown(short)) == 1
    long = "\n".join(f"{n}. Press the button number {n} and wait a little." for n in range(1, 60))
    pieces = cut_markdown(long)
    assert len(pieces) > 2
    assert all(text.startswith("Press") and text.endswith("little.") for _, text in pieces)


def test_prose_is_cut_at_sentences_into_even_passages() -> None:
    found = cut_markdown("One two three four five six seven eight nine ten. " * 40)
    assert all(text.endswith("ten.") for _, text in found)
    assert {len(text.split()) for _, text in found} == {100}


def test_headings_alone_are_nothing_to_quote() -> None:
    assert cut_markdown("# Title\n\n## Another") == []


def test_pieces_for_word_search_cover_the_passage() -> None:
    text = "One two three four five six seven eight nine ten. " * 12
    spans = lexical_spans(text, 0, len(text))
    assert " ".join(text[a:b] for a, b in spans).split() == text.split()
    assert all(len(text[a:b].split()) <= 75 for a, b in spans)


def test_small_neighbours_are_quoted_together_and_a_list_stands_last() -> None:
    text, blocks = plain_text(markdown_to_html(
        "## Until when\n\nAs long as the order is received.\n\n## How\n\n1. Open it.\n2. Save it.\n\n"
        "## Too late\n\nAsk the courier.\n\n## Never\n\nThe country."
    ))
    runs = [(text[c.start:c.end], c.kind) for _, _, c in together(text, cut(text, blocks))]
    assert runs == [
        ("As long as the order is received.\n\nHow\n\nOpen it.\nSave it.", "steps"),
        ("Ask the courier.\n\nNever\n\nThe country.", "text"),
    ]
    assert all(len(quoted.split()) <= WORDS for quoted, _ in runs)


@pytest.mark.parametrize("sentence", [
    "We reply within 24 hours.", "Our team responds in 1-2 business "
                                 "days.", "You will hear back from our support team the same day.",
    "By phone we answer in 3 minutes.", "Live chat is answered in under 2 "
                                        "minutes.", "We'll get back to you within two working days.",
    "We aim to review fraud alerts promptly, with responses targeted within 17 minutes.",
    "Nous répondons sous 24 heures.", "Notre équipe vous répond en deux jours.",
    "Wir antworten innerhalb von 24 Stunden.", "Unser Kundendienst meldet sich in zwei Werktagen.",
    "Respondemos en 24 horas.", "Nuestro equipo contestará en un plazo de dos días.",
])
def test_our_own_answering_time_is_recognised(sentence: str) -> None:
    assert states_own_time(sentence)


@pytest.mark.parametrize("sentence", [
    "Refunds take 5 to 7 working days.", "You can return shoes within 30 days.", "You must reply to the "
                                                                                 "mail within 3 days.",
    "We post the parcel within 2 days.", "Our warranty lasts 2 years and covers 12 "
                                         "months.", "Reply to the mail to confirm your address.",
    "Les remboursements prennent 5 jours.", "Die Rückgabe ist 30 Tage möglich.", "El reembolso tarda 5 días.",
    "We answer questions about sizes on this page.", "",
])
def test_other_times_are_left_alone(sentence: str) -> None:
    assert not states_own_time(sentence)
