"""Letters that only look Latin are told; ordinary typing in another alphabet is not."""
from __future__ import annotations

import pytest

from app.core.reading.lookalikes import WORDS_MAX, lookalikes


@pytest.mark.parametrize(("text", "found"), [
    ("Pay at pаypal now", ("pаypal",)),  # Cyrillic а
    ("log in at www.larkfіeld.example please", ("www.larkfіeld.example",)),
    ("Gοοgle sent me", ("Gοοgle",)),  # Greek omicrons
    ("go to аррӏе.com", ("аррӏе.com",)),  # no Latin letter in the name at all
    ("Micrоsoft and Micrоsoft again", ("Micrоsoft",)),
])
def test_a_word_that_only_reads_as_latin_is_told(text: str, found: tuple[str, ...]) -> None:
    assert lookalikes(text) == found


@pytest.mark.parametrize("text", [
    "Plain text, naïve café, Größe 42, "
    "mañana", "Здравствуйте, где мой заказ?", "Πού είναι η παραγγελία μου;", "USB-кабель и Wi-Fi роутер",
    "cегодня не работает", "Δx is 3 µm, λ-calculus, Ω-3", "почта: ivan@example.com, сайт "
                                                          "example.com", "МТС и VPN, 3D-печать", "",
    "президент.рф", "日本語 mixed with English", "Łódź, Þór, Đặng",
])
def test_ordinary_typing_is_not(text: str) -> None:
    assert lookalikes(text) == ()


def test_only_a_few_are_told_and_each_is_short() -> None:
    many = lookalikes(" ".join(f"pаyp{letter}l" + "x" * 100 for letter in "abcdefghi"))
    assert len(many) == WORDS_MAX and all(len(word) <= 40 for word in many)


def test_a_hostile_text_takes_no_longer_than_it_is_long() -> None:
    assert lookalikes("а." * 60_000) == () and lookalikes("aа-" * 60_000) is not None
