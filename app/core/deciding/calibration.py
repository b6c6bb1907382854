"""Calibration at one desk: how far its labels bear out the probability that an answer is right. Told only
with its interval and its labels.

The pairs are cross-fitted: each label was judged by a model that had not seen its ticket. Nothing is claimed
beyond the labels there are.
"""
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_LABELS = 40  # below it the shipped prior stands; a fit on fewer is noise
LEAST_RIGHT, LEAST_WRONG = 8, 8
NEIGHBOURS = 30  # labels around a probability whose share right is its interval
LEAST_ANSWERED = 10  # held-out labels above a threshold, without which it is not offered
BINS = 5
_Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Setting:
    """A threshold and what the labels say of it: the share right of those answered, its 95 % interval, how
    many of how many labels."""

    threshold: float
    precision: float
    low: float
    high: float
    answered: int
    labels: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """A desk's own model: logistic regression over the shipped prior's log odds and the search features.
    `pairs`: (p held out, right)."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    prior_weight: float
    intercept: float
    pairs: tuple[tuple[float, bool], ...]

    def probability(self, prior: float, features: Mapping[str, float]) -> float:
        z = self.intercept + self.prior_weight * log_odds(prior)
        z += sum(
            w * (features.get(name, m) - m) / s
            for name, m, s, w in zip(self.names, self.mean, self.scale, self.weights, strict=True)
        )
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))

    def interval(self, p: float) -> tuple[float, float, int]:
        """(low, high, labels): the share right among the labels nearest to this probability, at 95 %."""
        near = sorted(self.pairs, key=lambda pair: abs(pair[0] - p))[:NEIGHBOURS]
        return (*of_share(sum(right for _, right in near), len(near)), len(near))

    def setting(self, target: float) -> Setting | None:
        """The lowest threshold whose answered labels are right in at least this share; None when no threshold
        is, on enough labels.

        The share is the one observed. Its interval is wide on few labels, and is never to be shown without
        it.
        """
        ordered = sorted(self.pairs, reverse=True)
        best, right = None, 0
        for answered, (p, was_right) in enumerate(ordered, 1):
            right += was_right
            more_alike = answered < len(ordered) and ordered[answered][0] == p
            if not more_alike and answered >= LEAST_ANSWERED and right / answered >= target:
                low, high = of_share(right, answered)
                best = Setting(p, right / answered, low, high, answered, len(ordered))
        return best


def reliability(pairs: Sequence[tuple[float, bool]]) -> tuple[tuple[float, float, int], ...]:
    """(mean probability, share right, labels) of each of five equal ranges that has labels."""
    held: dict[int, list[tuple[float, bool]]] = {}
    for p, right in pairs:
        held.setdefault(min(int(p * BINS), BINS - 1), []).append((p, right))
    return tuple(
        (sum(p for p, _ in some) / len(some), sum(right for _, right in some) / len(some), len(some))
        for _, some in sorted(held.items())
    )


def loss(pairs: Sequence[tuple[float, bool]]) -> float:
    """The mean logarithmic loss: lower is better, and a sure mistake costs most."""
    return -sum(math.log(max(1e-9, p if right else 1 - p)) for p, right in pairs) / max(1, len(pairs))


def log_odds(p: float) -> float:
    bounded = min(1 - 1e-6, max(1e-6, p))
    return math.log(bounded / (1 - bounded))


def of_share(hits: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share; (0, 1) of nothing."""
    if n == 0:
        return 0.0, 1.0
    share, add = hits / n, _Z * _Z / n
    middle, half = (
        (share + add / 2) / (1 + add),
        _Z / (1 + add) * math.sqrt(share * (1 - share) / n + add / (4 * n)),
    )
    return max(0.0, middle - half), min(1.0, middle + half)
