"""A message as a reader sees it, and where each character of it stands."""
from __future__ import annotations

import pytest

from app.core.reading.places import shown


@pytest.mark.parametrize(("text", "seen"), [
    ("re\u200bfund", "refund"), ("می\u200cخواهم \u200bx", "می\u200cخواهم x"), ("ab\u202e cd", "ab cd"),
    ("x e\u0301 y", "x é y"),
])
def test_each_character_knows_its_place(text: str, seen: str) -> None:
    clean, at = shown(text, [(0, len(text))], [])
    assert clean == seen
    assert [text[place] for place in at] == [letter if letter in text else "e" for letter in seen]
