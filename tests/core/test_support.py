"""A reworded sentence stands only when the passage carries it; every kind of fault that turns a sentence
round is cut."""
from __future__ import annotations

import pytest

from app.core.deciding.support import check

PAGE = (
    "You can return shoes within 30 days of delivery if they are unworn. "
    "Refunds reach your card 5 to 7 working days after we receive the parcel. "
    "Gift cards are not refundable. You must enable two-step sign-in before you change the address."
)


@pytest.mark.parametrize("claim", [
    "Return shoes within 30 days of delivery if they are unworn.",
    "Shoes can be returned within 30 days of delivery if unworn.",
    "Gift cards are not refundable.",
    "Refunds reach your card 5 to 7 working days after we receive the parcel.",
])
def test_a_careful_rewording_stands(claim: str) -> None:
    found = check(claim, PAGE)
    assert found.passes, found.why


@pytest.mark.parametrize(("claim", "why"), [
    ("You can return shoes within 60 days of delivery if they are unworn.", "a number that is not there"),
    ("Refunds reach your card 7 to 5 working days after we receive the "
     "parcel.", "a number that is not there"),
    ("Gift cards are refundable.", "another number of negations"),
    ("Gift cards are not never refundable.", "another number of negations"),
    ("You must disable two-step sign-in before you change the address.", "a word turned round"),
    ("Refunds reach your card 5 to 7 working days before we receive the parcel.", "another direction"),
    ("You may enable two-step sign-in before you change the address.", "a word turned round"),
    ("Refunds reach your bank 5 to 7 working days after we receive the parcel.", "not there: bank"),
    ("You can return shoes from 30 days of delivery if they are unworn.", "another direction"),
    ("You should return shoes within 30 days of delivery if they are unworn.", "another duty"),
])
def test_a_planted_fault_is_cut_and_the_reason_is_said(claim: str, why: str) -> None:
    found = check(claim, PAGE)
    assert (found.passes, found.why) == (False, why)


def test_a_foreign_sentence_scores_below_one_the_page_carries() -> None:
    assert (
        check("The warehouse in Leeds is open on Sundays.", PAGE).score
        < 0.2
        < check("Shoes may be returned unworn.", PAGE).score
    )


@pytest.mark.parametrize(("claim", "passage"), [("", PAGE), ("…", PAGE), ("Return shoes.", ""), ("", "")])
def test_nothing_carries_nothing(claim: str, passage: str) -> None:
    assert not check(claim, passage).passes


def test_one_number_is_not_found_inside_another() -> None:
    assert not check("Refunds take 1 day.", "Refunds take 10 days.").passes


def test_thousands_and_number_words_are_one_number() -> None:
    assert check("Orders over 1000 ship in two days.", "Orders over 1,000 ship in 2 days.").passes
