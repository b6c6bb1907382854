"""The one search the worker calls: a question in, articles with quotable passages and the probability of
being right out."""
from __future__ import annotations

import fcntl
import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from app.core.verdicts import Candidate, Findings, Passage
from app.store import articles, snapshots
from app.store.database import Database
from connectors.clean import visible
from workers.knowledge.embed import Embedder
from workers.knowledge.fuse import Ranking, Scored, features, rank
from workers.knowledge.index import Index, IndexUnusable, build, discard
from workers.knowledge.quote import quote

PRIOR = Path(__file__).parent / "prior.json"
MOST_CHARACTERS = 4_000  # of a question; the model reads 256 tokens, and word search need not read a book
BYTES_A_NUMBER = 2  # float16
KEPT_INDEXES = 3  # per visibility and host: the present one, and those a slower process may still open


class NotReady(Exception):
    """There is nothing to search yet: the knowledge was never synced with this model. The message says what
    to do."""


@dataclass(frozen=True, slots=True)
class Prior:
    """A logistic regression over `features`: the probability that the first article is the right one."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def probability(self, values: dict[str, float]) -> float:
        z = self.intercept + sum(
            w * (values[name] - m) / s
            for name, m, s, w in zip(self.names, self.mean, self.scale, self.weights, strict=True)
        )
        return float(1.0 / (1.0 + np.exp(-np.clip(z, -30, 30))))


@lru_cache(maxsize=4)
def load_prior(file: Path = PRIOR) -> Prior:
    given = json.loads(file.read_text("utf-8"))
    return Prior(
        tuple(given["features"]),
        tuple(given["mean"]),
        tuple(given["scale"]),
        tuple(given["coefficients"]),
        given["intercept"],
    )


class Searcher:
    """Search for one tenant. Not for use by two threads at once; every worker process has its own.

    Each visibility has files of its own: what customers may not read is not in the index that answers them.
    """

    def __init__(
        self, db: Database, tenant: str, var: Path, embedder: Embedder, prior: Prior | None = None
    ) -> None:
        self._db, self._tenant, self._embedder = db, tenant, embedder
        self._root = var / "index" / tenant
        self._prior = prior
        self._open: dict[str, Index] = {}

    def search(
        self, question: str, *, visibility: str = snapshots.PUBLIC, k: int = 8, exclude: Collection[str] = ()
    ) -> Findings:
        """The best `k` articles for a question, from the newest complete snapshot.

        `visibility` is public (what customers may read) or agents (everything); `exclude` are article ids to
        leave out. No candidates when the help centre is empty. Raises NotReady when the knowledge was never
        synced, ModelError when the model cannot be loaded.
        """
        index = self.index(visibility)
        asked = visible(question)[:MOST_CHARACTERS]
        if index.empty or not asked.strip():
            return Findings((), 0.0, index.snapshot, articles=len(index.articles))
        ranking = rank(index, asked, self._embedder.embed([asked])[0], exclude)
        values = features(ranking)
        found = [c for s in ranking.ranked[:k] if (c := _candidate(ranking, s)) is not None]
        p_right = self._model.probability(values) if found else 0.0
        left_out = _left_out(ranking, asked, exclude)
        return Findings(tuple(found), p_right, index.snapshot, False, len(index.articles), values, left_out)

    def index(self, visibility: str) -> Index:
        """The open index of the newest snapshot; while a newer one is being built by another process, the one
        before."""
        if visibility not in snapshots.VISIBILITIES:
            raise ValueError(
                f"visibility must be one of {', '.join(snapshots.VISIBILITIES)}, not {visibility!r}"
            )
        held = self._open.get(visibility)
        with self._db.read() as conn:
            newest = snapshots.newest_id(conn, self._tenant, visibility, self._embedder.model_id)
        if newest is None:
            raise NotReady(
                "nothing has been synced with this search model yet: run `flask --app candor knowledge sync`"
            )
        if held is None or held.snapshot != newest:
            made = self._ready(visibility, newest, wait=held is None)
            if made is not None:
                self._open[visibility] = held = made
        assert held is not None
        return held

    def prepare(self, visibility: str) -> None:
        """Build and open the newest index now, so that the first question does not wait for it."""
        self.index(visibility)

    @property
    def _model(self) -> Prior:
        return self._prior or load_prior()

    def _ready(self, visibility: str, snapshot: str, *, wait: bool) -> Index | None:
        """The snapshot's index, built when this host has none; None when another process builds it and `wait`
        is false."""
        place = self._root / visibility / snapshot
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists() and not self._build(place, snapshot, wait=wait):
            return None
        try:
            return Index(place)
        except IndexUnusable:
            # Damaged on disk. The rows are the truth: once more from them, and then it is an error.
            discard(place)
            self._build(place, snapshot, wait=True)
            return Index(place)

    def _build(self, place: Path, snapshot: str, *, wait: bool) -> bool:
        return build_snapshot(self._db, self._tenant, place, snapshot, wait=wait)


def build_snapshot(db: Database, tenant: str, place: Path, snapshot: str, *, wait: bool) -> bool:
    """Build a snapshot's index from the rows into `place`, one process of this host at a time; False when
    another one builds and `wait` is false. The rows say how wide the vectors are, so no model is loaded.
    Raises NotReady when the snapshot is not in the store."""
    place.parent.mkdir(parents=True, exist_ok=True)
    with (place.parent / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if not place.exists():
            with db.read() as conn:
                named = snapshots.get(conn, tenant, snapshot)
                if named is None:
                    raise NotReady(
                        f"snapshot {snapshot} is not in the store: run `flask --app candor knowledge sync`"
                    )
                versions = articles.versions_of(conn, tenant, named.members)
                passages = articles.passages_of(conn, tenant, named.members)
            build(
                place, named, len(passages[0].vector) // BYTES_A_NUMBER if passages else 0, versions, passages
            )
            _keep_newest(place.parent)
    return True


def _left_out(ranking: Ranking, asked: str, exclude: Collection[str]) -> dict[str, float]:
    """The features of the same question without its first article; empty when that leaves none."""
    index = ranking.index
    if not ranking.ranked or len(index.articles) <= 1 + len(exclude):
        return {}
    return features(
        rank(index, asked, ranking.vector, {*exclude, index.articles[ranking.ranked[0].article].article})
    )


def _candidate(ranking: Ranking, scored: Scored) -> Candidate | None:
    index = ranking.index
    chosen = quote(index, scored.article, ranking.passage_scores([scored.article]))
    if chosen is None:
        return None
    listed = index.articles[scored.article]
    passage = Passage(
        article=listed.article,
        version=listed.version,
        start=chosen.start,
        end=chosen.end,
        text=listed.text[chosen.start : chosen.end],
        title=listed.title,
        url=listed.url,
        updated_at=listed.updated_at,
        section=chosen.heading or listed.section,
        kind=chosen.kind,
        locale=listed.locale,
    )
    lexical = scored.words / ranking.words_max if ranking.words_max > 0 else 0.0
    return Candidate(passage, scored.fused, scored.cosine, lexical)


def _keep_newest(folder: Path) -> None:
    # Snapshot ids sort by time.
    for old in sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))[
        :-KEPT_INDEXES
    ]:
        discard(old)
