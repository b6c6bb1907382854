"""What anybody would try first, on whole articles: BM25 and TF-IDF. Run beside ours on the same rows."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from workers.knowledge.terms import terms

Ranker = Callable[[str], list[str]]


def bm25(articles: Sequence[Mapping[str, str]]) -> Ranker:
    import bm25s

    words = bm25s.BM25(k1=1.2, b=0.75)
    words.index([terms(f"{a['title']} {a['body']}", "en") or [""] for a in articles], show_progress=False)
    ids = [a["id"] for a in articles]

    def ranked(question: str) -> list[str]:
        asked = words.get_tokens_ids(terms(question, "en"))
        scores = words.get_scores_from_ids(asked) if asked else np.zeros(len(ids))
        return [ids[i] for i in np.argsort(-scores, kind="stable")]

    return ranked


def tfidf(articles: Sequence[Mapping[str, str]]) -> Ranker:
    from sklearn.feature_extraction.text import TfidfVectorizer

    reader = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    matrix = reader.fit_transform(f"{a['title']} {a['body']}" for a in articles)
    ids = [a["id"] for a in articles]

    def ranked(question: str) -> list[str]:
        scores = (matrix @ reader.transform([question]).T).toarray().ravel()
        return [ids[i] for i in np.argsort(-scores, kind="stable")]

    return ranked
