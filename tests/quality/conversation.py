"""conversation_*: is a follow-up found with what was said before it. Queries as the worker makes them; valid only beside last-turn BM25."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from config.load import load_policy
from tests.core.situations import READING
from tests.core.tickets import said, ticket
from tests.emit import Emit, say
from tests.quality import intervals
from tests.quality.baselines import bm25
from tests.quality.helpcentre import POLICY, _rows, _shelf
from workers.knowledge.embed import LazyEmbedder
from workers.situate import search_text

RECALL_AT = 5


def suites(data: Path) -> list[str]:
    return [p.parent.name for p in sorted(data.glob("conversation_*/articles.jsonl")) if (p.parent / "eval.jsonl").exists()]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    embedder = LazyEmbedder("bundled", var / "models", say)
    limits = load_policy(POLICY).thresholds
    for name in names:
        shelf = _shelf(data / name, embedder, var / "quality" / name)
        rows, plain = _rows(data / name / "eval.jsonl"), bm25(_rows(data / name / "articles.jsonl"))
        ours: list[float] = []
        theirs: list[float] = []
        answered: defaultdict[str, list[bool]] = defaultdict(list)
        for row in rows:
            found, features, p = shelf.found(_query(row["messages"]), k=50)
            answered[row["label"]].append(p >= limits.answer and features["cosine_top"] >= limits.floor)
            if row["label"] in ("answerable", "partial") and row["article_ids"]:
                ours.append(_recall(found, row["article_ids"]))
                theirs.append(_recall(plain(row["messages"][-1]["text"]), row["article_ids"]))
        low, high = intervals.of_mean(ours)
        emit(name, "recall_at_5", float(np.mean(ours)), len(ours), baseline="bm25_last_turn",
             baseline_value=float(np.mean(theirs)), low=low, high=high)
        for label, hits in sorted(answered.items()):
            low, high = intervals.of_share(sum(hits), len(hits))
            emit(name, f"answered_when_{label}", sum(hits) / len(hits), len(hits), model="shipped",
                 threshold=limits.answer, low=low, high=high)


def _query(messages: Sequence[dict[str, Any]]) -> str:
    """What the worker searches for at the last turn: `search_text` on a ticket with this conversation."""
    spoken = [said(m["text"], "customer" if m["role"] == "user" else "assistant", number) for number, m in enumerate(messages, 1)]
    return search_text(ticket(*spoken), replace(READING, message=spoken[-1].id, question=messages[-1]["text"]))


def _recall(found: Sequence[str], right: Sequence[str]) -> float:
    return len(set(found[:RECALL_AT]) & set(right)) / len(right)
