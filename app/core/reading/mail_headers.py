"""The block of headers that mail programs copy above a quote, told by its shape."""
from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.reading.mail_lines import Line
from app.core.reading.mail_marks import ADDRESS, DAY, FROM, INSIDE_HEADER, TIME
from app.core.reading.mail_words import (
    FORM_WORDS,
    FROM_LABELS,
    OTHER_LABELS,
    SENT_LABELS,
    SUBJECT_LABELS,
    TO_LABELS,
)

HEADERS = 3
HEADERS_MAX = 9
LABEL = 26  # characters
LABEL_WORDS = 3

_HEADER = re.compile(r"[\W_]{0,6}([^:：<>@/]{1,40}?)[\s*_]{0,3}[:：](?!//)[\s*_]{0,4}(.{0,300})$")


def headers(lines: Sequence[Line], number: int, below_own: bool) -> int | None:
    """The place behind a block of headers that begins here, told by its shape; None when none does."""
    if not _HEADER.match(lines[number].text):
        return None
    pairs, end = pairs_of(lines, number)
    if len(pairs) < HEADERS:
        return None
    labels, values = [label for label, _ in pairs], [value for _, value in pairs]
    if any(FORM_WORDS.intersection(label.split()) for label in labels if label not in _MAIL_LABELS):
        return None
    address = any(ADDRESS.search(value) for value in values[:4])
    timed = any(DAY.search(value) and TIME.search(value) for value in values)
    kinds = sum(
        any(_is_of(label, table) for label in labels) for table in (SENT_LABELS, TO_LABELS, SUBJECT_LABELS)
    )
    titled = any(_is_of(label, SUBJECT_LABELS) for label in labels)
    # GMX and its kin begin with the day, T-Online with the subject.
    from_whom = any(
        _is_of(label, FROM_LABELS) for label in labels[: 1 if not address or not titled else HEADERS]
    )
    # A form of the writer's own may have a "from", a "to" and a day; it has neither an address nor a time of
    # day.
    if from_whom and kinds >= 2 and (address or timed and titled):
        return end
    from_somebody = ADDRESS.search(values[0]) is not None or ADDRESS.search(values[1]) is not None
    return end if from_somebody and timed and below_own else None


_MAIL_LABELS = FROM_LABELS | SENT_LABELS | TO_LABELS | SUBJECT_LABELS | OTHER_LABELS


def _is_of(label: str, table: frozenset[str]) -> bool:
    return label in table or label.replace(" ", "") in table or bool(label) and label.split()[0] in table


def pairs_of(lines: Sequence[Line], number: int) -> tuple[list[tuple[str, str]], int]:
    """The "label: value" lines from here on, and the place behind them. A list of addresses may go on over
    lines."""
    pairs: list[tuple[str, str]] = []
    at, end = number, number
    while at < len(lines) and len(pairs) < HEADERS_MAX:
        pair = _pair(lines[at])
        if pair is not None:
            pairs.append(pair)
            end = at + 1
        elif pairs and _goes_on(lines[at].text):
            end = at + 1
        # Paragraphs of their own, as Outlook for the Mac has them, have empty lines between them.
        elif lines[at].text or not pairs or at + 1 == len(lines) or not is_header(lines[at + 1]):
            break
        at += 1
    return pairs, end


def _pair(line: Line) -> tuple[str, str] | None:
    found = None if line.long else _HEADER.match(line.text)
    if found is None:
        return None
    label = " ".join(found[1].casefold().split()).strip("*_ ")
    short = len(label) <= LABEL and len(label.split()) <= LABEL_WORDS and any(map(str.isalpha, label))
    return (label, found[2].strip()) if short else None


def _goes_on(text: str) -> bool:
    return "@" in text and len(text.split()) < 12 and (";" in text or "," in text or text.endswith(">"))


def is_header(line: Line) -> bool:
    """Whether a line has the label of a header, but for the one that says from whom."""
    pair = _pair(line)
    return pair is not None and any(
        _is_of(pair[0], table) for table in (SENT_LABELS, TO_LABELS, SUBJECT_LABELS, OTHER_LABELS)
    )


def headers_in_line(text: str, number: int) -> int | None:
    """A block of headers that a desk has run together into one line."""
    inside = len(INSIDE_HEADER.findall(text)) if FROM.match(text) else 0
    timed = DAY.search(text) and TIME.search(text)
    # "From: Leeds, to: Paris, date: 3 June at 10:15" is a traveller's own.
    return number + 1 if inside >= 2 and ADDRESS.search(text) or inside >= HEADERS and timed else None
