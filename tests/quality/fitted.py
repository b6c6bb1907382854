"""helpcentre_*: the desk's own confidence, fitted as the nightly refit does it: on `valid` rows, else
cross-fitted by question.

Beside it the shipped prior on the same rows. Questions asked again without their articles stand in for
tickets that no page answers.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.core.deciding.calibration import of_share
from tests.emit import Emit
from tests.quality.corpora import ALL, BANK, corpus, help_centres, rows_of
from tests.quality.helpcentre import REMOVED_EVERY
from tests.quality.rows import Row, each
from workers.knowledge.calibrate import Label, crossed, fit
from workers.knowledge.fit import Corpus

CROSS_STRENGTH = 0.01  # the second of the refit's four: none is chosen on the rows that are scored
MOST_WRONG = 0.05  # of all tickets


def suites(data: Path) -> list[str]:
    # Not on the one index of all: no desk has such a mixture, and its valid rows are one suite's alone.
    return [name for name in help_centres(data) if name not in (BANK, ALL)]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        held, rows, valid = corpus(data, name, var), rows_of(data, name), rows_of(data, name, "valid")
        if valid:
            _on_valid(emit, name, _labels(emit, name, held, valid, 1), _labels(emit, name, held, rows, 0))
        else:
            _cross_fitted(emit, name, _labels(emit, name, held, rows, REMOVED_EVERY))


def _labels(emit: Emit, name: str, held: Corpus, rows: Sequence[Row], removed_every: int) -> list[Label]:
    """Each question as searched; each n-th once more without its articles, 0 for none."""
    again = [row for row in rows[::removed_every] if row["article_ids"]] if removed_every else []
    found = [label for _, label in each(emit, name, rows, lambda row: _label(held, row))]
    return [
        *found,
        *(label for _, label in each(emit, name, again, lambda row: _label(held, row, left_out=True))),
    ]


def _label(held: Corpus, row: Mapping[str, Any], left_out: bool = False) -> Label:
    articles, features, p = held.found(row["question"], without=row["article_ids"] if left_out else ())
    right = not left_out and bool(articles) and articles[0] in row["article_ids"]
    return Label(row["id"], p, features, right, left_out=left_out)


def _on_valid(emit: Emit, name: str, learned: Sequence[Label], asked: Sequence[Label]) -> None:
    model = fit(learned)
    if model is None:
        emit(
            name,
            "confidence_auroc",
            None,
            len(asked),
            model="fitted",
            why="the labels of valid do not beat the shipped prior",
        )
        return
    ours = [(model.probability(one.prior, one.features), one.right) for one in asked]
    _auroc(emit, name, ours, asked, fitted_on=f"valid, {len(learned)} rows with those left out")
    threshold = _threshold(model.pairs)
    answered = [right for p, right in ours if p >= threshold]
    for figure, hits in (("wrong_per_ticket", answered.count(False)), ("coverage", len(answered))):
        low, high = of_share(hits, len(ours))
        emit(
            name,
            figure,
            hits / len(ours),
            len(ours),
            model="fitted",
            low=low,
            high=high,
            threshold=threshold,
            setting="5 % of tickets, on valid",
        )


def _cross_fitted(emit: Emit, name: str, labels: Sequence[Label]) -> None:
    # The questions without their articles are scored, too: cross-fitted rows of their own.
    every = [Label(one.group, one.prior, one.features, one.right) for one in labels]
    _auroc(emit, name, crossed(every, CROSS_STRENGTH), every, fitted_on="cross_fit")


def _auroc(
    emit: Emit, name: str, ours: Sequence[tuple[float, bool]], asked: Sequence[Label], fitted_on: str
) -> None:
    from sklearn.metrics import roc_auc_score

    value = float(roc_auc_score([right for _, right in ours], [p for p, _ in ours]))
    prior = float(roc_auc_score([one.right for one in asked], [one.prior for one in asked]))
    emit(
        name,
        "confidence_auroc",
        value,
        len(ours),
        model="fitted",
        fitted_on=fitted_on,
        baseline="shipped_prior",
        baseline_value=prior,
    )


def _threshold(pairs: Sequence[tuple[float, bool]]) -> float:
    """Conformal: the lowest with (wrong answered + 1) / (n + 1) at most MOST_WRONG; above every label when
    none is."""
    fine = [
        t
        for t, _ in pairs
        if (sum(p >= t and not right for p, right in pairs) + 1) / (len(pairs) + 1) <= MOST_WRONG
    ]
    return min(fine, default=1.01)
