"""helpcentre_*: the desk's own confidence, fitted as the nightly refit does it: on `valid` rows, else cross-fitted by question.

Beside it the shipped prior on the same rows. Questions asked again without their articles stand in for tickets that no page answers.
"""
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.core.calibration import of_share
from tests.emit import Emit, say
from tests.quality.helpcentre import BANK, REMOVED_EVERY, _rows, _shelf
from workers.knowledge.calibrate import Label, crossed, fit
from workers.knowledge.embed import LazyEmbedder
from workers.knowledge.fit import Shelf

CROSS_STRENGTH = 0.01  # the second of the refit's four: none is chosen on the rows that are scored
MOST_WRONG = 0.05  # of all tickets


def suites(data: Path) -> list[str]:
    there = [p.parent.name for p in sorted(data.glob("helpcentre_*/articles.jsonl")) if (p.parent / "eval.jsonl").exists()]
    return [name for name in there if name != BANK]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    embedder = LazyEmbedder("bundled", var / "models", say)
    for name in names:
        shelf = _shelf(data / name, embedder, var / "quality" / name)
        rows, valid = _rows(data / name / "eval.jsonl"), data / name / "valid.jsonl"
        if valid.exists():
            _on_valid(emit, name, _labels(shelf, _rows(valid), 1), _labels(shelf, rows, 0))
        else:
            _cross_fitted(emit, name, _labels(shelf, rows, REMOVED_EVERY))


def _labels(shelf: Shelf, rows: Sequence[dict[str, Any]], removed_every: int) -> list[Label]:
    """Each question as searched; each n-th once more without its articles, 0 for none."""
    found = []
    for number, row in enumerate(rows):
        articles, features, p = shelf.found(row["question"])
        found.append(Label(row["id"], p, features, bool(articles) and articles[0] in row["article_ids"]))
        if removed_every and number % removed_every == 0 and row["article_ids"]:
            _, features, p = shelf.found(row["question"], without=row["article_ids"])
            found.append(Label(row["id"], p, features, False, left_out=True))
    return found


def _on_valid(emit: Emit, name: str, learned: Sequence[Label], asked: Sequence[Label]) -> None:
    model = fit(learned)
    if model is None:
        emit(name, "confidence_auroc", None, len(asked), model="fitted", why="the labels of valid do not beat the shipped prior")
        return
    ours = [(model.probability(one.prior, one.features), one.right) for one in asked]
    _auroc(emit, name, ours, asked, fitted_on=f"valid, {len(learned)} rows with those left out")
    threshold = _threshold(model.pairs)
    answered = [right for p, right in ours if p >= threshold]
    for figure, hits in (("wrong_per_ticket", answered.count(False)), ("coverage", len(answered))):
        low, high = of_share(hits, len(ours))
        emit(name, figure, hits / len(ours), len(ours), model="fitted", low=low, high=high, threshold=threshold,
             setting="5 % of tickets, on valid")


def _cross_fitted(emit: Emit, name: str, labels: Sequence[Label]) -> None:
    # The questions without their articles are scored, too: cross-fitted rows of their own.
    every = [Label(one.group, one.prior, one.features, one.right) for one in labels]
    _auroc(emit, name, crossed(every, CROSS_STRENGTH), every, fitted_on="cross_fit")


def _auroc(emit: Emit, name: str, ours: Sequence[tuple[float, bool]], asked: Sequence[Label], fitted_on: str) -> None:
    from sklearn.metrics import roc_auc_score

    value = float(roc_auc_score([right for _, right in ours], [p for p, _ in ours]))
    prior = float(roc_auc_score([one.right for one in asked], [one.prior for one in asked]))
    emit(name, "confidence_auroc", value, len(ours), model="fitted", fitted_on=fitted_on, baseline="shipped_prior", baseline_value=prior)


def _threshold(pairs: Sequence[tuple[float, bool]]) -> float:
    """Conformal: the lowest with (wrong answered + 1) / (n + 1) at most MOST_WRONG; above every label when none is."""
    fine = [t for t, _ in pairs if (sum(p >= t and not right for p, right in pairs) + 1) / (len(pairs) + 1) <= MOST_WRONG]
    return min(fine, default=1.01)
