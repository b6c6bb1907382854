"""Fitting a desk's own confidence on its labels, held back by ticket; kept only where it beats the shipped
prior on those held back."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.deciding.calibration import LEAST_LABELS, LEAST_RIGHT, LEAST_WRONG, Calibration, log_odds, loss
from workers.knowledge.fuse import FEATURES

FOLDS = 5
# Of a searched question with its first page left out: about the share of tickets that no page answers, all in
# all.
LEFT_OUT_WEIGHT = 0.25
STRENGTHS = (0.003, 0.01, 0.03, 0.1)  # of the fit, chosen by the held-back labels
PRIOR_SCALE = 3.0  # the shipped prior is held back less than a single feature: few labels move it little


@dataclass(frozen=True, slots=True)
class Label:
    """One judged search: what the shipped prior said of it, its features, and whether the first page was
    right. `group`: its ticket."""

    group: str
    prior: float
    features: Mapping[str, float]
    right: bool
    left_out: bool = False  # made by leaving the right page out of the search

    @property
    def weight(self) -> float:
        return LEFT_OUT_WEIGHT if self.left_out else 1.0


def fit(labels: Sequence[Label]) -> Calibration | None:
    """The desk's model, None when there are too few labels or the shipped prior does as well on those held
    back."""
    real = [label for label in labels if not label.left_out]
    right = sum(label.right for label in real)
    wrong = sum(not label.right for label in labels)
    if len(real) < LEAST_LABELS or right < LEAST_RIGHT or wrong < LEAST_WRONG:
        return None
    strength, held_out = min(((c, crossed(labels, c)) for c in STRENGTHS), key=lambda found: loss(found[1]))
    if loss(held_out) >= loss([(label.prior, label.right) for label in real]):
        return None
    return _model(labels, strength, tuple(held_out))


def crossed(labels: Sequence[Label], strength: float) -> list[tuple[float, bool]]:
    """(p, right) of every real label, by a model that has seen nothing of its ticket."""
    groups = sorted({label.group for label in labels})
    fold_of = {
        group: number % FOLDS
        for number, group in enumerate(np.random.default_rng(7).permutation(groups).tolist())
    }
    found: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        model = _model([label for label in labels if fold_of[label.group] != fold], strength, ())
        for label in labels:
            if fold_of[label.group] == fold and not label.left_out:
                found.append((model.probability(label.prior, label.features), label.right))
    return found


def _model(labels: Sequence[Label], strength: float, pairs: tuple[tuple[float, bool], ...]) -> Calibration:
    from sklearn.linear_model import LogisticRegression

    right = [label.right for label in labels]
    x = np.array([[label.features.get(name, 0.0) for name in FEATURES] for label in labels])
    mean, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-6)
    prior = np.array([[log_odds(label.prior) * PRIOR_SCALE] for label in labels])
    if all(right) or not any(right):
        share = (sum(right) + 1) / (len(right) + 2)
        return Calibration(
            FEATURES, _plain(mean), _plain(scale), (0.0,) * len(FEATURES), 0.0, log_odds(share), pairs
        )
    model = LogisticRegression(C=strength, max_iter=1000)
    model.fit(np.hstack([prior, (x - mean) / scale]), right, sample_weight=[label.weight for label in labels])
    return Calibration(
        FEATURES,
        _plain(mean),
        _plain(scale),
        _plain(model.coef_[0][1:]),
        float(model.coef_[0][0]) * PRIOR_SCALE,
        float(model.intercept_[0]),
        pairs,
    )


def _plain(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(round(float(v), 6) for v in values)
