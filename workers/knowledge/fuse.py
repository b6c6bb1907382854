"""The arithmetic of one search: word scores and cosines -> articles in order, and the features of the
answer's confidence.

Per chunk: BM25 divided by its maximum for this question; cosine scaled between this question's least and
greatest (the least among at most 1,000 passages: the time must not grow with the help centre for a constant).
Per article: the best of each. Score = WORD_WEIGHT x words + (1 - WORD_WEIGHT) x cosine. The weight suits
customers' prose; it is refitted per desk later.
"""
from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workers.knowledge.index import Index
from workers.knowledge.terms import language_of, question_terms, terms

WORD_WEIGHT = 0.3
# passages taken from the vectors; an article outside them and outside the best by words is not a candidate
NEAREST = 200
BEST = 50  # articles taken from each side

# The 13 features of `features`, in the order a fit stores them.
FEATURES = (
    "words_top",
    "words_per_term",
    "words_margin",
    "cover_chunk",
    "cover_title",
    "cover_rarest",
    "question_terms",
    "cosine_top",
    "cosine_margin",
    "cosine_mean5",
    "agree",
    "dense_rank",
    "top5_share",
)


@dataclass(frozen=True, slots=True)
class Scored:
    """One article's scores. `words` is its best BM25 score, `cosine` its best cosine, `fused` 0-1."""

    article: int
    fused: float
    words: float
    cosine: float


@dataclass(slots=True)
class Ranking:
    """All that one question brought up. `ranked` by falling fused score."""

    index: Index
    vector: NDArray[np.float32]
    terms: list[str]
    chunk_words: NDArray[np.float32]  # BM25 of every chunk, 0 for excluded articles
    words_of: NDArray[np.float32]  # BM25 of every passage: that of its best chunk
    words_max: float
    cosine_low: float
    cosine_high: float
    ranked: list[Scored]
    near: NDArray[np.float32]  # greatest cosines, of distinct articles first seen
    dense_order: list[int]  # articles by best cosine

    def scaled(self, cosine: float) -> float:
        spread = self.cosine_high - self.cosine_low
        # One passage, or all alike: the cosine tells nothing apart, and nothing may be divided by zero.
        return min(1.0, max(0.0, (cosine - self.cosine_low) / spread)) if spread > 1e-6 else 1.0

    def fused(self, words: float, cosine: float) -> float:
        by_words = words / self.words_max if self.words_max > 0 else 0.0
        return WORD_WEIGHT * by_words + (1 - WORD_WEIGHT) * self.scaled(cosine)

    def passage_cosines(self, passages: Collection[int]) -> dict[int, float]:
        """Exact cosines of these passages."""
        wanted = list(passages)
        if not wanted:
            return {}
        vectors = self.index.dense.reconstruct_batch(np.array(wanted, dtype=np.int64))
        # Not `@`: for so little the threads of a BLAS cost more than they save.
        return dict(zip(wanted, np.einsum("ij,j->i", vectors, self.vector).tolist(), strict=True))

    def passage_scores(self, articles: Collection[int]) -> dict[int, float]:
        """The fused score of each passage of these articles."""
        cosines = self.passage_cosines([p for a in articles for p in self.index.passages_of(a)])
        return {p: self.fused(float(self.words_of[p]), cosine) for p, cosine in cosines.items()}


def rank(index: Index, question: str, vector: NDArray[np.float32], exclude: Collection[str] = ()) -> Ranking:
    """Every candidate article for the question. The index must not be empty; `exclude` names articles as if
    they were not in it."""
    hidden = {index.by_id[article] for article in exclude if article in index.by_id}
    asked = question_terms(question, index.languages)
    chunk_words = _word_scores(index, asked, hidden)
    words_of = np.maximum.reduceat(chunk_words, index.first_chunk[:-1])
    article_words = np.maximum.reduceat(words_of, index.first_passage[:-1])
    by_words = _best_by_words(article_words)
    by_cosine, low = _best_by_cosine(index, vector, hidden)
    ranking = Ranking(
        index,
        vector,
        asked,
        chunk_words,
        words_of,
        float(chunk_words.max(initial=0.0)),
        low,
        max(by_cosine.values(), default=low),
        [],
        np.array(sorted(by_cosine.values(), reverse=True), dtype=np.float32),
        sorted(by_cosine, key=lambda a: -by_cosine[a]),
    )
    missing = [a for a in by_words if a not in by_cosine]
    cosines = ranking.passage_cosines([p for a in missing for p in index.passages_of(a)])
    for article in missing:
        by_cosine[article] = max(cosines[p] for p in index.passages_of(article))
    for article in set(ranking.dense_order[:BEST]) | set(by_words):
        words, cosine = float(article_words[article]), by_cosine[article]
        ranking.ranked.append(Scored(article, ranking.fused(words, cosine), words, cosine))
    ranking.ranked.sort(key=lambda s: (-s.fused, s.article))
    return ranking


