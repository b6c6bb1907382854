"""Cutting an article into passages, and putting small ones together for a quote. Pure.

A passage is a span of the plain text: whole sentences or lines, never across a heading, 65 to 130 words where
its section has that many. A list or table keeps the prose that introduces it, is kept whole up to 200 words,
and ends its passage: before the last blank line of a passage of kind `steps`, `bullets` or `table` stands
prose, after it items or rows.

Small sections have a vector each: articles are found a little more often so than by sections put together
(questions of the demo shop, train and valid: right article first .75 against .72). They are put together when
they are quoted.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.core.sentences import pieces
from workers.knowledge.owntime import states_own_time
from workers.knowledge.plaintext import Block

WORDS = 130  # the most of a passage of prose
WHOLE_LIST_WORDS = 200  # a list up to here is never cut
LEAST_WORDS = 40  # shorter prose joins its neighbour of the same section where that stays below WORDS
LEXICAL_WORDS = 75  # the most of a chunk for word search, about 60 on average
SMALL_WORDS = 60  # a passage below it is quoted with its neighbours
LISTS = frozenset(("steps", "bullets", "table"))
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cut:
    """One passage: `text[start:end]`, its kind, the heading above it; `own_time`: it states the company's own
    answering time."""

    start: int
    end: int
    kind: str
    heading: str
    own_time: bool


@dataclass(frozen=True, slots=True)
class _Unit:
    start: int
    end: int
    words: int
    kind: str


def cut(text: str, blocks: Sequence[Block]) -> tuple[Cut, ...]:
    """The passages of an article in order. Headings are not passages; an article of headings alone has
    none."""
    return tuple(
        Cut(
            start,
            end,
            kind,
            heading,
            any(states_own_time(text[a:b]) for a, b in sentence_spans(text, start, end)),
        )
        for heading, section in _sections(blocks)
        for start, end, kind in _cut_section(text, section)
    )


def sentence_spans(text: str, start: int, end: int) -> list[Span]:
    """(start, end) of each sentence or line of text[start:end], in order, cut where the core cuts when it
    quotes."""
    return [(start + p.start, start + p.end) for p in pieces(text[start:end])]


def together(text: str, cuts: Sequence[Cut]) -> Iterator[tuple[int, int, Cut]]:
    """The passages in runs to be quoted whole, as (first, last, span) with numbers into `cuts`.

    Small neighbours make one run of at most WORDS; a list stands last in its run, and what states our own
    answering time stands alone.
    """
    first = 0
    for number, nxt in enumerate(cuts[1:], 1):
        held = _joined(cuts[first:number])
        small = min(_words(text, held.start, held.end), _words(text, nxt.start, nxt.end)) < SMALL_WORDS
        fits = (
            small
            and held.kind == "text"
            and nxt.kind != "table"
            and _words(text, held.start, nxt.end) <= WORDS
        )
        if not fits or held.own_time or nxt.own_time:
            yield first, number - 1, held
            first = number
    if cuts:
        yield first, len(cuts) - 1, _joined(cuts[first:])


def _joined(run: Sequence[Cut]) -> Cut:
    return Cut(run[0].start, run[-1].end, run[-1].kind, run[0].heading, any(c.own_time for c in run))


def lexical_spans(text: str, start: int, end: int) -> list[Span]:
    """The passage in pieces of about 60 words, cut at sentences and lines: index detail, never an
    identity."""
    units = [_Unit(a, b, _words(text, a, b), "text") for a, b in sentence_spans(text, start, end)]
    return [(group[0].start, group[-1].end) for group in _even(units, LEXICAL_WORDS)]


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[str, list[Block]]]:
    section: list[Block] = []
    heading = ""
    for block in blocks:
        if block.kind == "heading":
            if section:
                yield heading, section
            section, heading = [], block.heading
        else:
            section.append(block)
    if section:
        yield heading, section


def _cut_section(text: str, section: Sequence[Block]) -> Iterator[tuple[int, int, str]]:
    prose: list[_Unit] = []
    for block in section:
        units = [_Unit(a, b, _words(text, a, b), block.kind) for a, b in _lines_or_sentences(text, block)]
        if block.kind not in LISTS:
            prose.extend(units)
            continue
        intro = _introduction(prose, sum(u.words for u in units))
        yield from _spans(_even(prose[:len(prose) - len(intro)], WORDS), "text")
        yield from _spans(_list_groups(intro, units), block.kind)
        prose = []
    yield from _spans(_even(prose, WORDS), "text")


def _lines_or_sentences(text: str, block: Block) -> list[Span]:
    if block.kind not in LISTS:
        return sentence_spans(text, block.start, block.end)
    spans: list[Span] = []
    at = block.start
    for line in text[block.start:block.end].split("\n"):
        spans.append((at, at + len(line)))
        at += len(line) + 1
    return spans


def _introduction(prose: Sequence[_Unit], list_words: int) -> list[_Unit]:
    """The prose that travels with a list: at least the line before it, more while all stays a passage's
    length."""
    total = list_words
    taken: list[_Unit] = []
    for unit in reversed(prose):
        if taken and total + unit.words > WORDS:
            break
        taken.insert(0, unit)
        total += unit.words
    left = sum(u.words for u in prose[:len(prose) - len(taken)])
    # What would stay behind is too short to stand alone.
    return list(prose) if 0 < left < LEAST_WORDS and total + left <= WHOLE_LIST_WORDS else taken


def _list_groups(intro: Sequence[_Unit], items: Sequence[_Unit]) -> list[list[_Unit]]:
    if sum(u.words for u in (*intro, *items)) <= WHOLE_LIST_WORDS:
        return [[*intro, *items]]
    first, *rest = _even(items, WORDS)
    return [[*intro, *first], *rest]


def _even(units: Sequence[_Unit], words: int) -> list[list[_Unit]]:
    """Neighbouring units in as few groups of at most about `words` as possible, of about equal size."""
    total = sum(u.words for u in units)
    if not units:
        return []
    groups = max(1, -(-total // words))
    target = total / groups
    found: list[list[_Unit]] = [[]]
    seen = 0
    for unit in units:
        # A unit belongs to the group its middle falls into.
        if found[-1] and seen + unit.words / 2 > target * len(found) and len(found) < groups:
            found.append([])
        found[-1].append(unit)
        seen += unit.words
    return found


def _spans(groups: Sequence[Sequence[_Unit]], kind: str) -> Iterator[tuple[int, int, str]]:
    for group in groups:
        # Wordless remains ("---") are nothing to quote.
        if any(u.words for u in group):
            yield group[0].start, group[-1].end, kind


def _words(text: str, start: int, end: int) -> int:
    # Most words are letters through and through; only of the others is each sign looked at.
    return sum(word.isalnum() or any(map(str.isalnum, word)) for word in text[start:end].split())
