"""helpcentre_*: is the right article found, and does the confidence know when it is not.

Searched with the worker's own function; what is then said to the customer is scored in `verdicts`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from config.load import SHIPPED_POLICY, load_policy
from tests.emit import Emit
from tests.quality import intervals
from tests.quality.baselines import Ranker, bm25, tfidf
from tests.quality.corpora import (
    BANK,
    FOREIGN,
    articles_of,
    corpus,
    foreign_to,
    help_centres,
    rows_of,
    visibility_of,
)
from tests.quality.gate import MOST_OWN_LOST, Asked, Gate, calibration_error, keeping_own, reliability
from tests.quality.rows import Row, each, read_or_none
from workers.knowledge.fit import Corpus

DEPTH = 50  # articles looked at for the rank of the right one
REMOVED_EVERY = (
    4  # where every question has an answer, each fourth counts without its articles too: about 20 % have none
)

Ranks = dict[str, list[tuple[list[str], list[str]]]]


def suites(data: Path) -> list[str]:
    return help_centres(data)


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        desk = Desk(name, corpus(data, name, var), visibility_of(name))
        rows = rows_of(data, name)
        _found(emit, desk, data, [row for row in rows if row["answerable"]])
        asked = _confidence(emit, desk, rows)
        own = [one for one in asked if one.answerable]
        if own:
            _gates(emit, desk, data, own)


class Desk:
    """A suite's corpus, searched as its questions are asked there."""

    def __init__(self, name: str, held: Corpus, visibility: str) -> None:
        self.name, self.visibility, self._held = name, visibility, held

    def ranked(self, question: str) -> list[str]:
        return self._held.found(question, visibility=self.visibility, k=DEPTH)[0]

    def ask(self, question: str, right: Sequence[str] = (), without: Sequence[str] = ()) -> Asked:
        found, features, p = self._held.found(question, visibility=self.visibility, without=without)
        return Asked(p, bool(found) and found[0] in right, features.get("cosine_top", -1.0), bool(right))


def _found(emit: Emit, desk: Desk, data: Path, rows: Sequence[Row]) -> None:
    started = time.monotonic()
    articles = articles_of(data, desk.name)
    rankers: dict[str, Ranker] = {"ours": desk.ranked, "bm25": bm25(articles), "tfidf": tfidf(articles)}

    def ranks_of(row: Mapping[str, Any]) -> dict[str, list[str]]:
        return {who: ranked(row["question"]) for who, ranked in rankers.items()}

    ranks: Ranks = {who: [] for who in rankers}
    for row, found in each(emit, desk.name, rows, ranks_of):
        for who, ids in found.items():
            ranks[who].append((ids, row["article_ids"]))
    measures: dict[str, Callable[[list[str], list[str]], float]] = {
        "hit_at_1": lambda found, right: float(bool(set(found[:1]) & set(right))),
        "hit_at_3": lambda found, right: float(bool(set(found[:3]) & set(right))),
        "mrr": lambda found, right: next(
            (1 / place for place, a in enumerate(found[:DEPTH], 1) if a in right), 0.0
        ),
    }
    if desk.name == BANK:
        measures["recall_at_10"] = lambda found, right: len(set(found[:10]) & set(right)) / len(right)
    seconds = round(time.monotonic() - started, 1)
    for measure, of in measures.items():
        values = {who: [of(found, right) for found, right in pairs if right] for who, pairs in ranks.items()}
        _emit_beside(emit, desk, measure, values, seconds=seconds)


def _emit_beside(emit: Emit, desk: Desk, name: str, values: dict[str, list[float]], **fields: Any) -> None:
    ours = values["ours"]
    if not ours:
        emit(desk.name, name, None, 0, why="no row could be searched")
        return
    low, high = intervals.of_mean(ours)
    for baseline in ("bm25", "tfidf"):
        emit(
            desk.name,
            name,
            float(np.mean(ours)),
            len(ours),
            baseline=baseline,
            baseline_value=float(np.mean(values[baseline])),
            low=low,
            high=high,
            visibility=desk.visibility,
            **fields,
        )


