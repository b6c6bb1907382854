"""intent_*: what a customer wants, of a list of intents, or none of them. Plain logistic regression, until
there is a classifier.

The product has none: topics are lists of phrases in the policy, which a desk writes. Its figures are null
with that why, beside the baseline of the same run, the line to beat. Out of scope is a guess less sure than a
threshold, which is chosen on `valid.jsonl`, else fixed beforehand; a suite without rows out of scope has
none.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.emit import Emit
from tests.quality import intervals
from tests.quality.plainly import NAME, Guess, guesses
from tests.quality.rows import labelled, read_or_none

NO_CLASSIFIER = "there is no classifier yet: topics are lists of phrases in the policy"
NO_ROWS = "the suite has training rows only"
ALL_IN_SCOPE = "the suite has no rows out of scope"
FIXED = 0.4  # where no valid rows can choose a threshold
OUT = "(out of scope)"
FIELDS = ("intent", "scope")
SHOTS = (None, 10, 5)  # None: all of train.jsonl


Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scored:
    """Shares and counts behind them; None where the suite has no such rows. `out` are rows out of scope,
    `scope` says which."""

    accuracy: float
    in_scope: float | None
    recall: float | None
    auroc: float | None
    n: int
    inside: int
    out: int


def suites(data: Path) -> list[str]:
    return [folder.name for folder in sorted(data.glob("intent_*")) if (folder / "train.jsonl").exists()]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        asked = labelled(emit, name, read_or_none(data / name / "eval.jsonl"), *FIELDS)
        if not asked:
            for figure in ("accuracy", "accuracy_in_scope", "oos_recall", "oos_auroc"):
                emit(name, figure, None, 0, why=NO_ROWS)
            continue
        valid = labelled(emit, name, read_or_none(data / name / "valid.jsonl"), *FIELDS)
        for shots, learned in _trainings(emit, name, data / name):
            _measured(emit, name, shots, learned, asked, valid)


def _trainings(emit: Emit, name: str, folder: Path) -> Iterator[tuple[int | None, list[Row]]]:
    for shots in SHOTS:
        file = "train.jsonl" if shots is None else f"train_{shots}.jsonl"
        learned = labelled(emit, name, read_or_none(folder / file), *FIELDS)
        if learned:
            yield shots, learned


def _measured(
    emit: Emit,
    name: str,
    shots: int | None,
    learned: Sequence[Row],
    asked: Sequence[Row],
    valid: Sequence[Row],
) -> None:
    known = [(row["text"], row["intent"]) for row in learned if row["intent"] is not None]
    found = guesses(known, [row["text"] for row in [*asked, *valid]])
    threshold, chosen = 0.0, "none: every row is in scope"
    if any(row["intent"] is None for row in asked):
        threshold, chosen = FIXED, "fixed beforehand"
        if any(row["intent"] is None for row in valid):
            threshold, chosen = best_threshold(_pairs(valid, found[len(asked):])), "on valid"
    own = found[: len(asked)]
    fields = {"shots": shots, "threshold": threshold, "threshold_chosen": chosen}
    _emitted(emit, name, scored(_pairs(asked, own), threshold), fields)
    scopes = sorted({row["scope"] for row in asked} - {"in"})
    for scope in scopes if len(scopes) > 1 else ():
        part = [(row, guess) for row, guess in zip(asked, own, strict=True) if row["scope"] in ("in", scope)]
        of_scope = scored([(row["intent"], guess) for row, guess in part], threshold)
        _out_of_scope(emit, name, of_scope, {**fields, "scope": scope})


def _pairs(rows: Sequence[Row], found: Sequence[Guess]) -> list[tuple[str | None, Guess]]:
    return [(row["intent"], guess) for row, guess in zip(rows, found, strict=True)]


def scored(pairs: Sequence[tuple[str | None, Guess]], threshold: float) -> Scored:
    """Pairs of the right intent (None: out of scope) and the guess. Out of scope counts as a class of its own
    in `accuracy`."""
    from sklearn.metrics import roc_auc_score

    said = [(right or OUT, OUT if guess.sure < threshold else guess.label) for right, guess in pairs]
    inside = [right == label for right, label in said if right != OUT]
    out = [label == OUT for right, label in said if right == OUT]
    auroc = None
    if inside and out:
        auroc = float(
            roc_auc_score([right is None for right, _ in pairs], [-guess.sure for _, guess in pairs])
        )
    mean = [float(np.mean(hits)) if hits else None for hits in (inside, out)]
    return Scored(
        float(np.mean([right == label for right, label in said])),
        mean[0],
        mean[1],
        auroc,
        len(said),
        len(inside),
        len(out),
    )


def best_threshold(pairs: Sequence[tuple[str | None, Guess]]) -> float:
    """Of the hundredths, the lowest with the highest accuracy, out of scope counted as a class."""
    return max((round(step / 100, 2) for step in range(101)), key=lambda t: (scored_accuracy(pairs, t), -t))


def scored_accuracy(pairs: Sequence[tuple[str | None, Guess]], threshold: float) -> float:
    return sum((guess.label if guess.sure >= threshold else None) == right for right, guess in pairs) / len(
        pairs
    )


def _emitted(emit: Emit, name: str, found: Scored, fields: dict[str, object]) -> None:
    low, high = intervals.of_share(round(found.accuracy * found.n), found.n)
    emit(
        name,
        "accuracy",
        None,
        found.n,
        why=NO_CLASSIFIER,
        baseline=NAME,
        baseline_value=found.accuracy,
        baseline_low=low,
        baseline_high=high,
        **fields,
    )
    emit(
        name,
        "accuracy_in_scope",
        None,
        found.inside,
        why=NO_CLASSIFIER,
        baseline=NAME,
        baseline_value=found.in_scope,
        **fields,
    )
    if found.out:
        _out_of_scope(emit, name, found, fields)
    else:
        for figure in ("oos_recall", "oos_auroc"):
            emit(name, figure, None, 0, why=ALL_IN_SCOPE, **fields)


def _out_of_scope(emit: Emit, name: str, found: Scored, fields: dict[str, object]) -> None:
    emit(
        name,
        "oos_recall",
        None,
        found.out,
        why=NO_CLASSIFIER,
        baseline=NAME,
        baseline_value=found.recall,
        **fields,
    )
    emit(
        name,
        "oos_auroc",
        None,
        found.out + found.inside,
        why=NO_CLASSIFIER,
        baseline=NAME,
        baseline_value=found.auroc,
        **fields,
    )
