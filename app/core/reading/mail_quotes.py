"""The quotes of a mail, cut where a mark of the mail program or an earlier message of the ticket proves them.

Marks are told by their shape: lines that begin with ">", "… wrote:" above a quote, the block of headers that
programs copy, dividers and headings of forwards. What stands below a mark without ">" is a quote only as far
as it is proven; the rest stays, or is cut as not proven.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core.reading.earlier import EARLIER_MESSAGES, Runs, repeated, runs_of
from app.core.reading.mail_answers import own_lines
from app.core.reading.mail_headers import HEADERS, headers, headers_in_line, is_header, pairs_of
from app.core.reading.mail_lines import FORWARDED, QUOTE, Line, next_filled
from app.core.reading.mail_marks import (
    ADDRESS,
    BARRED,
    COMPARED,
    DAY,
    DIVIDER,
    ENDS_WITH_COLON,
    FOOTER_LINE,
    FORWARD,
    GREETING,
    MARKED,
    PASSES_ON,
    POINTS_BELOW,
    REPLY_ABOVE,
    RULE,
    SIGNATURE_MARK,
    WROTE,
)
from app.core.reading.mail_words import FROM_LABELS
from app.core.reading.mail_wrote import ATTRIBUTION_LINES, attribution, runs_on

GREETING_WORDS = 4
QUOTATION = "\"“”„«»‘‚'"
OWN_LINES = 30  # of the writer's own, nearest above a mark, that are asked what stands below it
INTRODUCTION = 15  # words above a forward that may only introduce it
STANDS_EARLIER = 0.6  # share of a line's words that stand in earlier messages when the line is taken from one

_LINK = re.compile(r"\S*https?://\S*")
_WORD = re.compile(r"\w+")
_HEADED = re.compile(r">\s?[^\W\d_][\w '-]{0,20}\s?[:：]\s?\S")
_BEHIND = re.compile(r"[?:？：]\s{0,4}(\w[^?:？：]*)$")


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
        """A greeting alone says nothing yet, and a phone's footer nothing at all."""
        greets = GREETING.match(text) and len(text.split()) <= GREETING_WORDS
        if not (greets or any(foot.match(text) for foot in (RULE, SIGNATURE_MARK, FOOTER_LINE))):
            self.own.append((number, text))

    def own_above(self, number: int) -> str:
        while self.own and self.own[-1][0] >= number:
            self.own.pop()
        return " ".join(text for _, text in self.own[-OWN_LINES:])


def cut_quotes(lines: Sequence[Line], earlier: Sequence[str]) -> set[str]:
    """Cut quotes and the marks around them, and name what was cut."""
    known = Quotes(earlier)
    number = listed = 0
    while number < len(lines):
        line = lines[number]
        if line.text and line.kept:
            if number < listed:
                known.keep(number, line.text)
            elif end := _list(lines, number, known):
                listed = end
                continue
            elif MARKED.match(line.text) or BARRED.match(line.text) and _below_a_quote(lines, number):
                line.cut(mark=bool(_quoted_mark(line.text)))
                known.cut.add(FORWARDED if FORWARD.match(line.text.lstrip("> |")) else QUOTE)
            else:
                found = _mark(lines, number, bool(known.own))
                if found is not None:
                    number = _cut_below(lines, found, known)
                    continue
                known.keep(number, line.text)
        number += 1
    _give_back(lines, known)
    return known.cut


def _give_back(lines: Sequence[Line], known: Quotes) -> None:
    """Keep lines with ">" after all, where no program says so and they are not words of earlier messages:
    they are off a page, say."""
    marked = [line for line in lines if line.text and not line.kept]
    if known.cut != {QUOTE} or any(line.mark or not MARKED.match(line.text) for line in marked):
        return
    text = "\n".join(line.text for line in marked)
    kept = [line for line in lines if line.kept and line.text]
    apart = any(marked[0].start < line.start < marked[-1].start for line in kept)
    # Below what they have quoted themselves somebody goes on; a question is quoted to be answered.
    told = bool(kept) and kept[-1].start > marked[-1].start and not text.endswith(("?", "？"))
    told = told and any(len(line.text.split()) > GREETING_WORDS for line in kept)
    headed = sum(_HEADED.match(line.text) is not None for line in marked) >= 2
    if told and not (apart or headed) and _share(text, known) < STANDS_EARLIER:
        for line in marked:
            line.kept = True
        known.cut.clear()


def _share(text: str, known: Quotes) -> float:
    """The share of the words that stand in earlier messages."""
    covered = bytearray(len(text))
    for a, b in repeated(text, known.runs) if known.earlier else ():
        covered[a:b] = b"\x01" * (b - a)
    words = [covered[word.start()] for word in _WORD.finditer(text)]
    return sum(words) / max(len(words), 1)


def _list(lines: Sequence[Line], number: int, known: Quotes) -> int:
    """The place behind lines with ">" that are the writer's: "> 30 kg", or a list below a colon. 0 when they
    are none."""
    if known.cut or not (known.own and number - known.own[-1][0] <= 2 and MARKED.match(lines[number].text)):
        return 0
    alone = number + 1 == len(lines) or not MARKED.match(lines[number + 1].text)
    if known.own[-1][0] == number - 1 and alone and COMPARED.match(lines[number].text):
        return number + 1
    if not ENDS_WITH_COLON.search(known.own[-1][1]):
        return 0
    end = next((n for n in range(number, len(lines)) if not MARKED.match(lines[n].text)), len(lines))
    said = repeated("\n".join(line.text for line in lines[number:end]), known.runs) if known.earlier else ()
    return 0 if said or any(_quoted_mark(line.text) for line in lines[number:end]) else end


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
    """The lines of a mark. `sure`: nobody types such a thing themselves. `alone`: no word of the quote stands
    on them."""

    start: int
    end: int
    name: str
    sure: bool
    alone: bool = True


