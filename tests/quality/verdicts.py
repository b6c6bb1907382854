"""Verdicts of the worker on every suite with articles, from reading to composed reply.

Kinds of rows: `answerable`; `removed` (an answerable question once more, its own articles taken out of the
search); `impossible` (no page answers); `foreign` (questions of other trades, a seeded sample); of a
conversation also `partial` and `underspecified`; and on the demo shop, written for it, `negated` with
`negated_twin` (the same question without the condition) and `several` (more than one in a mail).
`helpcentre_all` has the rows of the suites searched as a customer searches. Nothing is fitted here, and no
row is read by what fits.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from app.core.verdicts import Answer, Clarify, Handoff, verdict_name
from app.store import articles
from app.store.database import DEFAULT_TENANT
from tests.emit import Emit, say
from tests.quality import intervals
from tests.quality.corpora import (
    DEMO,
    OWN,
    conversations,
    corpus,
    embedder,
    foreign_to,
    help_centres,
    rows_of,
    visibility_of,
)
from tests.quality.deciding import Played, Worker, conversation_ticket, question_ticket
from tests.quality.rows import Row, each, read, read_or_none
from tests.quality.verdictscores import (
    HELD_MEASURE,
    Outcome,
    Seen,
    area,
    curve,
    held_share,
    questions_ended,
    quotes,
)
from workers.knowledge.fit import Corpus

FOREIGN_ROWS = 300  # of each foreign set and desk: a share of .05 is then known to ± .025
SEED = 7
CURVE_REMOVED_EVERY = 4  # where every question has an answer, each fourth also counts without its articles
LABELS = {
    "answerable": "answerable",
    "partial": "partial",
    "underspecified": "underspecified",
    "unanswerable": "impossible",
}
NO_PAGE = frozenset({"removed", "impossible", "foreign"})


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows of one kind; `fields` go onto each of its figures."""

    name: str
    rows: Sequence[Row]
    fields: Mapping[str, Any] = field(default_factory=dict)


def suites(data: Path) -> list[str]:
    return [*help_centres(data), *conversations(data), DEMO]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        held, visibility = corpus(data, name, var), visibility_of(name)
        judge = Judge(held, Worker(held, embedder(var), var / "quality" / name, visibility))
        every: dict[str, list[tuple[Row, Seen]]] = {}
        for kind in _kinds(data, name):
            seen = [
                (dict(row), one) for row, one in each(emit, name, kind.rows, partial(judge.seen, kind.name))
            ]
            say(f"{name}: {len(seen)} decided, {kind.name}")
            every.setdefault(kind.name, []).extend(seen)
            _shares(emit, name, kind, seen)
        _of_their_own(emit, name, every)
        _curve(emit, name, every)
        everything = [one for seen in every.values() for _, one in seen]
        _share(emit, name, "byte_equal", [one.same for one in everything], kind="all")
        sentences = sum(one.sentences for one in everything)
        _share_of(
            emit, name, "quotes_verbatim", sum(one.verbatim for one in everything), sentences, kind="all"
        )


class Judge:
    """Rows to verdicts, in the source's own ids."""

    def __init__(self, held: Corpus, worker: Worker) -> None:
        self._held, self._worker = held, worker
        self._number = 0

    def seen(self, kind: str, row: Mapping[str, Any]) -> Seen:
        self._number += 1
        number = str(self._number)
        without = row["article_ids"] if kind == "removed" else ()
        if "messages" in row:
            ticket, memory = conversation_ticket(number, row["messages"])
            decided = self._worker.decided(ticket, memory, without)
        else:
            decided = self._worker.decided(
                question_ticket(number, row.get("question", row.get("text", ""))), without=without
            )
        right = () if kind in NO_PAGE else _pages_of(row)
        return self._judged(decided, frozenset(right))

    def _judged(self, played: Played, right: frozenset[str]) -> Seen:
        verdict, found = played.decided.verdict, played.decided.situation.findings
        shown: Sequence[str] = ()
        sentences = verdict.sentences if isinstance(verdict, Answer) else ()
        if isinstance(verdict, Answer):
            shown = [source.article for source in verdict.sources]
        elif isinstance(verdict, Clarify):
            shown = [option.article for option in verdict.options]
        with self._held.db.read() as tx:
            pairs = sorted({(s.article, s.version) for s in sentences})
            texts = (
                {(v.article, v.version): v.text for v in articles.versions_of(tx, DEFAULT_TENANT, pairs)}
                if pairs
                else {}
            )
        first = found.candidates[0].passage.article if found and found.candidates else None
        return Seen(
            right=right,
            verdict=verdict_name(verdict),
            shown=tuple(self._held.vendor_of[one] for one in shown),
            quoted="\n".join(s.text for s in sentences),
            p=found.p_right if first and found else None,
            first=self._held.vendor_of[first] if first else None,
            detail=verdict.detail.value if isinstance(verdict, Handoff) else "",
            same=played.same,
            sentences=len(sentences),
            verbatim=sum(texts[s.article, s.version][s.start : s.end] == s.text for s in sentences),
        )


