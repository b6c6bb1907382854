"""Slips of the fingers in the few words that matter most: put right before phrases are looked for. Linear in
the text."""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core.reading.phrases import Folded, fold

WELL_KNOWN = 6  # letters of a word that is known again without its first one ("perator")
_SPELT = re.compile(r"\w{4,16}")
_WORDS = re.compile(r"\w{1,24}")
_DOUBLED = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True, eq=False)
class Spelling:
    """The words of a language that slips are put right to.

    `near`: the words meant by first letter ("": whichever) and by each length a slip may give them; `known`:
    words that are right as they are; `meant` and `glue`: what words that ran into each other, or whose blank
    is out of place, are put apart into.
    """

    near: Mapping[tuple[str, int], Sequence[str]]
    known: frozenset[str]
    meant: frozenset[str] = frozenset()
    glue: frozenset[str] = frozenset()


def spelling(meant: Iterable[str], real: Iterable[str], glue: Iterable[str] = ()) -> Spelling:
    """A slip is put right to one of `meant`; `real` words are never touched. `glue` are short words that run
    into those meant."""
    near: dict[tuple[str, int], list[str]] = {}
    targets = [fold(word).text for word in meant]
    for target in targets:
        for length in (len(target) - 1, len(target), len(target) + 1):
            near.setdefault((target[:1] if len(target) < WELL_KNOWN else "", length), []).append(target)
    known = frozenset((*targets, *(fold(word).text for word in real)))
    return Spelling(near, known, frozenset(targets), frozenset(fold(word).text for word in glue))


def corrected(folded: Folded, right: Spelling) -> Folded:
    """The text with words that are one slip away from one that is meant put right.

    A slip is one letter wrong, missing, doubled or swapped, in a word of four letters or more, of which those
    of five or less begin as they should; or a blank that is missing or one letter out of its place ("talkto a
    person", "tal kto a person").
    """
    return _slips_mended(_blanks_mended(folded, right), right)


def _slips_mended(folded: Folded, right: Spelling) -> Folded:
    return _replaced(
        folded,
        (
            (m.start(), m.end(), better)
            for m in _SPELT.finditer(folded.text)
            if (better := _meant(m.group(), right))
        ),
    )


def _blanks_mended(folded: Folded, right: Spelling) -> Folded:
    if not right.glue:
        return folded
    mended: list[tuple[int, int, str]] = []
    words = [*_WORDS.finditer(folded.text)]
    for n, word in enumerate(words):
        following = words[n + 1] if n + 1 < len(words) else None
        if mended and word.start() < mended[-1][1]:
            continue
        if better := _put_apart(word.group(), right):
            mended.append((*word.span(), better))
        elif (
            following
            and following.start() == word.end() + 1
            and (better := _moved(word.group(), following.group(), right))
        ):
            mended.append((word.start(), following.end(), better))
    return _replaced(folded, mended)


@lru_cache(maxsize=16_384)
def _put_apart(word: str, right: Spelling) -> str | None:
    """The two words that ran into each other."""
    if len(word) < 5 or word in right.known or word in right.glue:
        return None
    halves = ((word[:n], word[n:]) for n in range(1, len(word)))
    return next((" ".join(pair) for pair in halves if _fit(pair, right)), None)


def _moved(first: str, second: str, right: Spelling) -> str | None:
    """The two words as they are with the blank one letter further on, or back."""
    if _is_word(first, right) and _is_word(second, right) or first in right.known or second in right.known:
        return None
    for pair in ((first + second[:1], second[1:]), (first[:-1], first[-1:] + second)):
        if _fit(pair, right):
            return " ".join(pair)
    return None


def _fit(pair: tuple[str, str], right: Spelling) -> bool:
    return all(_is_word(word, right) for word in pair) and any(word in right.meant for word in pair)


def _is_word(word: str, right: Spelling) -> bool:
    return word in right.meant or word in right.glue


def _replaced(folded: Folded, places: Iterable[tuple[int, int, str]]) -> Folded:
    """The text with other words at these places, in order; each letter keeps the place it stands for."""
    text: list[str] = []
    at: list[int] = []
    done = 0
    for start, end, better in places:
        text += (folded.text[done:start], better)
        at += folded.at[done:start]
        at += [folded.at[min(start + i, end - 1)] for i in range(len(better) - 1)] + [folded.at[end - 1]]
        done = end
    if not done:
        return folded
    return Folded("".join((*text, folded.text[done:])), [*at, *folded.at[done:]])


@lru_cache(maxsize=16_384)  # people use the same words
def _meant(word: str, right: Spelling) -> str | None:
    if word in right.known:
        return None
    near = (*right.near.get((word[0], len(word)), ()), *right.near.get(("", len(word)), ()))
    return next((t for t in near if _one_slip(word, t) or _as_doubled(word, t)), None)


def _as_doubled(word: str, target: str) -> bool:
    """Whether only doubled letters differ: "asisstant"."""
    return len(target) > 5 and _DOUBLED.sub(r"\1", word) == _DOUBLED.sub(r"\1", target)


def _one_slip(word: str, target: str) -> bool:
    if abs(len(word) - len(target)) > 1 or len(target) < 4 or word == target:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(word, target, strict=False)) if a != b), min(len(word), len(target))
    )
    rest, want = word[start:], target[start:]
    swapped = (
        len(rest) > 1 and len(want) > 1 and rest[0] == want[1] and rest[1] == want[0] and rest[2:] == want[2:]
    )
    return rest[1:] == want or rest == want[1:] or rest[1:] == want[1:] or swapped
