"""Fitting the shipped prior: `python -m workers.knowledge.fit`. Run by developers; needs the bundled model.

It learns from our own questions about the demo shop (`demo/questions/train.jsonl`), each also asked with its
articles taken out of the index: then no first article can be right. Thresholds are chosen on `valid.jsonl`
there. Rows of any `eval.jsonl` are never read. Tried and left out: the answerable short conversations of
MTRAG-UN's valid rows (24 after sorting) changed no figure on valid by more than .01.
"""
from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.store import articles, schema, sources
from app.store.database import DEFAULT_TENANT, Database
from app.store.ids import new_id
from app.store.sources import SourceRow
from connectors.clock import SystemClock
from connectors.contract import Knowledge
from connectors.sources import FolderSource
from workers.knowledge.embed import Embedder, LazyEmbedder
from workers.knowledge.fuse import FEATURES
from workers.knowledge.search import PRIOR, Prior, Searcher
from workers.knowledge.sync import sync

# A question whose article was taken away counts this much of a real one: about the share of tickets no
# article answers, all in all.
REMOVED_WEIGHT = 0.25
# strong: it will judge help centres it has never seen; best Brier score on valid of .02, .1, .5
REGULARISATION = 0.02
MOST_WRONG = 0.05  # of all tickets, on the rows thresholds are chosen on
REMOVED = "removed"
UNFITTED = Prior((), (), (), (), 0.0)


@dataclass(frozen=True, slots=True)
class Row:
    """One question as searched: the features, whether the first article is right, and the group that must not
    be split (the question)."""

    features: tuple[float, ...]
    right: bool
    group: str
    cosine: float
    note: str = ""


class Corpus:
    """A source of articles in a database of its own, and a searcher on it."""

    def __init__(self, source: Knowledge, embedder: Embedder, var: Path, prior: Prior | None = None) -> None:
        self.db = Database(f"sqlite:///{var}/corpus.db")
        schema.create(self.db)
        with self.db.write() as conn:
            rows = sources.every(conn, DEFAULT_TENANT)
            row = rows[0] if rows else SourceRow(new_id(), "folder", None, "", None)
            if not rows:
                sources.add(conn, DEFAULT_TENANT, row, 0)
        self.synced = sync(self.db, DEFAULT_TENANT, row, source, embedder, SystemClock())
        self.searcher = Searcher(self.db, DEFAULT_TENANT, var, embedder, prior)
        with self.db.read() as conn:
            known = articles.known(conn, DEFAULT_TENANT, row.id).values()
        self.vendor_of = {k.id: k.vendor_id for k in known}
        self.id_of = {k.vendor_id: k.id for k in known}

    def found(
        self, question: str, *, visibility: str = "public", k: int = 8, without: Sequence[str] = (),
    ) -> tuple[list[str], Mapping[str, float], float]:
        """(vendor ids in order, features, p_right); `without` are vendor ids left out."""
        result = self.searcher.search(
            question, visibility=visibility, k=k, exclude=[self.id_of[v] for v in without if v in self.id_of]
        )
        return [self.vendor_of[c.passage.article] for c in result.candidates], result.features, result.p_right


def searched(corpus: Corpus, rows: Sequence[Mapping[str, object]], *, removed: bool) -> Iterator[Row]:
    """Each question as it is; with `removed` also with its right articles taken away."""
    for row in rows:
        question, right = str(row["question"]), [str(a) for a in _list(row["article_ids"])]
        yield _row(corpus, question, right, str(row["id"]), str(row.get("note", "")), ())
        if removed and right:
            yield _row(corpus, question, [], str(row["id"]), REMOVED, right)


def _row(
    corpus: Corpus, question: str, right: Sequence[str], group: str, note: str, without: Sequence[str]
) -> Row:
    found, values, _ = corpus.found(question, without=without)
    return Row(
        tuple(values[name] for name in FEATURES),
        bool(found) and found[0] in right,
        group,
        values["cosine_top"],
        note,
    )


def read_rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]


