"""What a verdict was worth: pure arithmetic on what was said and what would have been right."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.quality import intervals
from workers.knowledge.terms import terms

POINTS = 20  # of a risk–coverage curve
HELD_MEASURE = (
    "share of the expert answer's distinct content words (stemmed, no stop words, no addresses) "
    "that are quoted"
)
_ADDRESS = re.compile(r"\]\([^)]*\)|https?://\S+")


class Outcome(StrEnum):
    """What a row came to; each row is one of them. OTHER: a fixed sentence, a thanks, or silence."""

    RIGHT = "right_page_answered"
    WRONG = "wrong_page_answered"
    ASKED = "asked"
    HANDED_OFF = "handed_off"
    OTHER = "other_verdict"


@dataclass(frozen=True, slots=True)
class Seen:
    """One verdict, in the source's own article ids.

    `shown` are the pages of the answer, the first source first, or those a question offers. `p` is the
    probability of the search and `first` its best page; both None when the rules came to an end before a
    search. `verbatim` counts quoted sentences that stand so in their page, of `sentences`.
    """

    right: frozenset[str]
    verdict: str
    shown: tuple[str, ...] = ()
    quoted: str = ""
    p: float | None = None
    first: str | None = None
    detail: str = ""
    same: bool = True
    sentences: int = 0
    verbatim: int = 0

    @property
    def outcome(self) -> Outcome:
        if self.verdict == "answer" and self.shown:
            return Outcome.RIGHT if self.shown[0] in self.right else Outcome.WRONG
        return {"clarify": Outcome.ASKED, "handoff": Outcome.HANDED_OFF}.get(self.verdict, Outcome.OTHER)


@dataclass(frozen=True, slots=True)
class Point:
    """Of the rows, `coverage` have a probability of at least `threshold`; the first page is wrong in `risk`
    of those (95 % interval)."""

    coverage: float
    risk: float
    low: float
    high: float
    threshold: float


def held_share(answer: str, quoted: str) -> float | None:
    """HELD_MEASURE; None for an answer without a content word."""
    wanted = set(terms(_ADDRESS.sub(" ", answer), "en"))
    return len(wanted & set(terms(quoted, "en"))) / len(wanted) if wanted else None


def questions_ended(questions: Sequence[Collection[str]], seen: Seen) -> int:
    """How many of a mail's questions, each given by its pages, have an end: quoted from a page of theirs,
    or the mail is with people.

    "A or B?" ends none of them.
    """
    if seen.outcome is Outcome.HANDED_OFF:
        return len(questions)
    answered = set(seen.shown) if seen.verdict == "answer" else set()
    return sum(bool(answered & set(pages)) for pages in questions)


def quotes(seen: Seen, words: str) -> bool:
    """Whether the answer quotes these words, spacing and case apart; no words are quoted by nothing."""
    return bool(words.strip()) and _folded(words) in _folded(seen.quoted)


def curve(judged: Sequence[tuple[float | None, bool]]) -> list[Point]:
    """Risk at each twentieth of coverage, the surest rows first, from (probability, right). Rows that were
    never searched (None) count as rows that cannot be answered. Rows of one probability are answered
    together or not at all."""
    sure_first = sorted(((p, right) for p, right in judged if p is not None), key=lambda pair: -pair[0])
    found: list[Point] = []
    for part in range(1, POINTS + 1):
        n = -(-len(judged) * part // POINTS)
        if n > len(sure_first):
            break
        threshold = sure_first[n - 1][0]
        answered = [right for p, right in sure_first if p >= threshold]
        wrong = answered.count(False)
        point = Point(
            len(answered) / len(judged),
            wrong / len(answered),
            *intervals.of_share(wrong, len(answered)),
            threshold,
        )
        if not found or point != found[-1]:
            found.append(point)
    return found


def area(judged: Sequence[tuple[float | None, bool]]) -> float | None:
    """The mean risk over all coverages that can be reached: 0 is best; None when nothing was searched."""
    sure_first = sorted(((p, right) for p, right in judged if p is not None), key=lambda pair: -pair[0])
    wrong, risks = 0, []
    for n, (_, right) in enumerate(sure_first, 1):
        wrong += not right
        risks.append(wrong / n)
    return sum(risks) / len(risks) if risks else None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
