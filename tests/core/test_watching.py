"""Many phrases looked for at once: words in a row, words in any order, and words that rule a phrase out."""
from __future__ import annotations

import pytest

from app.core.reading.watching import Watch

SLOTS = {"account": ("konto|account", "~konto"), "used": ("benutzt|verwendet",)}


def found(phrase: str, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in Watch({"kind": [phrase]}, SLOTS).hits(text)]


@pytest.mark.parametrize("text", ["jemand hat mein Konto benutzt", "benutzt wurde das Konto von jemand",
"Konto, benutzt, jemand"])
def test_joined_phrases_stand_in_any_order(text):
    (place,) = found("jemand & {account} & {used}", f"Hallo. {text}. Danke")
    assert "jemand" in place and "benutzt" in place


def test_joined_phrases_stand_close_together_in_a_sentence_or_two():
    assert found("jemand & {used}", "Da war jemand. Er hat mein Konto benutzt.") == [
        "jemand. Er hat mein Konto benutzt"
    ]
    assert found("jemand & {used}", "Da war jemand. Das weiß ich. Es wurde benutzt.") == []
    assert found("jemand & {used}", f"jemand {'sehr ' * 40}hat es benutzt") == []


def test_of_several_places_the_shortest_stretch_is_shown():
    assert found("jemand & {used}", "jemand war da, und dann hat jemand es benutzt") == ["jemand es benutzt"]


def test_joined_phrases_take_no_letter_twice():
    assert found("konto|karte & karte", "meine karte") == []
    assert found("meine karte & karte", "meine karte ist eine karte") == ["meine karte ist eine karte"]


def test_a_barred_phrase_rules_out_its_sentence_and_the_next_alone():
    phrase = "{account} & {used} & !nicht mehr"
    assert found(phrase, "Ich habe das Konto nicht mehr benutzt.") == []
    assert found(phrase, "Ich will nicht mehr. Ich bin weg. Mein Konto wurde benutzt.") == [
        "Konto wurde benutzt"
    ]


def test_a_word_may_have_any_beginning():
    assert found("mein {account}", "mein Kundenkonto") == ["mein Kundenkonto"]
    assert found("~konto", "Kontoauszug") == []
    assert found("~konto weg", "das Bankkonto weg") == ["Bankkonto weg"]


def test_a_word_has_one_open_side():
    with pytest.raises(ValueError, match="any beginning or any ending"):
        Watch({"kind": ["~kont~"]}, {})


def test_a_phrase_of_bars_alone_is_refused():
    with pytest.raises(ValueError, match="no word that must be there"):
        Watch({"kind": ["!konto"]}, {})
