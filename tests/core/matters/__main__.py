"""`python -m tests.core.matters`: the weights of `same_matter` fitted on the pairs beside this file, and how
they do on pairs left out.

These pairs are the ones that may be looked at; those under tests/quality/matters only score.
"""
from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from app.core.reading import matter
from tests.quality.matters import Pair, weigher
from tests.quality.rows import read

STRENGTH = 3.0  # of the fit; larger trusts the pairs more


def main() -> None:
    weigh = weigher(Path("var"))
    pairs = [(row, weigh(row)) for row in read(Path(__file__).parent / "pairs.jsonl")]
    names = sorted(matter.features(*pairs[0][1]))
    x = np.array([[matter.features(*pair)[name] for name in names] for _, pair in pairs])
    y = np.array([row["same"] for row, _ in pairs])
    left_out = np.zeros(len(y))
    for train, test in StratifiedKFold(10, shuffle=True, random_state=1).split(x, y):
        left_out[test] = _fit(x[train], y[train]).predict_proba(x[test])[:, 1]
    model = _fit(x, y)
    print(
        json.dumps(
            {name: round(float(weight), 1) for name, weight in zip(names, model.coef_[0], strict=True)}
        )
    )
    print("bias", round(float(model.intercept_[0]), 1))
    for bar in (0.35, 0.4, 0.45, 0.5):
        print(
            bar,
            "left out:",
            _figures(y, [_same(p, bar, q) for (_, p), q in zip(pairs, left_out, strict=True)]),
        )
    for language in ("en", "fr", "de", "es"):
        of = [n for n, (row, _) in enumerate(pairs) if row["lang"] == language]
        print(
            language, "left out:", _figures(y[of], [_same(pairs[n][1], matter.SAME, left_out[n]) for n in of])
        )
    print("as shipped:", _figures(y, [matter.same_matter(*pair) for _, pair in pairs]))
    for (row, pair), q in zip(pairs, left_out, strict=True):
        if _same(pair, matter.SAME, q) != row["same"]:
            print(row["id"], row["same"], round(float(q), 2), "|", row["first"], "|", row["second"])


def _fit(x: np.ndarray, y: np.ndarray) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH, max_iter=1000).fit(x, y)


def _same(pair: Pair, bar: float, probability: float) -> bool:
    """As `same_matter`, with a probability of a fit that has not seen the pair."""
    certain = matter.certain(pair[0], pair[1])
    return probability >= bar if certain is None else certain


def _figures(y: np.ndarray, said: list[bool]) -> dict[str, float]:
    right = sum(bool(a and b) for a, b in zip(y, said, strict=True))
    return {
        "precision": round(right / max(1, sum(said)), 3),
        "recall": round(right / int(y.sum()), 3),
        "n": len(y),
    }


if __name__ == "__main__":
    main()
