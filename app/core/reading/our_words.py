"""Our own sentences, coming back in a customer's reply: found and taken out, so that "reply 'person'" never
counts as their wish."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core.reading.phrases import fold
from config.wording import Words

OWN_SENTENCES = "own_sentences"
# said inside a sentence of ours only; alone "I can't change orders" is a customer's
FRAGMENTS = "message.limits."
FILLED_MAX = 120  # characters a filled-in placeholder may have
# a sentence of fewer words of its own could be anybody's: it is taken out only in the company of longer ones
WORDS_MIN = 5

_PLACEHOLDER = re.compile(r"\{\w*\}")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_LINK = re.compile(r"[<(\[]?https?://\S{1,2000}")
_SIGNS = re.compile(r"[^\w\s.!?'’]|_")


@dataclass(frozen=True, slots=True)
class _Sentence:
    # what stands between the placeholders; "" at an end means that a placeholder stands there
    pieces: tuple[str, ...]
    anchor: int
    words: int


def without_own_sentences(text: str, words: Mapping[str, Words]) -> str:
    """The text without the sentences of our words files."""
    return "".join(text[a:b] for a, b in kept_ranges(text, words))


def kept_ranges(text: str, words: Mapping[str, Words]) -> tuple[tuple[int, int], ...]:
    """The ranges of the text that are not sentences of ours."""
    plain, at = _plain(text)
    ours = _sentences(tuple(words.values()))
    found: list[tuple[int, int]] = []
    short: list[_Sentence] = []
    for sentence in (sentence for word in {"", *plain.split()} for sentence in ours.get(word, ())):
        if sentence.words < WORDS_MIN:
            short.append(sentence)
        else:
            found.extend(_places(sentence, plain))
    if found:
        # The first line is the customer's: whoever types "Talk to a person" above our whole message means it.
        first = text.find("\n") if len(found) > 1 else min(at[start] for start, _ in found)
        for sentence in short:
            free = len(sentence.pieces) > 1 and len(found) > 1
            found.extend(
                span
                for span in _places(sentence, plain)
                if (free or at[span[0]] > first >= 0) and _stands_alone(text, at, span)
            )
    return _left((_original(span, at, text) for span in found), len(text))


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """Folded as one run of words: links, marks of emphasis and line breaks do not separate."""
    without = _LINK.sub(lambda m: " " * len(m.group()), text) if "://" in text else text
    folded = fold(_SIGNS.sub(" ", without))
    return folded.text, folded.at


def _stands_alone(text: str, at: Sequence[int], span: tuple[int, int]) -> bool:
    start, end = _original(span, at, text)
    before, after = (
        text[max(0, start - 80) : start].rstrip(" \u00a0*_>["),
        text[end : end + 80].lstrip(" \u00a0*_]"),
    )
    return (not before or before[-1] in ".!?:\n") and (
        not after or after[0] in "\n<(" or text[end - 1] in ".!? "
    )


def _places(sentence: _Sentence, plain: str) -> Iterable[tuple[int, int]]:
    """Where the sentence stands. Only its longest piece is searched for; the others are looked for beside it,
    within bounds."""
    anchor = sentence.pieces[sentence.anchor]
    place = plain.find(anchor)
    while place >= 0:
        start, end = _reach_left(sentence, plain, place), _reach_right(sentence, plain, place + len(anchor))
        if start is not None and end is not None:
            yield start, end
            place = plain.find(anchor, max(end, place + 1))
        else:
            place = plain.find(anchor, place + 1)


def _reach_left(sentence: _Sentence, plain: str, place: int) -> int | None:
    for piece in reversed(sentence.pieces[: sentence.anchor]):
        low = max(0, place - FILLED_MAX - len(piece))
        if not piece:
            stop = max(plain.rfind(mark, low, place) for mark in ".!?\n")
            return stop + 1 if stop >= 0 else low
        place = plain.rfind(piece, low, place)
        if place < 0:
            return None
    return place


def _reach_right(sentence: _Sentence, plain: str, place: int) -> int | None:
    for piece in sentence.pieces[sentence.anchor + 1 :]:
        high = min(len(plain), place + FILLED_MAX + len(piece))
        if not piece:
            stops = [stop for mark in ".!?\n" if (stop := plain.find(mark, place, high)) >= 0]
            return min(stops) if stops else high
        found = plain.find(piece, place, high)
        if found < 0:
            return None
        place = found + len(piece)
    return place


def _original(span: tuple[int, int], at: Sequence[int], text: str) -> tuple[int, int]:
    """The span in the original text, with the signs that belong to the sentence."""
    start, end = at[span[0]], at[span[1] - 1] + 1
    while end < len(text) and text[end] in ".!?”\"»' \u00a0\u202f":
        end += 1
    while start and text[start - 1] in "¿¡“«\"":
        start -= 1
    return start, end


def _left(gone: Iterable[tuple[int, int]], length: int) -> tuple[tuple[int, int], ...]:
    left: list[tuple[int, int]] = []
    place = 0
    for start, end in sorted(gone):
        if start > place:
            left.append((place, start))
        place = max(place, end)
    if place < length:
        left.append((place, length))
    return tuple(left)


@lru_cache(maxsize=16)
def _sentences(lexicons: tuple[Words, ...]) -> Mapping[str, Sequence[_Sentence]]:
    """Our sentences, hundreds, by a word that any text with the sentence's anchor holds whole; under "" those
    that have none such."""
    made: dict[tuple[str, ...], _Sentence] = {}
    whole = (
        text
        for words in lexicons
        for key, text in sorted(words.texts.items())
        if not key.startswith(FRAGMENTS)
    )
    for text in whole:
        for part in _SENTENCE_END.split(text):
            pieces = tuple(_plain(piece)[0].strip(" .!?\n") for piece in _PLACEHOLDER.split(part))
            count = sum(len(piece.split()) for piece in pieces)
            longest = max(range(len(pieces)), key=lambda n: len(pieces[n]))
            # Two words beside a placeholder could be anybody's.
            if count >= 2 and len(pieces[longest]) >= 8:
                made[pieces] = _Sentence(
                    pieces, longest, count if len(pieces) == 1 or count > WORDS_MIN else 0
                )
    by_word: dict[str, list[_Sentence]] = {}
    for sentence in made.values():
        # The first and the last of the anchor's words may be parts of longer ones in a text.
        within = sentence.pieces[sentence.anchor].split()[1:-1]
        by_word.setdefault(max(within, key=len, default=""), []).append(sentence)
    return by_word
