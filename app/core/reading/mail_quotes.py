"""The quotes of a mail, cut where a mark of the mail program or an earlier message of the ticket proves them.

Marks are told by their shape: lines that begin with ">", "… wrote:" above a quote, the block of headers that programs copy, dividers and
headings of forwards. What stands below a mark without ">" is a quote only as far as it is proven; the rest stays, or is cut as not proven.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core.reading.earlier import EARLIER_MESSAGES, Runs, repeated, runs_of
from app.core.reading.mail_lines import FORWARDED, QUOTE, Line, next_filled
from app.core.reading.mail_marks import (
    ADDRESS,
    BARRED,
    DAY,
    DIVIDER,
    ENDS_WITH_COLON,
    FORWARD,
    FROM,
    GREETING,
    INSIDE_HEADER,
    MARKED,
    POINTS_BELOW,
    PRONOUN,
    REPLY_ABOVE,
    RULE,
    TIME,
    WROTE,
    WROTE_ENDS,
)
from app.core.reading.mail_words import (
    FORM_WORDS,
    FROM_LABELS,
    OTHER_LABELS,
    SENT_LABELS,
    SUBJECT_LABELS,
    TO_LABELS,
)

ATTRIBUTION_LINES = 4  # "On … wrote:" is broken over so many lines at most
ATTRIBUTION_MAX = 260  # characters of them together
ATTRIBUTION_WORDS = 30
NAME_AND_VERB = 7  # words of "Maya Okonkwo wrote:", which has neither day nor address
DAY_BEGINS = 28  # characters before the first digit of a line that begins with a day
LAST_WORD = 5  # a dot behind a longer word ends a sentence; behind "a.m." or "Uhr." it may not
HEADERS = 3
HEADERS_MAX = 9
LABEL = 26  # characters
LABEL_WORDS = 3
GREETING_WORDS = 4
OWN_LINES = 30  # of the writer's own, nearest above a mark, that are asked what stands below it
INTRODUCTION = 15  # words above a forward that may only introduce it
STANDS_EARLIER = 0.6  # share of a line's words that stand in earlier messages when the line is taken from one

_HEADER = re.compile(r"[\W_]{0,6}([^:：<>@/]{1,40}?)[\s*_]{0,3}[:：](?!//)[\s*_]{0,4}(.{0,300})$")
_ENDED = re.compile(r"(\w*)[.!?…。！？]\W{0,2}$")
_WITHIN = re.compile(r"\w{5,}[.!?]\s+[A-ZÀ-ÞА-Я]")
_LINK = re.compile(r"\S*https?://\S*")
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Quotes:
    """What is known while the lines are walked: the ticket's earlier messages, and what was cut so far."""

    earlier: Sequence[str]
    cut: set[str] = field(default_factory=set)
    own: list[tuple[int, str]] = field(default_factory=list)  # lines of the writer's own, with their numbers
    fresh: bool = False  # nothing further down stands in an earlier message
    _runs: Runs | None = None

    @property
    def runs(self) -> Runs:
        # Only a mail with an unmarked quote is compared: this is what costs.
        if self._runs is None:
            self._runs = runs_of(self.earlier[-EARLIER_MESSAGES:])
        return self._runs

    def keep(self, number: int, text: str) -> None:
        """A greeting alone says nothing yet."""
        if not RULE.match(text) and not (GREETING.match(text) and len(text.split()) <= GREETING_WORDS):
            self.own.append((number, text))

    def own_above(self, number: int) -> str:
        while self.own and self.own[-1][0] >= number:
            self.own.pop()
        return " ".join(text for _, text in self.own[-OWN_LINES:])


def cut_quotes(lines: Sequence[Line], earlier: Sequence[str]) -> set[str]:
    """Cut quotes and the marks around them, and name what was cut."""
    known = Quotes(earlier)
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.text and line.kept:
            if MARKED.match(line.text) or BARRED.match(line.text) and _below_a_quote(lines, number):
                line.cut(mark=bool(_quoted_mark(line.text)))
                known.cut.add(FORWARDED if FORWARD.match(line.text.lstrip("> |")) else QUOTE)
            else:
                found = _mark(lines, number, bool(known.own))
                if found is not None:
                    number = _cut_below(lines, found, known)
                    continue
                known.keep(number, line.text)
        number += 1
    return known.cut


