"""Which words of an article are quoted: whole sentences or a whole list, never a sentence on our own
answering time. Pure."""
from __future__ import annotations

from collections.abc import Mapping

from workers.knowledge.index import Index
from workers.knowledge.owntime import states_own_time
from workers.knowledge.passages import LISTS, Cut, sentence_spans

LEAST_LEFT = 6  # words; a shorter remainder of a passage says nothing by itself


def quote(index: Index, article: int, scores: Mapping[int, float]) -> Cut | None:
    """The span of the article to quote: the run of passages that holds the best-scored one; None when nothing
    may be quoted.

    `scores` are those of all the article's passages, by their number.
    """
    text = index.articles[article].text
    numbers = index.passages_of(article)
    best_first = sorted(
        index.runs_of(article),
        key=lambda run: -max(scores[numbers.start + n] for n in range(run[0], run[1] + 1)),
    )
    for _first, _last, span in best_first:
        kept = _without_own_time(text, span) if span.own_time else span
        if kept is not None:
            return kept
    return None


def _without_own_time(text: str, span: Cut) -> Cut | None:
    """The longest run of sentences around the ones that state our own time. A list loses its sense with its
    parts: it is not quoted."""
    if span.kind in LISTS:
        return None
    kept: list[list[tuple[int, int]]] = [[]]
    for a, b in sentence_spans(text, span.start, span.end):
        if states_own_time(text[a:b]):
            kept.append([])
        else:
            kept[-1].append((a, b))
    longest = max(kept, key=lambda run: run[-1][1] - run[0][0] if run else 0)
    if not longest or len(text[longest[0][0]:longest[-1][1]].split()) < LEAST_LEFT:
        return None
    return Cut(longest[0][0], longest[-1][1], "text", span.heading, own_time=False)
