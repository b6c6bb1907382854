"""The language a message is written in: what its words, a detector, the locale and earlier messages say,
weighed in one place.

A detector alone is noise on a message of four words, and a locale says only what somebody once chose: an
English desk gives `en` to customers who never chose at all. Together they rarely err.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.core.reading.phrases import fold
from config.wording import Words

READ_MAX = 2_000  # characters of the message
EARLIER_MAX = 400  # characters of each earlier message
EARLIER_READ = 3

SURE = 0.7  # points a language needs
AHEAD = 0.4  # points it must be ahead of every other
WORDS_MOST = 5.0  # points of words: of a long text the detector knows more
ENDING, SIGN = 0.4, 0.8
SIGNS_MOST = 2.0
# letters for which a detector that is quite sure gets a point; most points it gets
LETTERS_A_POINT, GUESS_MOST = 14, 6.0
GUESS_SURE = 0.7  # below it a detector's guess of a language that is not shipped says nothing
# A neighbour of a shipped language shares many words with it, and leaves more of them unknown than the
# language itself ever does.
NEIGHBOUR_SURE, NEIGHBOUR_LETTERS, NEIGHBOUR_KNOWN, NEIGHBOUR_WEIGHT = 0.85, 24, 0.6, 2.0
EARLIER = 0.8
CHOSEN, GIVEN = 0.9, 0.45  # of a locale: one somebody must have chosen, and the one every desk gives
GIVEN_LOCALE = "en"

_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known beside the message itself. `guess`: a detector's code and probability (0-1); `locale`:
    the requester's at the desk, in any spelling (`fr`, `en-US`, `pt_BR`); `earlier`: the requester's earlier
    words on this ticket, newest first."""

    guess: tuple[str, float] | None = None
    locale: str | None = None
    earlier: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Marks:
    """Of all shipped languages: what a word, an ending, a sign adds to which."""

    words: Mapping[str, Mapping[str, float]]
    endings: Mapping[str, Mapping[str, float]]
    signs: Mapping[str, Mapping[str, float]]


def language_told(text: str, words: Mapping[str, Words], clues: Clues) -> str | None:
    """The message's language by its ISO 639-1 code, shipped or not; None when one cannot be sure."""
    said = _said(text[:READ_MAX], words)
    scores = {language: min(points, WORDS_MOST) for language, points in said.items()}
    _add(scores, _guessed(text[:READ_MAX], clues.guess, words))
    if not any(scores.values()):
        return None  # nothing was said in any language: "4471", "👍"
    for earlier in clues.earlier[:EARLIER_READ]:
        if before := _best(_said(earlier[:EARLIER_MAX], words)):
            _add(scores, {before: EARLIER})
            break
    spoken = language_of(clues.locale)
    if spoken is not None and spoken in words:
        _add(scores, {spoken: GIVEN if spoken == GIVEN_LOCALE else CHOSEN})
    return _best(scores)


def language_of(locale: str | None) -> str | None:
    """The language of a locale in whatever spelling: `fr`, `en-US`, `es_419`; None without one."""
    found = re.match(r"[a-z]{2,3}(?=[-_]|\Z)", (locale or "").strip().casefold())
    return found.group() if found else None


def _best(scores: Mapping[str, float]) -> str | None:
    order = sorted(scores.items(), key=lambda item: -item[1])
    if not order or order[0][1] < SURE or len(order) > 1 and order[0][1] - order[1][1] < AHEAD:
        return None
    return order[0][0]


def _add(scores: dict[str, float], more: Mapping[str, float]) -> None:
    for language, points in more.items():
        scores[language] = scores.get(language, 0.0) + points


def _guessed(text: str, guess: tuple[str, float] | None, words: Mapping[str, Words]) -> dict[str, float]:
    if guess is None or guess[0] not in words and guess[1] < GUESS_SURE:
        return {}
    code, sure = guess
    letters = sum(map(str.isalpha, text))
    points = min(letters / LETTERS_A_POINT, GUESS_MOST) * sure
    neighbour = (
        code not in words
        and sure >= NEIGHBOUR_SURE
        and letters >= NEIGHBOUR_LETTERS
        and _known(text, words) < NEIGHBOUR_KNOWN
    )
    return {code: points * NEIGHBOUR_WEIGHT if neighbour else points}


def _known(text: str, words: Mapping[str, Words]) -> float:
    """The share of the text's words that the shipped language knows which knows most of them."""
    tokens = _TOKEN.findall(fold(text).text)
    listed = _marks(tuple(words.values())).words
    return max(
        sum(language in listed.get(token, ()) for token in tokens) / max(1, len(tokens)) for language in words
    )


def _said(text: str, words: Mapping[str, Words]) -> dict[str, float]:
    """Points of each shipped language by its words, endings and signs. A word of several languages is shared
    among them."""
    marks = _marks(tuple(words.values()))
    scores: dict[str, float] = {}
    for token in _TOKEN.findall(fold(text).text):
        if token in marks.words:
            _add(scores, marks.words[token])
        elif len(token) > 5:
            ends = (token[-n:] for n in (6, 5, 4, 3, 2))
            _add(scores, next((marks.endings[end] for end in ends if end in marks.endings), {}))
    signs: dict[str, float] = {}
    shown = text.casefold().replace("’", "'")
    for sign, shares in marks.signs.items():
        if sign in shown:
            _add(signs, shares)
    _add(scores, {language: min(points, SIGNS_MOST) for language, points in signs.items()})
    return scores


@lru_cache(maxsize=16)
def _marks(lexicons: tuple[Words, ...]) -> _Marks:
    return _Marks(
        _shares(lexicons, "words", 1.0),
        _shares(lexicons, "endings", ENDING),
        _shares(lexicons, "signs", SIGN),
    )


def _shares(lexicons: Sequence[Words], name: str, points: float) -> dict[str, dict[str, float]]:
    listed: dict[str, list[str]] = {}
    for lexicon in lexicons:
        for entry in dict.fromkeys(
            e.casefold() if name == "signs" else fold(e).text for e in lexicon.phrases(f"language.{name}")
        ):
            listed.setdefault(entry, []).append(lexicon.language)
    # A word of two languages tells little between them and much against the others.
    return {entry: dict.fromkeys(languages, points / len(languages)) for entry, languages in listed.items()}