def _quoted_mark(text: str) -> bool:
    """Whether a quoted line is itself a mark, and so nobody's words."""
    bare = text.lstrip("> |")
    said = ENDS_WITH_COLON.search(bare) and (ADDRESS.search(bare) or DAY.search(bare) and WROTE.search(bare))
    return bool(said or DIVIDER.match(bare) or FORWARD.match(bare))


def _below_a_quote(lines: Sequence[Line], number: int) -> bool:
    above = next((line for line in reversed(lines[max(0, number - 3) : number]) if line.text), None)
    return above is not None and not above.kept


@dataclass(frozen=True, slots=True)
class _Mark:
    """The lines of a mark. `heading`: it heads a forward. `sure`: nobody types such a thing themselves."""

    start: int
    end: int
    name: str
    sure: bool


def _mark(lines: Sequence[Line], number: int, below_own: bool) -> _Mark | None:
    text = lines[number].text
    if lines[number].long:
        return None
    if FORWARD.match(text):
        return _Mark(number, _behind_headers(lines, number + 1), FORWARDED, True)
    if DIVIDER.match(text) or REPLY_ABOVE.match(text):
        return _Mark(number, _behind_headers(lines, number + 1), QUOTE, True)
    end = _headers(lines, number, below_own) or _headers_in_line(text, number)
    if end:
        return _Mark(number, end, QUOTE, True)
    start = _attribution(lines, number)
    if start is None:
        return None
    joined = " ".join(line.text for line in lines[start : number + 1])
    return _Mark(start, number + 1, QUOTE, bool(ADDRESS.search(joined) and DAY.search(joined)))


# "… wrote:"

def _attribution(lines: Sequence[Line], last: int) -> int | None:
    """Where the lines begin that end at `last` and say who wrote the quote below; None when they do not. The fewest that say all of it."""
    ending = lines[last].text
    if not (ENDS_WITH_COLON.search(ending) or WROTE_ENDS.search(ending[-80:])):
        return None
    marked = _is_marked(lines, last + 1)
    for start in range(last, max(-1, last - ATTRIBUTION_LINES), -1):
        if not lines[start].text or not lines[start].kept or lines[start].long or start < last and not _leads(lines[start].text):
            break
        joined = " ".join(line.text for line in lines[start : last + 1])
        if len(joined) > ATTRIBUTION_MAX or len(joined.split()) > ATTRIBUTION_WORDS:
            break
        if _says_who_and_when(joined, lines[start].text, marked):
            return start
    only = lines[last].text
    return last if marked and not PRONOUN.search(only) and _says_who(only) else None


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


# Blocks of headers

def _behind_headers(lines: Sequence[Line], number: int) -> int:
    """The place behind the headers or the attribution that may follow a divider; they need less of a shape there."""
    at = next_filled(lines, number)
    if at is None:
        return number
    pairs, end = _pairs(lines, at)
    if pairs and (len(pairs) >= 2 or ADDRESS.search(pairs[0][1]) or pairs[0][0] in FROM_LABELS):
        return end
    for last in range(at, min(at + ATTRIBUTION_LINES, len(lines))):
        if not lines[last].text or MARKED.match(lines[last].text):
            break
        if _attribution(lines, last) is not None:
            return last + 1
    return number


def _headers(lines: Sequence[Line], number: int, below_own: bool) -> int | None:
    """The place behind a block of headers that begins here, told by its shape; None when none does."""
    if not _HEADER.match(lines[number].text):
        return None
    pairs, end = _pairs(lines, number)
    if len(pairs) < HEADERS:
        return None
    labels, values = [label for label, _ in pairs], [value for _, value in pairs]
    if any(FORM_WORDS.intersection(label.split()) for label in labels if label not in _MAIL_LABELS):
        return None
    address = any(ADDRESS.search(value) for value in values[:4])
    day = any(DAY.search(value) for value in values)
    kinds = sum(any(_is_of(label, table) for label in labels) for table in (SENT_LABELS, TO_LABELS, SUBJECT_LABELS))
    titled = any(_is_of(label, SUBJECT_LABELS) for label in labels)
    if _is_of(labels[0], FROM_LABELS) and kinds >= 2 and (address or day and titled):
        return end
    timed = any(DAY.search(value) and TIME.search(value) for value in values)
    from_somebody = ADDRESS.search(values[0]) is not None or ADDRESS.search(values[1]) is not None
    return end if from_somebody and timed and below_own else None


