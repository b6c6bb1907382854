"""What in a message must reach a person: phrases of every language, the policy's own, and secrets."""
from __future__ import annotations

import time

import pytest

from app.core.reading.flags import FLAGS_MAX, Flagged, flags
from config.floor import FloorClass
from config.wording import LANGUAGES, load_words

WORDS = {language: load_words(language) for language in LANGUAGES}


def kinds(text: str) -> set[FloorClass]:
    return {flag.kind for flag in flags(text, WORDS)}


def test_a_phrase_is_flagged_where_it_stands():
    text = "Hello.  I want to\n die, please."
    (flag,) = flags(text, WORDS)
    assert (flag.kind, text[flag.start : flag.end]) == (FloorClass.DANGER, "want to\n die")


@pytest.mark.parametrize("text", ["I want to... die", "I WANT TO DIE", "Ich möchte sterben", "je veux mourir",
"quiero morirme"])
def test_dots_case_accents_and_language_do_not_matter(text):
    assert FloorClass.DANGER in kinds(text)


def test_an_apostrophe_is_a_blank():
    assert FloorClass.LEGAL in kinds("j’en parle à l’avocat")
    assert FloorClass.DANGER in kinds("I don’t wanna live anymore") & kinds("i dont wanna live anymore")


@pytest.mark.parametrize("text", ["votre employé m'a insultée", "il a fini à l'hôpital",
"on a failli y passer"])
def test_a_word_of_one_language_is_no_slip_of_a_word_of_another(text):
    assert kinds(text) & {FloorClass.COMPLAINT_PERSON, FloorClass.INJURY}


def test_a_secret_is_flagged_in_its_place():
    text = "take card 4111 1111 1111 1111 then"
    assert flags(text, WORDS) == (Flagged(FloorClass.SENSITIVE, 10, 29, firm=True),)


def test_a_phrase_of_the_policy_counts_even_where_it_looks_like_a_near_miss():
    added = {FloorClass.DANGER: ("dying to",), FloorClass.PRESS: ("tele {who}",)}
    assert flags("I am dying to wear it", WORDS) == ()
    assert [f.kind for f in flags("I am dying to wear it", WORDS, added)] == [FloorClass.DANGER]
    assert [f.kind for f in flags("from tele who, hello", WORDS, added)] == [FloorClass.PRESS]


def test_a_phrase_of_the_policy_joins_and_bars_nothing():
    added = {FloorClass.PRESS: ("Tick & Tock", "!Extra!")}
    assert [f.kind for f in flags("we are Tick & Tock, hello", WORDS, added)] == [FloorClass.PRESS]
    assert flags("Tock came before Tick", WORDS, added) == ()
    assert [f.kind for f in flags("from Extra! magazine", WORDS, added)] == [FloorClass.PRESS]


def test_the_gravest_class_comes_first_and_places_of_one_class_do_not_overlap():
    found = flags("I saw my lawyer. I have a lawyer. I want to die. We want to die.", WORDS)
    assert [f.kind for f in found] == [
        FloorClass.DANGER,
        FloorClass.DANGER,
        FloorClass.LEGAL,
        FloorClass.LEGAL,
    ]
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False) if a.kind is b.kind)


def test_a_huge_text_is_read_at_its_beginning_and_its_end():
    filler = "word " * 100_000
    found = flags(f"I want to die. {filler} my lawyer", WORDS)
    assert [f.kind for f in found] == [FloorClass.DANGER, FloorClass.LEGAL]
    assert found[1].end == len(filler) + 25
    assert len(flags("I want to die. " * 10_000, WORDS)) == FLAGS_MAX


@pytest.mark.parametrize("unit", ["i want to die ", "my ", "i'", "a. ", "1 ", "kill hurt my account someone "
                                                                              "want to be ", "é", "x"])
def test_a_hostile_megabyte_takes_little_longer_than_plain_text(unit):
    plain = "a plain sentence with a few words of a customer who writes about an order. "
    flags(plain, WORDS)
    started = time.process_time()
    flags(plain * 13_000, WORDS)
    usual = time.process_time() - started
    started = time.process_time()
    flags(unit * (1_000_000 // len(unit)), WORDS)
    assert time.process_time() - started < 20 * usual
