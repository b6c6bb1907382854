"""conversation_*: is a follow-up found with what was said before it.

Queries as the worker makes them; recall is compared beside last-turn BM25 alone. What is then said is scored
in `verdicts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tests.core.situations import READING
from tests.core.tickets import WORDS, said, ticket
from tests.emit import Emit
from tests.quality import intervals
from tests.quality.baselines import bm25
from tests.quality.corpora import articles_of, conversations, corpus, rows_of
from tests.quality.rows import each
from workers.deciding.gather import search_text

RECALL_AT = 5


def suites(data: Path) -> list[str]:
    return conversations(data)


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        held, plain = corpus(data, name, var), bm25(articles_of(data, name))
        rows = [
            row
            for row in rows_of(data, name)
            if row["label"] in ("answerable", "partial") and row["article_ids"]
        ]

        def recalls(row: Mapping[str, Any], held: Any = held, plain: Any = plain) -> tuple[float, float]:
            found = held.found(_query(row["messages"]), k=RECALL_AT)[0]
            return _recall(found, row["article_ids"]), _recall(
                plain(row["messages"][-1]["text"]), row["article_ids"]
            )

        pairs = [pair for _, pair in each(emit, name, rows, recalls)]
        if not pairs:
            emit(name, f"followup_recall_at_{RECALL_AT}", None, 0, why="the suite has no row with articles")
            continue
        ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
        low, high = intervals.of_mean(ours)
        emit(
            name,
            f"followup_recall_at_{RECALL_AT}",
            float(np.mean(ours)),
            len(ours),
            baseline="bm25_last_turn",
            baseline_value=float(np.mean(theirs)),
            low=low,
            high=high,
        )


def _query(messages: Sequence[Mapping[str, Any]]) -> str:
    """What the worker searches for at the last turn: `search_text` on a ticket with this conversation."""
    spoken = [
        said(m["text"], "customer" if m["role"] == "user" else "assistant", number)
        for number, m in enumerate(messages, 1)
    ]
    return search_text(
        ticket(*spoken), replace(READING, message=spoken[-1].id, question=messages[-1]["text"]), WORDS
    )


def _recall(found: Sequence[str], right: Sequence[str]) -> float:
    return len(set(found[:RECALL_AT]) & set(right)) / len(right)
