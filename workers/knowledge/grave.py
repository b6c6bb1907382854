"""The head of the must-hand-off floor: how grave a stretch of English is, by its vectors on the bundled model
and by its words.

A logistic regression over the floor's classes and "harmless", made by `python -m workers.knowledge.fit_grave`
and shipped in `grave.npz`.
"""
from __future__ import annotations

import json
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from config.floor import FloorClass
from workers.knowledge.embed import Vectors

HEAD = Path(__file__).parent / "grave.npz"
HARMLESS = "harmless"
FIRM = frozenset({FloorClass.DANGER})  # the head takes back no phrase of these classes: a miss costs too much
BUCKETS = 1 << 14  # of words and pieces of words, by their checksum
PEAKS = 0.1  # how much a token's peaks weigh beside the unit vector
SPELLED = 0.6  # how much words and pieces weigh, each kind a unit vector
CHARACTERS_MAX = 1_000  # of a stretch whose words are counted

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

Spelled = tuple[NDArray[np.int64], NDArray[np.float64]]  # buckets and their weights


@dataclass(frozen=True, slots=True)
class Head:
    """`dense`, shape (2 * width, classes), and `spelled`, (BUCKETS, classes), are weights; `rarity` is of
    buckets; `bias` of classes.

    From `threshold` on, 0-1, a stretch is grave; below `harmless_below` it is not, even where a shipped
    phrase is in it. `model` is the only model whose vectors it reads.
    """

    model: str
    classes: tuple[str, ...]
    dense: NDArray[np.float32]
    spelled: NDArray[np.float32]
    rarity: NDArray[np.float32]
    bias: NDArray[np.float32]
    threshold: float
    harmless_below: float

    def probabilities(self, peaks: Vectors, texts: Sequence[str]) -> NDArray[np.float64]:
        """Shape (len(texts), classes). `peaks` as `Embedder.embed_peaks` makes them."""
        scores = dense(peaks) @ self.dense + self.bias
        for row, text in enumerate(texts):
            buckets, weights = spelled(text, self.rarity)
            scores[row] += weights @ self.spelled[buckets]
        grown = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares: NDArray[np.float64] = grown / grown.sum(axis=1, keepdims=True)
        return shares

    def graveness(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        """How sure it is that each is grave at all, 0-1."""
        grave: NDArray[np.float64] = 1 - probabilities[:, self.classes.index(HARMLESS)]
        return grave

    def kinds(self, probabilities: NDArray[np.float64]) -> list[FloorClass]:
        """The class each is most likely of, were it grave."""
        grave = [n for n, name in enumerate(self.classes) if name != HARMLESS]
        return [FloorClass(self.classes[grave[best]]) for best in probabilities[:, grave].argmax(axis=1)]


def dense(peaks: Vectors) -> NDArray[np.float32]:
    width = peaks.shape[1] // 2
    return np.hstack([peaks[:, :width], PEAKS * np.tanh(peaks[:, width:])]).astype(np.float32)


def spelled(text: str, rarity: NDArray[np.float32]) -> Spelled:
    """Words with their pairs, and pieces of words, as buckets with weights: each kind of unit length times
    SPELLED."""
    found: list[int] = []
    weights: list[float] = []
    for pieces in _pieces(text[:CHARACTERS_MAX]):
        buckets = np.fromiter(pieces, dtype=np.int64, count=len(pieces))
        counts = np.fromiter(pieces.values(), dtype=np.float64, count=len(pieces))
        values = (1 + np.log(counts)) * rarity[buckets]
        found += buckets.tolist()
        weights += (SPELLED * values / max(float(np.linalg.norm(values)), 1e-9)).tolist()
    return np.array(found, dtype=np.int64), np.array(weights)


def buckets_of(text: str) -> set[int]:
    return {bucket for pieces in _pieces(text[:CHARACTERS_MAX]) for bucket in pieces}


def _pieces(text: str) -> tuple[Counter[int], Counter[int]]:
    spoken = [word.replace("’", "'") for word in _WORD.findall(text.casefold())]
    words = Counter(map(_bucket, (*spoken, *(f"{a} {b}" for a, b in zip(spoken, spoken[1:], strict=False)))))
    padded = [f" {word} " for word in spoken]
    parts = Counter(
        _bucket("#" + word[at : at + n])
        for word in padded
        for n in (3, 4, 5)
        for at in range(len(word) - n + 1)
    )
    return words, parts


def _bucket(piece: str) -> int:
    return zlib.crc32(piece.encode()) % BUCKETS


@lru_cache(maxsize=1)
def shipped() -> Head:
    with np.load(HEAD, allow_pickle=False) as stored:
        said = json.loads(str(stored["said"]))
        weights, words, rarity, bias = (
            stored[name].astype(np.float32) for name in ("dense", "spelled", "rarity", "bias")
        )
    return Head(
        said["model"],
        tuple(said["classes"]),
        weights,
        words,
        rarity,
        bias,
        said["threshold"],
        said["harmless_below"],
    )