def fit(rows: Sequence[Row], fitted_on: str) -> dict[str, object]:
    """The prior as it is stored: a standardised, lightly regularised logistic regression."""
    from sklearn.linear_model import LogisticRegression

    x = np.array([r.features for r in rows])
    weights = np.array([REMOVED_WEIGHT if r.note == REMOVED else 1.0 for r in rows])
    mean, scale = np.average(x, axis=0, weights=weights), np.maximum(x.std(axis=0), 1e-6)
    model = LogisticRegression(C=REGULARISATION, max_iter=1000).fit(
        (x - mean) / scale, [r.right for r in rows], sample_weight=weights
    )
    return {
        "features": list(FEATURES),
        "mean": _short(mean),
        "scale": _short(scale),
        "coefficients": _short(model.coef_[0]),
        "intercept": round(float(model.intercept_[0]), 6),
        "fitted_on": fitted_on,
        "n": len(rows),
    }


def prior_of(stored: Mapping[str, Any]) -> Prior:
    names, mean, scale, coefficients = (
        tuple(stored[name]) for name in ("features", "mean", "scale", "coefficients")
    )
    return Prior(names, mean, scale, coefficients, float(stored["intercept"]))


def thresholds(rows: Sequence[Row], prior: Prior) -> dict[str, float]:
    """The loosest answer threshold that keeps wrong answers at most MOST_WRONG of all rows; a cosine floor
    below which nothing is ours."""
    p = np.array([prior.probability(dict(zip(FEATURES, r.features, strict=True))) for r in rows])
    right = np.array([r.right for r in rows])
    fine = [t for t in np.unique(np.round(p, 2)) if (~right[p >= t]).sum() / len(rows) <= MOST_WRONG]
    answer = float(min(fine, default=1.0))
    own = sorted(r.cosine for r in rows if r.right)
    return {
        "answer": round(answer, 2),
        "clarify": round(max(0.2, answer - 0.2), 2),
        "floor_cosine": round(float(np.percentile(own, 1)), 2) if own else 0.3,
        "coverage": round(float((p >= answer).mean()), 3),
        "wrong_of_all": round(float((~right[p >= answer]).sum() / len(rows)), 3),
    }


def reliability(rows: Sequence[Row], prior: Prior) -> dict[str, float]:
    """AUROC, Brier score and expected calibration error (5 equal-width bins) of the prior on these rows."""
    from sklearn.metrics import roc_auc_score

    p = np.array([prior.probability(dict(zip(FEATURES, r.features, strict=True))) for r in rows])
    right = np.array([float(r.right) for r in rows])
    bins = np.minimum((p * 5).astype(int), 4)
    ece = sum(
        abs(p[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in range(5)
        if (bins == b).any()
    )
    return {
        "auroc": float(roc_auc_score(right, p)),
        "brier": float(((p - right) ** 2).mean()),
        "ece": float(ece),
        "n": len(rows),
    }


def _short(values: NDArray[np.float64]) -> list[float]:
    return [round(float(v), 6) for v in values]


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value


def main() -> None:
    """Fit, choose thresholds, write `prior.json`, and say how it does on the rows it was chosen on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=Path, default=Path("var"), help="where the converted model lies")
    given = parser.parse_args()
    embedder = LazyEmbedder("bundled", given.var / "models", lambda line: print(line, file=sys.stderr))
    demo = Path(__file__).parents[2] / "demo"
    with tempfile.TemporaryDirectory() as var:
        shop = Corpus(FolderSource(demo / "help_centre"), embedder, Path(var), UNFITTED)
        learned = list(searched(shop, read_rows(demo / "questions" / "train.jsonl"), removed=True))
        valid = list(searched(shop, read_rows(demo / "questions" / "valid.jsonl"), removed=False))
    stored = fit(learned, "demo/questions/train.jsonl")
    stored["thresholds"] = thresholds(valid, prior_of(stored))
    PRIOR.write_text(json.dumps(stored, indent=1) + "\n", "utf-8")
    print(
        json.dumps(
            {
                "train": reliability(learned, prior_of(stored)),
                "valid": reliability(valid, prior_of(stored)),
                **stored,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