def _word_scores(index: Index, asked: list[str], hidden: Collection[int]) -> NDArray[np.float32]:
    known = index.words.get_tokens_ids(asked)
    if not known:
        return np.zeros(len(index.chunk_spans), dtype=np.float32)
    scores: NDArray[np.float32] = index.words.get_scores_from_ids(known)
    for article in hidden:
        scores[
            index.first_chunk[index.first_passage[article]] : index.first_chunk[
                index.first_passage[article + 1]
            ]
        ] = 0.0
    return scores


def _best_by_words(article_words: NDArray[np.float32]) -> list[int]:
    top = (
        np.argpartition(article_words, -BEST)[-BEST:]
        if len(article_words) > BEST
        else np.arange(len(article_words))
    )
    return [int(a) for a in top if article_words[a] > 0.0]


def _best_by_cosine(
    index: Index, vector: NDArray[np.float32], hidden: Collection[int]
) -> tuple[dict[int, float], float]:
    # Excluded articles are skipped after the search: take that many passages more.
    extra = sum(len(index.passages_of(a)) for a in hidden)
    row = vector.reshape(1, -1)
    cosines, passages = index.dense.search(row, min(len(index.pieces), NEAREST + extra))
    opposite, _ = index.sample.search(-row, 1)
    found: dict[int, float] = {}
    for cosine, article in zip(cosines[0].tolist(), index.article_of[passages[0]].tolist(), strict=True):
        if article not in hidden:
            found.setdefault(article, cosine)
    return found, -float(opposite[0][0])


def features(ranking: Ranking) -> dict[str, float]:
    """The 13 numbers that say how likely the first article is the right one; all 0 when nothing was found."""
    if not ranking.ranked:
        return dict.fromkeys(FEATURES, 0.0)
    first = ranking.ranked[0]
    by_words = sorted(ranking.ranked, key=lambda s: -s.words)
    near = ranking.near
    words_first = by_words[0]
    top5 = sorted(_fused_passages(ranking), reverse=True)[:5]
    values = {
        "words_top": words_first.words,
        "words_per_term": words_first.words / max(1, len(ranking.terms)),
        "words_margin": words_first.words - (by_words[1].words if len(by_words) > 1 else 0.0),
        "question_terms": math.log1p(len(ranking.terms)),
        "cosine_top": float(near[0]) if len(near) else 0.0,
        "cosine_margin": float(near[0] - near[1]) if len(near) > 1 else 0.0,
        "cosine_mean5": float(near[:5].mean()) if len(near) else 0.0,
        "agree": float(bool(ranking.dense_order) and words_first.article == ranking.dense_order[0]),
        "dense_rank": 1.0 / (1 + ranking.dense_order.index(words_first.article))
        if words_first.article in ranking.dense_order
        else 0.0,
        "top5_share": sum(article == first.article for _, article in top5) / max(1, len(top5)),
        **_coverage(ranking, first.article),
    }
    return {name: values[name] for name in FEATURES}


def _fused_passages(ranking: Ranking) -> list[tuple[float, int]]:
    scores = ranking.passage_scores([s.article for s in ranking.ranked[:5]])
    return [(score, int(ranking.index.article_of[p])) for p, score in scores.items()]


def _coverage(ranking: Ranking, article: int) -> Mapping[str, float]:
    """Shares of the question's terms, weighted by rarity, that stand in the article's best chunk and title;
    and of the three rarest."""
    index = ranking.index
    listed = index.articles[article]
    language = language_of(listed.locale)
    asked = ranking.terms
    weights = {t: _rarity(index, t) for t in asked}
    total = sum(weights.values())
    first, end = (
        index.first_chunk[index.first_passage[article]],
        index.first_chunk[index.first_passage[article + 1]],
    )
    best = int(first + np.argmax(ranking.chunk_words[first:end]))
    in_title = set(terms(listed.title, language))
    in_chunk = set(terms(index.chunk_text(best, article), language)) | in_title
    rarest = sorted(asked, key=lambda t: (-weights[t], t))[:3]
    return {
        "cover_chunk": sum(w for t, w in weights.items() if t in in_chunk) / total if total else 0.0,
        "cover_title": sum(w for t, w in weights.items() if t in in_title) / total if total else 0.0,
        "cover_rarest": sum(t in in_chunk for t in rarest) / len(rarest) if rarest else 0.0,
    }


def _rarity(index: Index, term: str) -> float:
    number = index.words.vocab_dict.get(term)
    found_in = int(index.found_in[number]) if number is not None and number < len(index.found_in) else 0
    chunks = len(index.chunk_spans)
    return math.log(1 + (chunks - found_in + 0.5) / (found_in + 0.5))

