"""The line above a quote that says who wrote it and when, told in any language by what it holds."""
from __future__ import annotations

import re
from collections.abc import Sequence

from app.core.reading.mail_lines import Line, next_filled
from app.core.reading.mail_marks import (
    ADDRESS,
    BARRED,
    DAY,
    ENDS_WITH_COLON,
    MARKED,
    PRONOUN,
    TIME,
    WROTE,
    WROTE_ENDS,
    WROTE_WITHIN,
)

ATTRIBUTION_LINES = 4  # "On … wrote:" is broken over so many lines at most
ATTRIBUTION_MAX = 260  # characters of them together
ATTRIBUTION_WORDS = 30
NAME_AND_VERB = 7  # words of "Maya Okonkwo wrote:", which has neither day nor address
DAY_BEGINS = 28  # characters before the first digit of a line that begins with a day
LAST_WORD = 5  # a dot behind a longer word ends a sentence; behind "a.m." or "Uhr." it may not

_ENDED = re.compile(r"(\w*)[.!?…。！？]\W{0,2}$")
_WITHIN = re.compile(r"\w{5,}[.!?]\s+[A-ZÀ-ÞА-Я]")


def attribution(lines: Sequence[Line], last: int) -> int | None:
    """Where the lines begin that end at `last` and say who wrote the quote below; None when they do not. The
    fewest that say all of it."""
    ending = lines[last].text
    if not (ENDS_WITH_COLON.search(ending) or WROTE_ENDS.search(ending[-80:])):
        return None
    marked = _is_marked(lines, last + 1)
    for start in range(last, max(-1, last - ATTRIBUTION_LINES), -1):
        if (
            not lines[start].text
            or not lines[start].kept
            or lines[start].long
            or start < last
            and not _leads(lines[start].text)
        ):
            break
        joined = " ".join(line.text for line in lines[start : last + 1])
        if len(joined) > ATTRIBUTION_MAX or len(joined.split()) > ATTRIBUTION_WORDS:
            break
        if _says_who_and_when(joined, lines[start].text, marked):
            # A day in the writer's own last line is none of the attribution's; the program's has a time of
            # day.
            return last if start < last and _says_who(ending) and not TIME.search(joined) else start
    only = lines[last].text
    return last if marked and not PRONOUN.search(only) and _says_who(only) else None


def runs_on(text: str) -> bool:
    """Whether a line begins as an attribution does and goes on with the quote itself: some programs leave out
    the break."""
    found = WROTE_WITHIN.search(text[:ATTRIBUTION_MAX])
    if found is None:
        return False
    begins = text[: found.end()].rstrip()
    return ADDRESS.search(begins) is not None and _says_who_and_when(begins, begins, False)


def _leads(text: str) -> bool:
    """Whether a line can be the beginning of an attribution: no sentence ends in it and nothing is asked."""
    ended = _ENDED.search(text)
    return "?" not in text and (ended is None or len(ended[1]) < LAST_WORD) and not _WITHIN.search(text)


def _says_who_and_when(joined: str, first: str, marked: bool) -> bool:
    if PRONOUN.search(joined) or "?" in joined or _WITHIN.search(joined):
        return False
    day, address, verb = DAY.search(joined), ADDRESS.search(joined), WROTE.search(joined)
    colon = ENDS_WITH_COLON.search(joined)
    if day is None or not (verb or address and colon) or not (colon or address or TIME.search(joined)):
        return False
    begins = re.search(r"\d", first)
    if not (begins and begins.start() <= DAY_BEGINS or ADDRESS.search(first) or WROTE.search(first)):
        return False
    # Without an address, and with nothing marked below, the time of day tells a program from a person.
    return bool(address or marked or TIME.search(joined) and joined[:1] not in "\"“«")


def _says_who(text: str) -> bool:
    """"Maya <m@x.example> wrote:" and "Maya schrieb:", which count only above marked lines."""
    if "?" in text or _WITHIN.search(text) or not WROTE.search(text):
        return False
    return bool(ADDRESS.search(text)) or len(text.split()) <= NAME_AND_VERB and text[:1].isupper()


def _is_marked(lines: Sequence[Line], number: int) -> bool:
    at = next_filled(lines, number)
    return at is not None and bool(MARKED.match(lines[at].text) or BARRED.match(lines[at].text))
