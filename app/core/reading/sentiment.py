"""How somebody sounds, and the words it rests on. Careful on purpose: one mild word is not anger, and what we
cannot read is `unread`."""
from __future__ import annotations

import re

from app.core.reading.lexicon import listed
from app.core.reading.phrases import Folded, Found, Phrases, fold
from config.wording import Words

FRUSTRATED_AT = 2  # one strong sign, or two mild ones
SATISFIED_AT = 1
CAPITALS_AT = 3  # words in a row, all capitals, before they count as shouting
SHOWN = 6

_WORD = re.compile(r"\b[^\W\d_]{2,20}\b")
_INSISTS = re.compile(r"[!?]{3,}|!\s{0,2}!")


def sentiment(text: str, lexicon: Words | None) -> tuple[str, tuple[tuple[int, int], ...]]:
    """`frustrated`, `neutral` or `satisfied`, or `unread` without words for the language; and the places of
    the words that drove it."""
    if lexicon is None:
        return "unread", ()
    folded = fold(text)
    denied = [(f.folded_start, f.folded_end) for f in listed(lexicon, "upset.not").all(folded)]
    strong = [
        *_clear(folded, listed(lexicon, "upset.strong"), denied),
        *_clear(folded, listed(lexicon, "repeated"), []),
    ]
    mild = [f for f in _clear(folded, listed(lexicon, "upset.weak"), denied) if not _within(f, strong)]
    intense = listed(lexicon, "intensifier")
    weight = 2 * len(strong) + sum(2 if _stressed(f, folded, intense) else 1 for f in mild)
    loud = [*_shouted(text), *((m.start(), m.end()) for m in _INSISTS.finditer(text))][:SHOWN]
    if weight and weight + len(loud) >= FRUSTRATED_AT:
        return "frustrated", tuple([(f.start, f.end) for f in [*strong, *mild]][:SHOWN] + loud)[:SHOWN]
    pleased = _clear(folded, listed(lexicon, "pleased"), denied)
    if len(pleased) >= SATISFIED_AT and not weight and "?" not in text:
        return "satisfied", tuple((f.start, f.end) for f in pleased[:SHOWN])
    return "neutral", ()


def _shouted(text: str) -> list[tuple[int, int]]:
    """Runs of words in capitals; one or two in a row are names and short forms, and some people type
    everything so."""
    words = list(_WORD.finditer(text))
    if all(m.group().isupper() for m in words):
        return []
    runs: list[tuple[int, int]] = []
    begin = 0
    for n in range(len(words) + 1):
        if n < len(words) and words[n].group().isupper():
            continue
        if n - begin >= CAPITALS_AT:
            runs.append((words[begin].start(), words[n - 1].end()))
        begin = n + 1
    return runs


def _clear(folded: Folded, wanted: Phrases, denied: list[tuple[int, int]]) -> list[Found]:
    return [
        f for f in wanted.all(folded) if not any(a < f.folded_end and f.folded_start < b for a, b in denied)
    ]


def _within(found: Found, others: list[Found]) -> bool:
    return any(o.folded_start < found.folded_end and found.folded_start < o.folded_end for o in others)


def _stressed(found: Found, folded: Folded, intense: Phrases) -> bool:
    before = folded.text[max(0, found.folded_start - 24) : found.folded_start].rstrip()
    return any(f.folded_end == len(before) for f in intense.all(Folded(before, range(len(before) + 1))))
