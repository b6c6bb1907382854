"""Fitting the head of the must-hand-off floor: `python -m workers.knowledge.fit_grave --data FOLDER`. Run by
developers.

It learns from `config/floor_examples` and the wordings the phrases are tuned on (`tests/core/floor_rows`),
and, as harmless, from the train rows of two public intent suites whose licences allow it. Kept-apart rows
(`tests/quality/floor`, any `eval.jsonl`) are never read.
"""
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from app.core.reading.flags import flags
from config.floor import FloorClass
from config.wording import LANGUAGES, load_words
from workers.knowledge import wordings
from workers.knowledge.embed import Embedder, LazyEmbedder, Vectors
from workers.knowledge.grave import BUCKETS, FIRM, HARMLESS, HEAD, Head, buckets_of, dense, spelled

STRENGTH = 10.0  # inverse of the regularisation; best recall by cross-validation of 5, 10, 20, 30
FOREIGN = 0.5  # what a row of a public suite counts of one of ours
FOREIGN_ROWS = 3_000  # of each suite, by seed
FOLDS = 5
# of our own harmless wordings, most of which were chosen to sound grave: here the threshold stands
FALSE_ALARMS = 0.03
# set where few grave wordings of ours with a phrase in them lie below, and a third of the harmless ones with
# one
HARMLESS_BELOW = 0.1
SEED = 0
# Suites in the public domain or under a licence that lets us use their rows so, less the intents whose rows
# may be grave.
SUITES = {
    "intent_clinc150": frozenset(
        {
            "report_fraud",
            "account_blocked",
            "freeze_account",
            "report_lost_card",
            "card_declined",
            "transactions",
            "change_user_name",
            "lost_luggage",
        }
    ),
    "intent_hwu64": frozenset[str](),
}
TUNED = Path(__file__).parents[2] / "tests" / "core" / "floor_rows"


@dataclass(frozen=True, slots=True)
class Row:
    """One message to learn from: its class or HARMLESS, what must not be torn apart in folds, and how much it
    counts."""

    text: str
    label: str
    group: str
    weight: float = 1.0


def own_rows() -> list[Row]:
    return [Row(w.text, w.kind or HARMLESS, w.group) for w in wordings.read()]


def tuned_rows() -> list[Row]:
    """The wordings of the phrases. They are in no fold: the phrases find nearly all of them anyway."""
    grave = _blocks(TUNED / "en.yaml")
    harmless = _blocks(TUNED / "harmless.yaml")
    return [Row(t, FloorClass(kind), "tuned") for kind, t in grave] + [
        Row(t, HARMLESS, "tuned") for _, t in harmless
    ]


def foreign_rows(data: Path) -> list[Row]:
    found: list[Row] = []
    for suite, graves in SUITES.items():
        rows = [json.loads(line) for line in (data / suite / "train.jsonl").read_text("utf-8").splitlines()]
        texts = [r["text"] for r in rows if r["scope"] == "in" and r["intent"] not in graves]
        order = np.random.default_rng(SEED).permutation(len(texts))[:FOREIGN_ROWS]
        found += [Row(texts[n], HARMLESS, suite, FOREIGN) for n in order]
    return found


def fit(rows: Sequence[Row], peaks: Vectors, model: str) -> Head:
    """The head, its threshold still at 1. `peaks` are the rows' vectors."""
    from sklearn.linear_model import LogisticRegression

    rarity = _rarity([r.text for r in rows])
    table = _table([r.text for r in rows], peaks, rarity)
    fitted = LogisticRegression(C=STRENGTH, max_iter=1000).fit(
        table, [r.label for r in rows], sample_weight=[r.weight for r in rows]
    )
    weights = fitted.coef_.T.astype(np.float32)
    width = peaks.shape[1]
    classes, bias = tuple(map(str, fitted.classes_)), fitted.intercept_.astype(np.float32)
    return Head(model, classes, weights[:width], weights[width:], rarity, bias, 1.0, HARMLESS_BELOW)


def cross_validated(
    own: Sequence[Row], peaks: Vectors, others: Sequence[Row], others_peaks: Vectors
) -> NDArray[np.float64]:
    """How grave each of our own rows is to a head that has seen no row of its group."""
    from sklearn.model_selection import GroupKFold

    scores = np.zeros(len(own))
    folds = GroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for learned, held in folds.split(own, groups=[r.group for r in own]):
        head = fit([*(own[n] for n in learned), *others], np.vstack([peaks[learned], others_peaks]), "")
        scores[held] = head.graveness(head.probabilities(peaks[held], [own[n].text for n in held]))
    return scores


