"""A customer's answers within a quote that has no marks of its own: told by marks of theirs, by the questions
above them, or by standing behind the name that ends the quote.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from app.core.reading.mail_headers import is_header
from app.core.reading.mail_lines import Line
from app.core.reading.mail_marks import (
    ADDRESS,
    ANSWERED,
    CLOSING_LINE,
    COURTESY_LINE,
    DISCLAIMER_LINE,
    ENDS_WITH_COLON,
    FOOTER_LINE,
    GREETING,
    ME,
    POSTSCRIPT,
    RULE,
)

ANSWER_WORDS = 14  # of a line below a question that answers it
ANSWERS = 2  # so many questions with a line below them each are answered, and no list of a company's own
NAME_WORDS = 5  # of a line that ends a mail
NAME_LETTERS = 4

_LETTERS = re.compile(r"[^\W\d_]+")
# of a list that the question above offers
_CHOICE = re.compile(r"\W{0,3}(?:[^\W\d_]|\d{1,2})[.)]\s|[-*•·]\s")
_ON_THE_LINE = re.compile(r"[?？]\s{1,4}(?![(\[])\w[^?？.!:]{0,40}$")
_ASKED = re.compile(r"[?？؟]\W{0,3}$")


def own_lines(below: Sequence[Line], mark: Iterable[str]) -> frozenset[int]:
    """Starts of the lines that are the customer's. `mark`: the lines above the quote, which name its
    writer."""
    filled = [line for line in below if line.text]
    return frozenset(line.start for line in (*_marked(below), *_between(filled), *_behind(below, mark)))


def _marked(below: Sequence[Line]) -> Iterator[Line]:
    """Paragraphs that begin with an arrow, "Answer:" or "PS"."""
    own = False
    for line in below:
        own = bool(line.text) and (own or bool(ANSWERED.match(line.text) or POSTSCRIPT.match(line.text)))
        if own:
            yield line


def _between(filled: Sequence[Line]) -> list[Line]:
    """Short lines each below a question, and words behind one on its line, where there are several."""
    pairs = zip(filled, filled[1:], strict=False)
    found = [line for above, line in pairs if _ASKED.search(above.text) and _may_answer(line.text)]
    found += [line for line in filled if _ON_THE_LINE.search(line.text)]
    return found if len(found) >= ANSWERS else []


def _may_answer(text: str) -> bool:
    ends = any(
        mark.match(text)
        for mark in (CLOSING_LINE, COURTESY_LINE, GREETING, FOOTER_LINE, DISCLAIMER_LINE, RULE)
    )
    return (
        not (ends or _CHOICE.match(text) or _ASKED.search(text) or ENDS_WITH_COLON.search(text))
        and len(text.split()) <= ANSWER_WORDS
    )


def _behind(below: Sequence[Line], mark: Iterable[str]) -> Iterator[Line]:
    """Paragraphs in which somebody speaks of themselves, behind the name that ends the quote; none where
    another mail follows in it."""
    names = {
        word
        for text in mark
        for word in _LETTERS.findall(ADDRESS.sub("", text).casefold())
        if len(word) >= NAME_LETTERS
    }
    ended = [n for n, line in enumerate(below) if _ends(line.text, names)]
    if not ended or any(is_header(line) and ADDRESS.search(line.text) for line in below):
        return
    for paragraph in _paragraphs(below[ended[-1] + 1 :]):
        if any(ME.search(line.text) for line in paragraph):
            yield from paragraph


def _ends(text: str, names: set[str]) -> bool:
    words = _LETTERS.findall(text.casefold())
    return bool(CLOSING_LINE.match(text)) or 0 < len(words) <= NAME_WORDS and bool(names.intersection(words))


def _paragraphs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The paragraphs that begin below an empty line."""
    paragraph: list[Line] | None = None
    for line in lines:
        if not line.text:
            yield paragraph or []
            paragraph = []
        elif paragraph is not None:
            paragraph.append(line)
    yield paragraph or []
