"""The end of a mail: signature, phone footer, disclaimer. Only lines that are proven to be of it go; a
sentence, a question or a postscript that stands among them or below them stays."""
from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.reading.mail_lines import DISCLAIMER, FOOTER, SIGNATURE, Line
from app.core.reading.mail_marks import (
    CLOSED_IN_LINE,
    CLOSING_LINE,
    CONTACT,
    COURTESY_LINE,
    DISCLAIMED,
    DISCLAIMER_LINE,
    FOOTER_LINE,
    FOOTER_SPEAKS,
    IN_A_SENTENCE,
    OUTSIDE_BANNER,
    POSTSCRIPT,
    PURE_MARK,
    RULE,
    SIGNATURE_MARK,
    WISH,
)
from app.core.reading.mail_words import NO_NAME, PARTICLES
from app.core.reading.phrases import fold

SIGNATURE_LINES = 12  # a name, a position, a company, an address, numbers
SIGNATURE_WIDTH = 90
SENTENCE_WORDS = 5  # words of a line that ends with a dot and is a sentence
SPEAKING_WORDS = 8  # words of a line that is text, with or without a dot
NAME_WORDS = 5
DISCLAIMED_TWICE = 2  # words of a disclaimer that make a line one
WRAPPED = 50  # characters of a line that a mail program may have broken

_WORD = re.compile(r"[^\W\d_]+")
_ENDS = re.compile(r"[.!…][\"”»)\]]?$")


def cut_feet(lines: Sequence[Line], text: str, name: str) -> set[str]:
    """Cut the feet among the lines that are kept, and name what was cut. `name` is the writer's, "" when
    nobody knows it."""
    kept = [line for line in lines if line.kept and line.text]
    names = frozenset(word for word in _WORD.findall(fold(name.partition("@")[0]).text) if len(word) > 1)
    cut: set[str] = set()
    number = 0
    while number < len(kept):
        line = kept[number]
        length, what = 0, SIGNATURE
        if FOOTER_LINE.match(line.text) and not (
            IN_A_SENTENCE.search(line.text) or FOOTER_SPEAKS.search(line.text)
        ):
            length, what = 1, FOOTER
        elif _disclaims(line):
            length, what = _disclaimer(kept, number), DISCLAIMER
        elif number and SIGNATURE_MARK.match(line.text):
            length = _signed(
                kept, number + 1, names, pure=bool(PURE_MARK.search(text[line.start : line.end]))
            )
            length += bool(length)
            if not length and (number + 1 == len(kept) or _ends_below(kept[number + 1].text)):
                length = 1
        elif number and CLOSING_LINE.match(line.text):
            length = _closed(kept, number, names, formula=True)
        elif number and COURTESY_LINE.match(line.text):
            length = _closed(kept, number, names, formula=False)
        elif number and _closes_in_line(line.text, names):
            length = 1 + _contacts(kept, number + 1)
        for foot in kept[number : number + length]:
            foot.cut()
        if length:
            cut.add(what)
        number += max(length, 1)
    return cut


def _signed(kept: Sequence[Line], number: int, names: frozenset[str], *, pure: bool) -> int:
    """How many lines from here on are a signature below its mark: it begins with a name or a way to reach
    somebody."""
    if number >= len(kept):
        return 0
    first = kept[number].text
    if not (_is_name(first, names) or CONTACT.search(first) and not _speaks(first)):
        return 0
    return 1 + _contacts(kept, number + 1, loose=pure)


def _closed(kept: Sequence[Line], number: int, names: frozenset[str], *, formula: bool) -> int:
    """How many lines from a closing on are the end of a mail. The writer's own name proves it; below a
    formula any name does."""
    at = number + 1
    while at < len(kept) and (SIGNATURE_MARK.match(kept[at].text) or RULE.match(kept[at].text)):
        at += 1
    if at >= len(kept) or not _is_name(kept[at].text, names):
        return 0
    theirs = _is_own_name(kept[at].text, names)
    length = _contacts(kept, at + 1)
    whole = at + 1 + length == len(kept) or _ends_below(kept[at + 1 + length].text)
    # A name nobody knows, below a "Thanks" that may be text, is one only where the mail ends with it.
    return at + 1 + length - number if theirs or formula or whole else 0