def _mark(lines: Sequence[Line], number: int, below_own: bool) -> _Mark | None:
    text = lines[number].text
    if lines[number].long:
        return None
    if FORWARD.match(text):
        return _Mark(number, _behind_headers(lines, number + 1), FORWARDED, True)
    if DIVIDER.match(text) or REPLY_ABOVE.match(text):
        return _Mark(number, _behind_headers(lines, number + 1), QUOTE, True)
    end = headers(lines, number, below_own) or headers_in_line(text, number)
    if end:
        return _Mark(number, end, QUOTE, True)
    start = attribution(lines, number)
    if start is None:
        return _Mark(number, number + 1, QUOTE, True, alone=False) if runs_on(text) else None
    joined = " ".join(line.text for line in lines[start : number + 1])
    return _Mark(start, number + 1, QUOTE, bool(ADDRESS.search(joined) and DAY.search(joined)))


def _behind_headers(lines: Sequence[Line], number: int) -> int:
    """The place behind the headers or the attribution that may follow a divider; they need less of a shape
    there."""
    at = next_filled(lines, number)
    if at is None:
        return number
    pairs, end = pairs_of(lines, at)
    if pairs and (len(pairs) >= 2 or ADDRESS.search(pairs[0][1]) or pairs[0][0] in FROM_LABELS):
        return end
    for last in range(at, min(at + ATTRIBUTION_LINES, len(lines))):
        if not lines[last].text or MARKED.match(lines[last].text):
            break
        if attribution(lines, last) is not None:
            return last + 1
    return number


# What stands below a mark

def _cut_below(lines: Sequence[Line], mark: _Mark, known: Quotes) -> int:
    """Cut the mark and what it proves below it; the place to go on reading from."""
    marked = _is_marked(lines, mark.end)
    if not marked and (_told(lines, mark) or not (mark.sure or known.earlier)):
        return mark.end  # "On 3 May at 10:15 Ben wrote:" above words of no mail: somebody tells what happened
    for line in lines[mark.start : mark.end]:
        line.cut(mark=mark.alone)
    _cut_marks_above(lines, mark.start)
    own = known.own_above(mark.start)
    known.cut.add(mark.name if own or mark.end - mark.start < HEADERS else FORWARDED)
    if marked:
        return mark.end
    if _repeats(lines, mark.end, known):
        return len(lines)
    # With nothing of their own above it is a forward, or an answer below its quote: what stands below is
    # read.
    introduced = mark.name == FORWARDED and "?" not in own and len(own.split()) <= INTRODUCTION
    if not own or introduced or _points_below(own):
        return mark.end
    below = lines[mark.end :]
    answers = own_lines(below, [line.text for line in lines[mark.start : mark.end]])
    for line in below:
        if line.kept and line.start not in answers:
            line.cut(proven=mark.sure and not known.earlier)
    return len(lines)


def _told(lines: Sequence[Line], mark: _Mark) -> bool:
    """Whether somebody has typed a quotation below a line of their own that looks like a mark."""
    at = next_filled(lines, mark.end)
    return mark.end == mark.start + 1 and at is not None and lines[at].text[0] in QUOTATION


def _is_marked(lines: Sequence[Line], number: int) -> bool:
    """Whether lines with ">" stand below, before the next mark."""
    at = number
    while at < len(lines):
        if MARKED.match(lines[at].text) or BARRED.match(lines[at].text):
            return True
        if lines[at].text and _mark(lines, at, True) is not None:
            return False
        at += 1
    return False


def _points_below(own: str) -> bool:
    """Whether the writer's own text says that more of theirs follows: in words, or by ending with a colon."""
    passed_on = len(own.split()) <= INTRODUCTION and PASSES_ON.search(own)
    return bool(POINTS_BELOW.search(own) or passed_on or ENDS_WITH_COLON.search(own))


def _repeats(lines: Sequence[Line], start: int, known: Quotes) -> bool:
    """Cut the lines that stand in earlier messages, and the marks among them; False, with nothing cut, when
    none does."""
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
        said = bool(words) and hits >= STANDS_EARLIER * len(words)
        # A question of ours with the answer typed behind it: "Which size? Forty-one".
        answer = _BEHIND.search(line.text)
        fresh = answer is not None and not any(covered[place + answer.start(1) : place + answer.end()])
        taken.append(said and not fresh)
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
                inside.cut(mark=found.alone)
            number = found.end
        else:
            number += 1


def _cut_marks_above(lines: Sequence[Line], number: int) -> None:
    """Rules above a mark, and headers that a program puts above its attribution."""
    at, headed = number - 1, []
    while at >= 0 and (
        not lines[at].text or lines[at].kept and (RULE.match(lines[at].text) or is_header(lines[at]))
    ):
        headed.append(lines[at])
        at -= 1
    program = any(ADDRESS.search(line.text) for line in headed)
    for line in headed:
        if not line.text:
            continue
        if not (program or RULE.match(line.text)):
            return
        line.cut(mark=True)
