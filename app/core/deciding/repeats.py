"""Answers never sent twice: which sentences of an answer are new to whom it goes."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from app.core.deciding.cite import without
from app.core.verdicts import Answer, Sentence

ROOT = 5  # letters two words must begin with alike to be of one family ("refund", "refunds", "refunded")

_WORD = re.compile(r"[^\W_]+")


def as_sent(text: str) -> str:
    """A sentence as it is compared: case and spacing apart, so that a new version of a page says nothing new
    by its layout."""
    return " ".join(text.casefold().split())


def anew(answer: Answer, sent: Collection[str], asked: Collection[str]) -> Answer:
    """The answer less what was `sent` before (`as_sent`); without sentences when its first page says nothing
    new.

    A page with something new is quoted whole, since its sentences lean on each other; one with nothing new is
    left out. Something is new when a sentence that was not sent answers: it has one of the content words that
    were `asked` now, or no sentence of its page was sent. A line of courtesy is not an answer.
    """
    if not sent:
        return answer
    stale = {
        source.number for source in answer.sources if not _says_more(_of(answer, source.number), sent, asked)
    }
    if answer.sources and answer.sources[0].number in stale:
        # How sure the search is says something of the first page alone: the second must not stand in for it.
        return replace(answer, sentences=(), sources=())
    return without(answer, tuple(s for s in answer.sentences if s.number in stale))


def _of(answer: Answer, number: int) -> list[Sentence]:
    return [s for s in answer.sentences if s.number == number]


def _says_more(sentences: list[Sentence], sent: Collection[str], asked: Collection[str]) -> bool:
    fresh = [s for s in sentences if as_sent(s.text) not in sent]
    if len(fresh) == len(sentences):
        return bool(fresh)
    wanted = _roots(asked)
    return any(_roots(_WORD.findall(s.text)) & wanted for s in fresh)


def _roots(words: Iterable[str]) -> set[str]:
    return {word.casefold()[:ROOT] for word in words}
