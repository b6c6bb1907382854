"""helpcentre_*: is the right article found, and does the confidence know when it is not. Searched with the worker's own functions."""
from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from config.load import load_policy
from connectors.sources import JsonlSource
from tests.emit import Emit, say
from tests.quality import intervals
from tests.quality.baselines import Ranker, bm25, tfidf
from workers.knowledge.embed import LazyEmbedder
from workers.knowledge.fit import Shelf

BANK = "helpcentre_bank"  # its gold articles are mostly staff procedures: searched as an agent would
DEPTH = 50  # articles looked at for the rank of the right one
REMOVED_EVERY = 4  # where every question has an answer, each fourth is asked again without its articles: about 20 % have none then
POLICY = Path(__file__).parents[2] / "config" / "policy.yaml"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was searched. `right`: the first article is one of those that answer it."""

    p: float
    right: bool
    cosine: float
    answerable: bool


def suites(data: Path) -> list[str]:
    return [p.parent.name for p in sorted(data.glob("helpcentre_*/articles.jsonl")) if (p.parent / "eval.jsonl").exists()]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    embedder = LazyEmbedder("bundled", var / "models", say)
    for name in names:
        started = time.monotonic()
        shelf = _shelf(data / name, embedder, var / "quality" / name)
        rows = _rows(data / name / "eval.jsonl")
        visibility = "agents" if name == BANK else "public"
        articles = _rows(data / name / "articles.jsonl")
        rankers: dict[str, Ranker] = {
            "ours": lambda q, s=shelf, v=visibility: s.found(q, visibility=v, k=DEPTH)[0],
            "bm25": bm25(articles), "tfidf": tfidf(articles),
        }
        answerable = [r for r in rows if r["answerable"]]
        ranks = {who: [(ranked(r["question"]), r["article_ids"]) for r in answerable] for who, ranked in rankers.items()}
        _found(emit, name, ranks, visibility, time.monotonic() - started)
        if name == BANK:
            _recall(emit, name, ranks, visibility)
        else:
            _confidence(emit, name, shelf, rows)
            _foreign(emit, name, shelf, data)


def _shelf(folder: Path, embedder: LazyEmbedder, var: Path) -> Shelf:
    var.mkdir(parents=True, exist_ok=True)
    source = JsonlSource(folder / "articles.jsonl")
    shelf = Shelf(source, embedder, var)
    for bad in source.bad_rows:
        say(f"left out: {bad}")
    say(f"{folder.name}: {len(shelf.vendor_of)} articles, {shelf.synced.embedded} passages embedded now")
    return shelf


def _found(emit: Emit, name: str, ranks: dict[str, list[tuple[list[str], list[str]]]], visibility: str, seconds: float) -> None:
    measures: dict[str, Callable[[list[str], list[str]], float]] = {
        "hit_at_1": lambda found, right: float(bool(set(found[:1]) & set(right))),
        "hit_at_3": lambda found, right: float(bool(set(found[:3]) & set(right))),
        "mrr": lambda found, right: next((1 / place for place, a in enumerate(found[:DEPTH], 1) if a in right), 0.0),
    }
    for measure, of in measures.items():
        values = {who: [of(found, right) for found, right in pairs] for who, pairs in ranks.items()}
        _emit_beside(emit, name, measure, values, visibility=visibility, seconds=round(seconds, 1))


def _recall(emit: Emit, name: str, ranks: dict[str, list[tuple[list[str], list[str]]]], visibility: str) -> None:
    values = {who: [len(set(found[:10]) & set(right)) / len(right) for found, right in pairs if right] for who, pairs in ranks.items()}
    _emit_beside(emit, name, "recall_at_10", values, visibility=visibility)


def _emit_beside(emit: Emit, suite: str, name: str, values: dict[str, list[float]], **fields: Any) -> None:
    ours = values["ours"]
    low, high = intervals.of_mean(ours)
    for baseline in ("bm25", "tfidf"):
        emit(suite, name, float(np.mean(ours)), len(ours), baseline=baseline, baseline_value=float(np.mean(values[baseline])),
             low=low, high=high, **fields)


def _confidence(emit: Emit, name: str, shelf: Shelf, rows: Sequence[dict[str, Any]]) -> None:
    asked = [_ask(shelf, r["question"], r["article_ids"]) for r in rows]
    kind = "the suite's own"
    if all(a.answerable for a in asked):
        asked += [_ask(shelf, r["question"], [], without=r["article_ids"]) for r in rows[::REMOVED_EVERY]]
        kind = f"every {REMOVED_EVERY}th question again without its articles"
    p, right = np.array([a.p for a in asked]), np.array([a.right for a in asked])
    fields: dict[str, Any] = {"model": "shipped", "negatives": kind}
    if right.all() or not right.any():
        emit(name, "confidence_auroc", None, len(asked), why="all first articles are right, or none", **fields)
    else:
        from sklearn.metrics import roc_auc_score

        emit(name, "confidence_auroc", float(roc_auc_score(right, p)), len(asked), **fields)
    bins = np.minimum((p * 5).astype(int), 4)
    ece = sum(abs(p[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in range(5) if (bins == b).any())
    emit(name, "ece", float(ece), len(asked), **fields)
    limits = load_policy(POLICY).thresholds
    answered = np.array([a.p >= limits.answer and a.cosine >= limits.floor for a in asked])
    wrong = answered & ~right
    fields |= {"threshold": limits.answer, "setting": "the shipped thresholds, not calibrated for this desk"}
    for figure, hits in (("wrong_per_ticket", int(wrong.sum())), ("coverage", int(answered.sum()))):
        low, high = intervals.of_share(hits, len(asked))
        emit(name, figure, hits / len(asked), len(asked), low=low, high=high, **fields)
    own = [a for a in asked if a.answerable]
    lost = sum(a.cosine < limits.floor for a in own)
    emit(name, "own_lost", lost / len(own), len(own), floor=limits.floor, model="shipped")


def _ask(shelf: Shelf, question: str, right: Sequence[str], without: Sequence[str] = ()) -> Asked:
    found, features, p = shelf.found(question, without=without)
    return Asked(p, bool(found) and found[0] in right, features["cosine_top"], bool(right))


def _foreign(emit: Emit, name: str, shelf: Shelf, data: Path) -> None:
    limits = load_policy(POLICY).thresholds
    for foreign in ("intent_clinc150", "intent_banking77oos"):
        file = data / foreign / "eval.jsonl"
        if not file.exists():
            emit(name, "foreign_answered", None, 0, foreign=foreign, why=f"{foreign} is not in the folder")
            continue
        asked = [_ask(shelf, r["text"], []) for r in _rows(file)]
        answered = sum(a.p >= limits.answer and a.cosine >= limits.floor for a in asked)
        low, high = intervals.of_share(answered, len(asked))
        emit(name, "foreign_answered", answered / len(asked), len(asked), foreign=foreign, model="shipped", low=low, high=high)


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