def _ends_below(text: str) -> bool:
    return any(mark.match(text) for mark in (FOOTER_LINE, SIGNATURE_MARK, RULE, POSTSCRIPT, DISCLAIMER_LINE))


def _closes_in_line(text: str, names: frozenset[str]) -> bool:
    """"Kind regards, Maya" on one line: proven by the writer's own name alone."""
    for gap in CLOSED_IN_LINE.finditer(text[:SIGNATURE_WIDTH]):
        before, after = text[: gap.start()], text[gap.end() :]
        if (CLOSING_LINE.match(before) or COURTESY_LINE.match(before)) and _is_own_name(after, names):
            return True
    return False


def _contacts(kept: Sequence[Line], number: int, *, loose: bool = False) -> int:
    """How many lines from here on name a position, a company, a street, a number. `loose`: a motto may stand
    among them."""
    count = 0
    for line in kept[number : number + SIGNATURE_LINES]:
        foot = (
            FOOTER_LINE.match(line.text)
            or DISCLAIMER_LINE.match(line.text)
            or SIGNATURE_MARK.match(line.text)
        )
        speaks = _speaks(line.text) if not loose else _wishes(line.text)
        if foot or speaks or line.long or len(line.text) > SIGNATURE_WIDTH:
            break
        count += 1
    return count


def _speaks(text: str) -> bool:
    """Whether a line is somebody's sentence, and no part of a signature."""
    if CONTACT.search(text) and not WISH.search(text) and "? " not in f"{text} ".replace("?=", ""):
        return False
    words = len(text.split())
    return (
        _wishes(text)
        or words >= SPEAKING_WORDS
        or words >= SENTENCE_WORDS
        and _ENDS.search(text) is not None
        or text[:1].islower()
    )


def _wishes(text: str) -> bool:
    first = _WORD.search(text.casefold())
    return bool(
        POSTSCRIPT.match(text)
        or "?" in text
        or "？" in text
        or WISH.search(text)
        or first
        and first[0] in NO_NAME
    )


def _is_name(text: str, names: frozenset[str]) -> bool:
    """Few words with capitals, none of them a wish: "I want a person" or "Refund please" below a "Thanks" is
    no name."""
    if _is_own_name(text, names):
        return True
    words = text.strip("*_-–— ,.").split()
    if (
        not 0 < len(words) <= NAME_WORDS
        or any(map(str.isdigit, text))
        or "?" in text
        or "!" in text
        or WISH.search(text)
    ):
        return False
    if any(word.casefold().strip(".,") in NO_NAME for word in words):
        return False
    return (
        all(not word[:1].islower() or word.casefold() in PARTICLES for word in words)
        and not words[0][:1].islower()
    )


def _is_own_name(text: str, names: frozenset[str]) -> bool:
    words = _WORD.findall(fold(text).text)
    return (
        bool(names.intersection(words))
        and len(words) <= NAME_WORDS
        and not WISH.search(text)
        and "?" not in text
    )


def _disclaims(line: Line) -> bool:
    if OUTSIDE_BANNER.match(line.text):
        return True
    return bool(DISCLAIMER_LINE.match(line.text)) and _disclaimed(line.text)


def _disclaimed(text: str) -> bool:
    return len({found.group().casefold() for found in DISCLAIMED.finditer(text)}) >= DISCLAIMED_TWICE


def _disclaimer(kept: Sequence[Line], number: int) -> int:
    """How many lines a disclaimer has: it goes on where a line was broken, or speaks of the same."""
    length = 1
    while number + length < len(kept):
        above, line = kept[number + length - 1], kept[number + length]
        adjoining = above.end == line.start
        broken = adjoining and len(above.text) >= WRAPPED and not _ENDS.search(above.text)
        if not (broken or _disclaimed(line.text)) or "?" in line.text or POSTSCRIPT.match(line.text):
            break
        length += 1
    return length