def _kinds(data: Path, name: str) -> list[Kind]:
    if name in conversations(data):
        return [*_conversations(data, name), *_foreign(data, name)]
    rows = rows_of(data, name)
    answerable, impossible = [r for r in rows if r["answerable"]], [r for r in rows if not r["answerable"]]
    more = [r for r in rows_of(data, name, "valid") if r["answerable"]]
    kinds = [
        Kind("answerable", answerable),
        *_removed([*answerable, *more], bool(more)),
        Kind("impossible", impossible),
    ]
    return [*kinds, *_foreign(data, name), *(_written_here() if name == DEMO else ())]


def _conversations(data: Path, name: str) -> list[Kind]:
    rows, valid = rows_of(data, name), rows_of(data, name, "valid")
    kinds = [Kind(kind, [r for r in rows if r["label"] == label]) for label, kind in LABELS.items()]
    own = [
        [r for r in some if r["label"] in ("answerable", "partial") and r["article_ids"]]
        for some in (rows, valid)
    ]
    return [*kinds, *_removed([*own[0], *own[1]], bool(own[1]))]


def _removed(rows: Sequence[Row], with_valid: bool) -> list[Kind]:
    # With the rows of valid: the shipped artefacts were fitted on neither, and an eval part alone is small.
    return [Kind("removed", rows, {"rows": "eval and valid" if with_valid else "eval"})]


def _foreign(data: Path, name: str) -> list[Kind]:
    kinds = []
    for foreign in foreign_to(name):
        rows = read_or_none(data / foreign / "eval.jsonl")
        drawn = random.Random(SEED).sample(rows, min(FOREIGN_ROWS, len(rows)))
        kinds.append(Kind("foreign", drawn, {"foreign": foreign, "sampled_of": len(rows)}))
    return kinds


def _written_here() -> list[Kind]:
    negated = read(OWN / "negated.jsonl")
    twins = [{**row, "question": row["twin"], "id": f"{row['id']}-twin"} for row in negated]
    return [
        Kind("negated", negated),
        Kind("negated_twin", twins),
        Kind("several", read(OWN / "several.jsonl")),
    ]


def _pages_of(row: Mapping[str, Any]) -> list[str]:
    if "questions" in row:
        return [page for one in row["questions"] for page in one["article_ids"]]
    return list(row.get("article_ids", ()))


def _shares(emit: Emit, name: str, kind: Kind, seen: Sequence[tuple[Row, Seen]]) -> None:
    fields = {"kind": kind.name, "model": "shipped", "visibility": visibility_of(name), **kind.fields}
    if not seen:
        for figure in (*Outcome, "answer_held_share"):
            emit(name, figure, None, 0, why="the suite has no such rows", **fields)
        return
    details = Counter(one.detail for _, one in seen if one.outcome is Outcome.HANDED_OFF)
    for outcome in Outcome:
        why_people = (
            {"details": dict(sorted(details.items()))} if outcome is Outcome.HANDED_OFF and details else {}
        )
        _share(emit, name, outcome.value, [one.outcome is outcome for _, one in seen], **fields, **why_people)
    if kind.name not in NO_PAGE:
        asked = [one if one.outcome is Outcome.ASKED else None for _, one in seen]
        _share(
            emit,
            name,
            "asked_right_first",
            [one is not None and one.shown[0] in one.right for one in asked],
            **fields,
        )
        _share(
            emit,
            name,
            "asked_right_among",
            [one is not None and bool(one.right & set(one.shown)) for one in asked],
            **fields,
        )
        _held(emit, name, seen, fields)
    words = [len(one.quoted.split()) for _, one in seen if one.quoted]
    emit(
        name,
        "quote_words",
        float(median(words)) if words else None,
        len(words),
        why=None if words else "nothing was quoted",
        **fields,
    )


