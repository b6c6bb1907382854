"""How near a message is to examples of the must-hand-off floor, on the search model.

English only, and on the bundled model only: the head was fitted to its vectors, and with another model the
floor rests on phrases.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.floor import FloorClass
from workers.knowledge import grave, wordings
from workers.knowledge.embed import Embedder, Vectors

STRETCH_WORDS = 40  # sentences are read together up to here: about what the head was fitted on
STRETCHES_MAX = 24  # read of one message, half from its start and half from its end; each costs about 10 ms
SENTENCE_CHARACTERS = 400  # a longer "sentence" has no full stops, and is cut

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Near:
    """A stretch of a message that says what an example of a class says. `score`: 0–1."""

    kind: FloorClass
    start: int
    end: int
    example: str
    score: float


@dataclass(frozen=True, slots=True)
class Graveness:
    """What the head makes of a text: `near` are the stretches near enough, at most one per class; `scores`
    how grave each is, 0–1."""

    near: tuple[Near, ...] = ()
    scores: tuple[tuple[int, int, float], ...] = ()
    harmless_below: float = 0.0

    def harmless(self, start: int, end: int) -> bool:
        """Whether every stretch read with these words in it is surely harmless. False where they were not
        read."""
        around = [score for a, b, score in self.scores if a < end and start < b]
        return bool(around) and max(around) < self.harmless_below


class Likeness:
    """Nearness on one embedder."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._examples: dict[FloorClass, Vectors] = {}

    def read(self, text: str) -> Graveness:
        """How grave the text is: nothing at all on another model than the head's."""
        places = stretches(text)
        head = grave.shipped()
        if not places or self._embedder.model_id != head.model:
            return Graveness()
        texts = [text[start:end] for start, end in places]
        peaks = self._embedder.embed_peaks(texts)
        shares = head.probabilities(peaks, texts)
        scores, kinds = head.graveness(shares), head.kinds(shares)
        best: dict[FloorClass, Near] = {}
        read = tuple((start, end, float(score)) for (start, end), score in zip(places, scores, strict=True))
        for n in np.argsort(-scores, kind="stable"):
            start, end = places[n]
            if scores[n] < head.threshold or _harmless_alone(start, end, read, head.harmless_below):
                continue
            if kinds[n] not in best:
                best[kinds[n]] = Near(
                    kinds[n], start, end, self._example(kinds[n], peaks[n]), float(scores[n])
                )
        return Graveness(tuple(best.values()), read, head.harmless_below)

    def _example(self, kind: FloorClass, peaks: Vectors) -> str:
        """The example of the class that comes nearest: the note shows it. A class's examples are embedded at
        its first message."""
        told = wordings.grave(kind)
        if kind not in self._examples:
            self._examples[kind] = self._embedder.embed(told)
        return told[int((self._examples[kind] @ peaks[: self._embedder.width]).argmax())]


def _harmless_alone(
    start: int, end: int, read: Sequence[tuple[int, int, float]], harmless_below: float
) -> bool:
    """Whether each sentence of a run is surely harmless by itself: what only their words together look like
    is a likeness of subjects, and nothing anybody said. False for a sentence."""
    within = [score for a, b, score in read if start <= a and b <= end and (a, b) != (start, end)]
    return bool(within) and max(within) < harmless_below


def stretches(text: str) -> list[tuple[int, int]]:
    """What of a text is read on its own, as (start, end): sentences in a row up to STRETCH_WORDS, and each
    sentence that has company."""
    sentences = _sentences(text)
    packed: list[list[tuple[int, int]]] = []
    words = STRETCH_WORDS
    for start, end in sentences:
        here = len(_WORD.findall(text, start, end))
        if words + here > STRETCH_WORDS:
            packed.append([])
            words = 0
        packed[-1].append((start, end))
        words += here
    places = [(run[0][0], run[-1][1]) for run in packed]
    alone = [place for run in packed if len(run) > 1 for place in run]
    return sorted({*_few(places), *_few(alone)})


def _sentences(text: str) -> list[tuple[int, int]]:
    """Places of sentences that hold a word, without the blanks around them."""
    found: list[tuple[int, int]] = []
    for sentence in _SENTENCE.finditer(text):
        for start in range(sentence.start(), sentence.end(), SENTENCE_CHARACTERS):
            piece = text[start : min(start + SENTENCE_CHARACTERS, sentence.end())]
            if _WORD.search(piece):
                found.append((start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())))
    return found


def _few(places: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    half = STRETCHES_MAX // 2
    return places if len(places) <= STRETCHES_MAX else [*places[:half], *places[-half:]]