def threshold(own: Sequence[Row], scores: NDArray[np.float64]) -> float:
    harmless = [score for row, score in zip(own, scores, strict=True) if row.label == HARMLESS]
    return round(float(np.quantile(harmless, 1 - FALSE_ALARMS)), 4)


def save(head: Head, file: Path) -> None:
    """As half-precision numbers: the scores change in the third digit at most."""
    said = json.dumps(
        {
            "model": head.model,
            "classes": head.classes,
            "threshold": head.threshold,
            "harmless_below": head.harmless_below,
        }
    )
    parts = {"dense": head.dense, "spelled": head.spelled, "rarity": head.rarity, "bias": head.bias}
    arrays: dict[str, Any] = {name: part.astype(np.float16) for name, part in parts.items()}
    np.savez_compressed(file, said=np.array(said), **arrays)


def _blocks(file: Path) -> Iterable[tuple[str, str]]:
    for name, block in yaml.safe_load(file.read_text("utf-8")).items():
        yield from ((name, line.strip()) for line in block.splitlines() if line.strip())


def _rarity(texts: Sequence[str]) -> NDArray[np.float32]:
    seen = np.zeros(BUCKETS)
    for text in texts:
        seen[list(buckets_of(text))] += 1
    return (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)


def _table(texts: Sequence[str], peaks: Vectors, rarity: NDArray[np.float32]) -> Any:
    from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]

    told = [spelled(text, rarity) for text in texts]
    starts = np.cumsum([0, *(len(buckets) for buckets, _ in told)])
    words = csr_matrix(
        (np.concatenate([w for _, w in told]), np.concatenate([b for b, _ in told]), starts),
        shape=(len(texts), BUCKETS),
    )
    return hstack([csr_matrix(dense(peaks)), words]).tocsr()


def report(own: Sequence[Row], scores: NDArray[np.float64], at: float) -> dict[str, Any]:
    """On rows of our own, each scored by a head that has not seen its group: what the head finds, and head
    and phrases together."""
    words = {language: load_words(language) for language in LANGUAGES}
    found = scores >= at
    told = [flags(r.text, words) for r in own]
    stands = [
        [f for f in flagged if f.firm or f.kind in FIRM or s >= HARMLESS_BELOW]
        for flagged, s in zip(told, scores, strict=True)
    ]
    either = found | np.array([bool(flagged) for flagged in stands])
    labels = np.array([r.label for r in own])
    kinds = {str(k): round(float(either[labels == k].mean()), 3) for k in FloorClass}
    grave = labels != HARMLESS
    return {
        "threshold": at,
        "grave": int(grave.sum()),
        "harmless": int((~grave).sum()),
        "head": round(float(found[grave].mean()), 3),
        "either": round(float(either[grave].mean()), 3),
        "false_alarms_head": round(float(found[~grave].mean()), 3),
        "false_alarms_either": round(float(either[~grave].mean()), 3),
        "either_by_class": kinds,
    }


def fitted(data: Path, embedder: Embedder) -> tuple[Head, dict[str, Any]]:
    """The head with its threshold, and what cross-validation says of it."""
    own, others = own_rows(), [*tuned_rows(), *foreign_rows(data)]
    peaks = embedder.embed_peaks([r.text for r in own])
    others_peaks = embedder.embed_peaks([r.text for r in others])
    scores = cross_validated(own, peaks, others, others_peaks)
    at = threshold(own, scores)
    head = fit([*own, *others], np.vstack([peaks, others_peaks]), embedder.model_id)
    return replace(head, threshold=at), report(own, scores, at)


def main() -> None:
    """Fit, choose the threshold, write `grave.npz`, and say how it does by cross-validation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of public suites")
    parser.add_argument("--var", type=Path, default=Path("var"), help="where the converted model lies")
    given = parser.parse_args()
    embedder = LazyEmbedder("bundled", given.var / "models", lambda line: print(line, file=sys.stderr))
    head, told = fitted(given.data, embedder)
    save(head, HEAD)
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