_MAIL_LABELS = FROM_LABELS | SENT_LABELS | TO_LABELS | SUBJECT_LABELS | OTHER_LABELS


def _is_of(label: str, table: frozenset[str]) -> bool:
    return label in table or label.replace(" ", "") in table or bool(label) and label.split()[0] in table


def _pairs(lines: Sequence[Line], number: int) -> tuple[list[tuple[str, str]], int]:
    """The "label: value" lines from here on, and the place behind them. A list of addresses may go on over lines."""
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
        elif lines[at].text or not pairs or at + 1 == len(lines) or not _knows(lines[at + 1]):
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


def _knows(line: Line) -> bool:
    pair = _pair(line)
    return pair is not None and any(_is_of(pair[0], table) for table in (SENT_LABELS, TO_LABELS, SUBJECT_LABELS, OTHER_LABELS))


def _headers_in_line(text: str, number: int) -> int | None:
    """A block of headers that a desk has run together into one line."""
    if not FROM.match(text) or len(INSIDE_HEADER.findall(text)) < 2:
        return None
    return number + 1 if ADDRESS.search(text) or DAY.search(text) and TIME.search(text) else None


# What stands below a mark

def _cut_below(lines: Sequence[Line], mark: _Mark, known: Quotes) -> int:
    """Cut the mark and what it proves below it; the place to go on reading from."""
    for line in lines[mark.start : mark.end]:
        line.cut(mark=True)
    _cut_rule_above(lines, mark.start)
    own = known.own_above(mark.start)
    known.cut.add(mark.name if own or mark.end - mark.start < HEADERS else FORWARDED)
    if _is_marked(lines, mark.end):
        return mark.end
    if _repeats(lines, mark.end, known):
        return len(lines)
    # With nothing of their own above it is a forward, or an answer below its quote: what stands below is read.
    introduced = mark.name == FORWARDED and "?" not in own and len(own.split()) <= INTRODUCTION
    if not own or introduced or POINTS_BELOW.search(own):
        return mark.end
    for line in lines[mark.end :]:
        if line.kept:
            line.cut(proven=mark.sure and not known.earlier)
    return len(lines)


def _repeats(lines: Sequence[Line], start: int, known: Quotes) -> bool:
    """Cut the lines that stand in earlier messages, and the marks among them; False, with nothing cut, when none does."""
    if known.fresh or not known.earlier:
        return False
    below = [line for line in lines[start:] if line.text]
    text = "\n".join(line.text for line in below)
    covered = bytearray(len(text))
    for a, b in repeated(text, known.runs):
        covered[a:b] = b"\x01" * (b - a)
    place, taken = 0, []
    for line in below:
        words = list(_WORD.finditer(_LINK.sub(_blank, line.text)))
        hits = sum(covered[place + match.start()] for match in words)
        taken.append(bool(words) and hits >= STANDS_EARLIER * len(words))
        place += len(line.text) + 1
    if not any(taken):
        known.fresh = True
        return False
    for line, repeat in zip(below, taken, strict=True):
        if repeat or not _WORD.search(_LINK.sub("", line.text)):
            line.cut()
    _cut_marks(lines, start)
    return True


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _cut_marks(lines: Sequence[Line], start: int) -> None:
    number = start
    while number < len(lines):
        line = lines[number]
        found = _mark(lines, number, True) if line.text and line.kept else None
        if line.kept and MARKED.match(line.text):
            line.cut()
        if found is not None:
            for inside in lines[found.start : found.end]:
                inside.cut(mark=True)
            number = found.end
        else:
            number += 1


def _is_marked(lines: Sequence[Line], number: int) -> bool:
    at = next_filled(lines, number)
    return at is not None and bool(MARKED.match(lines[at].text) or BARRED.match(lines[at].text))


def _cut_rule_above(lines: Sequence[Line], number: int) -> None:
    for line in reversed(lines[:number]):
        if not line.text:
            continue
        if line.kept and RULE.match(line.text):
            line.cut(mark=True)
            continue
        return