def _held(emit: Emit, name: str, seen: Sequence[tuple[Row, Seen]], fields: Mapping[str, Any]) -> None:
    """Of rows answered from a right page: how much of the expert's answer stands in the quote."""
    found = [
        held_share(row.get("answer", ""), one.quoted) for row, one in seen if one.outcome is Outcome.RIGHT
    ]
    shares = [share for share in found if share is not None]
    if not shares:
        why = "the rows have no expert's answer" if found else "no row was answered from a right page"
        emit(name, "answer_held_share", None, 0, why=why, **fields)
        return
    low, high = intervals.of_mean(shares)
    emit(
        name,
        "answer_held_share",
        sum(shares) / len(shares),
        len(shares),
        low=low,
        high=high,
        measure=HELD_MEASURE,
        **fields,
    )


def _of_their_own(emit: Emit, name: str, every: Mapping[str, Sequence[tuple[Row, Seen]]]) -> None:
    """Figures that only rows of one kind have."""
    if several := every.get("several"):
        asked = sum(len(row["questions"]) for row, _ in several)
        ended = sum(
            questions_ended([one["article_ids"] for one in row["questions"]], seen) for row, seen in several
        )
        _share_of(emit, name, "questions_ended", ended, asked, kind="several", mails=len(several))
    for kind in ("negated", "negated_twin"):
        right, other = ("holds", "opposite") if kind == "negated" else ("opposite", "holds")
        if some := [(row, seen) for row, seen in every.get(kind, ()) if row["holds"] and row["opposite"]]:
            _share(
                emit,
                name,
                "right_lines_answered",
                [quotes(seen, row[right]) for row, seen in some],
                kind=kind,
            )
            opposite = [quotes(seen, row[other]) and not quotes(seen, row[right]) for row, seen in some]
            _share(emit, name, "opposite_answered", opposite, kind=kind)
    if "underspecified" in every:
        for label, kind in LABELS.items():
            answered = [one.verdict == "answer" and bool(one.shown) for _, one in every[kind]]
            _share(emit, name, f"answered_when_{label}", answered, model="shipped")
        _share(
            emit,
            name,
            "clarified_when_underspecified",
            [one.outcome is Outcome.ASKED for _, one in every["underspecified"]],
        )
        # Named in a hand-off, by its detail: an answer has no words yet for the part it leaves open.
        _share(emit, name, "partial_named", [one.detail == "partial" for _, one in every["partial"]])


def _curve(emit: Emit, name: str, every: Mapping[str, Sequence[tuple[Row, Seen]]]) -> None:
    """Risk and coverage at every threshold: the suite's own questions, with those that no page answers."""
    unanswerable = [one for _, one in every.get("impossible", ())]
    negatives = "the suite's own"
    if not unanswerable:
        unanswerable = [one for _, one in every["removed"][::CURVE_REMOVED_EVERY]]
        negatives = f"every {CURVE_REMOVED_EVERY}th question again without its articles"
    judged = [
        (one.p, one.first in one.right) for one in [*(one for _, one in every["answerable"]), *unanswerable]
    ]
    points, value = curve(judged), area(judged)
    emit(
        name,
        "risk_coverage",
        value,
        len(judged),
        model="shipped",
        negatives=negatives,
        measure="mean risk over all coverages",
        curve=[{k: round(v, 4) for k, v in asdict(point).items()} for point in points],
        why="nothing was searched" if value is None else None,
    )
    if emit.charts is not None and points:
        from tests.quality import charts

        charts.risk_coverage(emit.charts / f"{name}-risk-coverage.svg", name, points)


def _share(emit: Emit, name: str, figure: str, hits: Sequence[bool], **fields: Any) -> None:
    _share_of(emit, name, figure, sum(hits), len(hits), **fields)


def _share_of(emit: Emit, name: str, figure: str, hits: int, n: int, **fields: Any) -> None:
    if not n:
        emit(name, figure, None, 0, why="there are no such rows", **fields)
        return
    low, high = intervals.of_share(hits, n)
    emit(name, figure, hits / n, n, low=low, high=high, **fields)
