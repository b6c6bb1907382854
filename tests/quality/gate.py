"""The one gate of own and foreign questions: sure enough and close enough, as the shipped policy says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_OWN_LOST = 0.05


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was searched. `right`: the first article is one of those that answer it.

    A question in which nothing was found has the probability 0 and the cosine -1.
    """

    p: float
    right: bool
    cosine: float
    answerable: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """Open for a question whose search reaches both."""

    threshold: float
    floor: float

    def opens(self, asked: Asked) -> bool:
        return asked.p >= self.threshold and asked.cosine >= self.floor

    def passed(self, asked: Sequence[Asked]) -> int:
        """How many of the questions it opens for."""
        return sum(self.opens(one) for one in asked)


def keeping_own(own: Sequence[Asked], floor: float) -> Gate | None:
    """The highest threshold with this floor at which at most MOST_OWN_LOST of the desk's own questions are
    lost.

    None when the floor alone loses more. A point of the curve on these very rows, to compare desks by: it
    is no setting that anything is run with.
    """
    thresholds = sorted({one.p for one in own}, reverse=True)
    gates = (Gate(threshold, floor) for threshold in thresholds)
    return next((g for g in gates if len(own) - g.passed(own) <= MOST_OWN_LOST * len(own)), None)


def reliability(asked: Sequence[Asked], bins: int = 5) -> list[tuple[int, float, float]]:
    """(rows, mean probability, share right) of each of the equal-width bins that has rows."""
    found: list[tuple[int, float, float]] = []
    for place in range(bins):
        held = [one for one in asked if min(int(one.p * bins), bins - 1) == place]
        if held:
            mean, right = sum(one.p for one in held) / len(held), sum(one.right for one in held) / len(held)
            found.append((len(held), mean, right))
    return found


def calibration_error(asked: Sequence[Asked]) -> float:
    """Expected calibration error: the distance between said and true in each bin, weighed by its rows."""
    return sum(n * abs(mean - right) for n, mean, right in reliability(asked)) / len(asked)
