"""How somebody sounds, and the words it rests on. Careful on purpose: one mild word is no temper, and what we cannot read is `unread`."""
from __future__ import annotations

import re

from app.core.matching import Folded, Found, Phrases, corrected, fold, phrases
from config.wording import Words

FRUSTRATED_AT = 2  # one strong sign, or two mild ones
SATISFIED_AT = 1
CAPITALS_AT = 3  # words of three letters or more, all capitals, before they count as shouting
SHOWN = 6

_CAPITALS = re.compile(r"\b[^\W\d_]{3,20}\b")
_INSISTS = re.compile(r"[!?]{3,}|!\s{0,2}!")


def sentiment(text: str, lexicon: Words | None) -> tuple[str, tuple[tuple[int, int], ...]]:
    """`frustrated`, `neutral` or `satisfied`, or `unread` without words for the language; and the places of the words that drove it."""
    if lexicon is None:
        return "unread", ()
    folded = corrected(fold(text), (), ())
    denied = [(f.folded_start, f.folded_end) for f in _list(lexicon, "upset.not").all(folded)]
    strong = [*_clear(folded, _list(lexicon, "upset.strong"), denied), *_clear(folded, _list(lexicon, "repeated"), [])]
    mild = [f for f in _clear(folded, _list(lexicon, "upset.weak"), denied) if not _within(f, strong)]
    intense = _list(lexicon, "intensifier")
    weight = 2 * len(strong) + sum(2 if _stressed(f, folded, intense) else 1 for f in mild)
    loud = [*_shouted(text), *((m.start(), m.end()) for m in _INSISTS.finditer(text))][:SHOWN]
    if weight and weight + len(loud) >= FRUSTRATED_AT:
        return "frustrated", tuple([(f.start, f.end) for f in [*strong, *mild]][:SHOWN] + loud)[:SHOWN]
    pleased = _clear(folded, _list(lexicon, "pleased"), denied)
    if len(pleased) >= SATISFIED_AT and not weight and "?" not in text:
        return "satisfied", tuple((f.start, f.end) for f in pleased[:SHOWN])
    return "neutral", ()


def _shouted(text: str) -> list[tuple[int, int]]:
    """The words in capitals, where they are many but not the whole message: some people type so."""
    words = list(_CAPITALS.finditer(text))
    shouted = [m for m in words if m.group().isupper()]
    if not shouted or len(shouted) < CAPITALS_AT and len(shouted) < len(words):
        return []
    return [(shouted[0].start(), shouted[-1].end())]


def _clear(folded: Folded, wanted: Phrases, denied: list[tuple[int, int]]) -> list[Found]:
    return [f for f in wanted.all(folded) if not any(a < f.folded_end and f.folded_start < b for a, b in denied)]


def _within(found: Found, others: list[Found]) -> bool:
    return any(o.folded_start < found.folded_end and found.folded_start < o.folded_end for o in others)


def _stressed(found: Found, folded: Folded, intense: Phrases) -> bool:
    before = folded.text[max(0, found.folded_start - 24) : found.folded_start].rstrip()
    return any(f.folded_end == len(before) for f in intense.all(Folded(before, range(len(before) + 1))))


def _list(lexicon: Words, name: str) -> Phrases:
    return phrases(lexicon.phrases(f"phrases.{name}"))