def _confidence(emit: Emit, desk: Desk, rows: Sequence[Row]) -> list[Asked]:
    """What the shipped confidence is worth on the suite's rows; returns them as they were searched."""
    asked = [
        one
        for _, one in each(emit, desk.name, rows, lambda row: desk.ask(row["question"], row["article_ids"]))
    ]
    kind = "the suite's own"
    if all(one.answerable for one in asked):
        again = rows[::REMOVED_EVERY]
        asked += [
            one
            for _, one in each(
                emit, desk.name, again, lambda row: desk.ask(row["question"], without=row["article_ids"])
            )
        ]
        kind = f"every {REMOVED_EVERY}th question again without its articles"
    fields: dict[str, Any] = {"model": "shipped", "negatives": kind}
    right = [one.right for one in asked]
    if all(right) or not any(right):
        for figure in ("confidence_auroc", "ece", "wrong_per_ticket", "coverage"):
            emit(desk.name, figure, None, len(asked), why="all first articles are right, or none", **fields)
        return asked
    from sklearn.metrics import roc_auc_score

    emit(
        desk.name,
        "confidence_auroc",
        float(roc_auc_score(right, [one.p for one in asked])),
        len(asked),
        **fields,
    )
    bins = reliability(asked)
    emit(
        desk.name,
        "ece",
        calibration_error(asked),
        len(asked),
        **fields,
        bins=[{"n": n, "said": round(said, 4), "right": round(share, 4)} for n, said, share in bins],
    )
    if emit.charts is not None:
        from tests.quality import charts

        charts.reliability(emit.charts / f"{desk.name}-reliability.svg", desk.name, bins)
    gate = shipped_gate()
    answered = [one for one in asked if gate.opens(one)]
    fields |= {
        "threshold": gate.threshold,
        "floor": gate.floor,
        "setting": "the shipped thresholds, not calibrated for this desk",
    }
    for figure, hits in (
        ("wrong_per_ticket", sum(not one.right for one in answered)),
        ("coverage", len(answered)),
    ):
        low, high = intervals.of_share(hits, len(asked))
        emit(desk.name, figure, hits / len(asked), len(asked), low=low, high=high, **fields)
    return asked


def shipped_gate() -> Gate:
    limits = load_policy(SHIPPED_POLICY).thresholds
    return Gate(limits.answer, limits.floor)


def _gates(emit: Emit, desk: Desk, data: Path, own: Sequence[Asked]) -> None:
    """Own questions lost and foreign ones answered through the same gates: as shipped, and as strict as keeps
    the own."""
    keeping = keeping_own(own, shipped_gate().floor)
    gates = [
        ("shipped", shipped_gate()),
        *([(f"at most {MOST_OWN_LOST:.0%} own lost, on these rows", keeping)] if keeping else []),
    ]
    for setting, gate in gates:
        fields = {"model": "shipped", "setting": setting, "threshold": gate.threshold, "floor": gate.floor}
        lost = len(own) - gate.passed(own)
        low, high = intervals.of_share(lost, len(own))
        emit(desk.name, "own_lost", lost / len(own), len(own), low=low, high=high, **fields)
    for foreign in FOREIGN:
        rows = read_or_none(data / foreign / "eval.jsonl")
        if foreign not in foreign_to(desk.name) or not rows:
            why = f"{foreign} is not in the folder" if not rows else "the bank's pages are on this corpus"
            emit(desk.name, "foreign_answered", None, 0, foreign=foreign, why=why)
            continue
        asked = [one for _, one in each(emit, desk.name, rows, lambda row: desk.ask(row["text"]))]
        for setting, gate in gates:
            answered = gate.passed(asked)
            low, high = intervals.of_share(answered, len(asked))
            emit(
                desk.name,
                "foreign_answered",
                answered / len(asked) if asked else None,
                len(asked),
                foreign=foreign,
                model="shipped",
                setting=setting,
                threshold=gate.threshold,
                floor=gate.floor,
                low=low,
                high=high,
                why=None if asked else "every row broke",
            )
