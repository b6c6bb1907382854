"""The same matter or another: what is certain, and which way each thing weighs. How often it is right is
scored in tests/quality."""
from __future__ import annotations

from dataclasses import replace

import pytest

from app.core.reading.entities import ORDER
from app.core.reading.matter import WEIGHTS, Matter, features, likely, same_matter
from tests.core.tickets import WORDS
from workers.deciding.matters import matter_of

FIRST = Matter(
    "shipping", frozenset(), ("p1", "p2"), frozenset({"parcel", "track", "monday"}), asks=frozenset({"where"})
)
LATER = Matter("shipping", frozenset(), ("p1", "p3"), frozenset({"parcel", "arriv", "week"}))


def told(text: str, language: str = "en", *facts: tuple[str, str]) -> Matter:
    return matter_of(text, "other", facts, (), language, WORDS)


def test_the_question_has_no_memory_and_equal_inputs_give_equal_answers():
    assert [same_matter(FIRST, LATER, 0.6) for _ in range(3)] == [same_matter(FIRST, LATER, 0.6)] * 3


def test_the_same_words_about_another_order_are_another_matter():
    one, other = (
        told("Where is order 4411?", "en", (ORDER, "4411")),
        told("Where is order 5522?", "en", (ORDER, "5522")),
    )
    assert not same_matter(one, other, 0.99)
    assert same_matter(one, told("Where is order 4411?", "en", (ORDER, "4411")), 0.99)


@pytest.mark.parametrize(("one", "other"), [("booking QX7731", "booking QX8112"), ("Rechnung 2024-118",
"Rechnung 2024-119")])
def test_a_number_that_no_list_knows_names_a_case_too(one: str, other: str):
    assert not same_matter(told(f"Please change {one}"), told(f"Please change {other}"), 0.99)


@pytest.mark.parametrize("text", ["It costs £49.00", "on 2026-03-04", "since 2025", "5-7 days", "size 46"])
def test_amounts_days_and_years_name_no_case(text: str):
    assert not told(text).facts


@pytest.mark.parametrize(("text", "language"), [
    ("Thank you, it arrived this morning.", "en"), ("Vielen Dank, das Paket ist da.", "de"),
    ("Merci beaucoup, c'est arrivé.", "fr"),
    ("Muchas gracias, ya llegó.", "es"),
])
def test_thanks_that_want_nothing_are_no_chaser(text: str, language: str):
    assert not same_matter(FIRST, told(text, language), 0.9)


@pytest.mark.parametrize("text", ["?", "And?", "Hello??", "So what now"])
def test_who_says_next_to_nothing_means_what_went_before(text: str):
    assert same_matter(FIRST, told(text), 0.0)


@pytest.mark.parametrize(("text", "language"), [
    ("Still nothing.", "en"), ("As I said, the label does not print", "en"), ("Das war nicht meine Frage",
    "de"),
    ("Toujours rien reçu pour ce colis", "fr"), ("Sigo sin noticias del paquete", "es"),
])
def test_what_comes_back_is_the_same(text: str, language: str):
    assert told(text, language).comes_back
    assert same_matter(FIRST, told(text, language), 0.3)


@pytest.mark.parametrize(("text", "language"), [
    ("One more thing, do you sell tents?", "en"), ("Noch eine andere Frage: Verkaufen Sie Zelte?", "de"),
    ("Autre question : vendez-vous des tentes ?", "fr"), ("Otra pregunta: ¿venden tiendas?", "es"),
])
def test_what_begins_anew_is_another(text: str, language: str):
    assert told(text, language).begins_anew
    assert not same_matter(FIRST, told(text, language), 0.2)


def test_each_thing_weighs_its_way():
    low = likely(FIRST, LATER, 0.2)
    assert low < likely(FIRST, LATER, 0.8)
    assert (
        likely(FIRST, replace(LATER, topic="returns"), 0.2)
        < low
        < likely(FIRST, replace(LATER, pages=("p1", "p2")), 0.2)
    )
    assert (
        likely(FIRST, replace(LATER, asks=frozenset({"can"})), 0.2)
        < low
        < likely(FIRST, replace(LATER, goes_on=True), 0.2)
    )
    assert (
        likely(FIRST, replace(LATER, thanks=True), 0.2)
        < low
        < likely(FIRST, replace(LATER, trouble=True), 0.2)
    )


def test_where_the_model_reads_nothing_the_words_speak():
    shared, other = (
        likely(FIRST, LATER, None),
        likely(FIRST, replace(LATER, words=frozenset({"lamp", "bulb"})), None),
    )
    assert other < shared


def test_everything_that_is_weighed_has_its_weight():
    assert set(features(FIRST, LATER, 0.5)) == set(WEIGHTS)
