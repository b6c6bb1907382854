"""Words that read as Latin ones and are not: letters of another alphabet put in a Latin word, as in a false
web address. Linear."""
from __future__ import annotations

import re
import unicodedata

WORDS_MAX = 5  # that are told
LETTERS_MAX = 40  # of one of them
TEXT_MAX = 100_000  # characters that are looked at

# Cyrillic, Greek and Armenian letters that are drawn like a Latin one in common typefaces.
_ALIKE = frozenset("аеорсухіјѕһԁԛԝӏѵАВЕЅІЈКМНОРСТУХҮԚԜҺӀ" "οναρικυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧϲϳ" "օոսհցզԼՕՍ")
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|[.-](?=[^\W_])){0,200}")
_LATIN = re.compile(r"[A-Za-z]")
_FOREIGN = re.compile(r"[\u0370-\u058f\u1c80-\u1c8f\u1f00-\u1fff\u2de0-\u2dff\ua640-\ua69f]")
_PART = re.compile(r"[.-]")
_ENDING = re.compile(r"\.[a-z]{2,24}\Z")


def lookalikes(text: str) -> tuple[str, ...]:
    """The words, in their order and once each, that mix Latin letters with ones that only look Latin.

    A word counts when every letter of it that is not Latin looks like one, so that a person reads a Latin
    word: "pаypal" with a Cyrillic а. Words of another alphabet, slips of its typists ("cегодня") and signs of
    a science ("Δx", "µm") do not; nor does "USB-кабель", whose parts are each of one alphabet. In an address
    a whole part of such letters counts too.
    """
    text = text[:TEXT_MAX]
    if not _FOREIGN.search(text):
        return ()
    found: dict[str, None] = {}
    for match in _WORD.finditer(text):
        word = match.group()
        if _FOREIGN.search(word) and _reads_as_latin(word):
            found.setdefault(word[:LETTERS_MAX])
    return tuple(found)[:WORDS_MAX]


def _reads_as_latin(word: str) -> bool:
    is_address = _ENDING.search(word) is not None
    return any(_mixed(part) or is_address and _posing(part) for part in _PART.split(word))


def _mixed(part: str) -> bool:
    letters = [letter for letter in part if letter.isalpha()]
    others = [letter for letter in letters if not _is_latin(letter)]
    # One Latin letter among others is a slip of somebody who types another alphabet.
    return 0 < len(others) <= len(letters) - 2 and all(letter in _ALIKE for letter in others)


def _posing(part: str) -> bool:
    return (
        len(part) > 1
        and all(letter in _ALIKE or letter.isdigit() for letter in part)
        and _LATIN.search(part) is None
    )


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith("LATIN")
