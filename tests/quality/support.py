"""`support_*`: does `app.core.deciding.support`, as shipped, tell carried claims from others. Nothing is
fitted.

The shipped rule is strict: `precision` is of the claims it passes. Word overlap stands beside it, with
`precision` and `recall` where it passes as many claims.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.deciding import support
from tests.emit import Emit
from tests.quality.intervals import of_share
from tests.quality.rows import each, read

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Judged:
    """One pair. `score` and `passes` are the product's, `overlap` the baseline's."""

    carried: bool
    score: float
    passes: bool
    overlap: float


def suites(data: Path) -> list[str]:
    return [p.parent.name for p in sorted(data.glob("support_*/eval.jsonl"))]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        rows = read(data / name / "eval.jsonl")
        put(emit, name, [judged for _, judged in each(emit, name, rows, judge)])


def judge(row: Mapping[str, Any]) -> Judged:
    found = support.check(row["claim"], row["evidence"])
    return Judged(bool(row["supported"]), found.score, found.passes, overlap(row["claim"], row["evidence"]))


def overlap(claim: str, evidence: str) -> float:
    """The share of the claim's words that the evidence has, 0-1."""
    said, there = ({w.casefold() for w in _WORD.findall(t)} for t in (claim, evidence))
    return len(said & there) / max(1, len(said))


def put(emit: Emit, name: str, pairs: Sequence[Judged]) -> None:
    carried = [one.carried for one in pairs]
    _auroc(emit, name, pairs, carried)
    passed = sum(one.passes for one in pairs)
    right = sum(one.passes and one.carried for one in pairs)
    best = sorted(pairs, key=lambda one: -one.overlap)[:passed]
    as_many = sum(one.carried for one in best)
    shares = {
        "precision": (passed, "nothing passes the shipped rule"),
        "recall": (sum(carried), "no claim is carried"),
    }
    for figure, (n, why) in shares.items():
        low, high = of_share(right, n) if n else (None, None)
        emit(
            name, figure, right / n if n else None, n, low=low, high=high, model="shipped",
            baseline="word_overlap", baseline_value=as_many / n if n else None, why=None if n else why,
        )  # fmt: skip


def _auroc(emit: Emit, name: str, pairs: Sequence[Judged], carried: Sequence[bool]) -> None:
    from sklearn.metrics import roc_auc_score

    if len(set(carried)) < 2:
        emit(name, "auroc", None, len(pairs), model="shipped", why="claims of both kinds are needed")
        return
    ours, words = (float(roc_auc_score(carried, scores)) for scores in _scores(pairs))
    emit(name, "auroc", ours, len(pairs), model="shipped", baseline="word_overlap", baseline_value=words)


def _scores(pairs: Sequence[Judged]) -> tuple[list[float], list[float]]:
    return [one.score for one in pairs], [one.overlap for one in pairs]
