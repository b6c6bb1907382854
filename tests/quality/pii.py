"""pii: is personal data masked in what a worker reads, keeps and passes on. By `masked`, which every ticket
goes through first.

It is made for cards, accounts, identity numbers and passwords; other kinds are scored all the same, and show
what still goes through.
"""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.reading.floor import masked
from tests.core.tickets import ticket
from tests.emit import Emit
from tests.quality import intervals
from tests.quality.rows import each, read

SUITE = "pii"


@dataclass(frozen=True, slots=True)
class Scored:
    """Spans of a row by kind, each with whether all of it is masked; and masked stretches, each with whether
    it touches a span."""

    spans: tuple[tuple[str, bool], ...]
    stretches: tuple[bool, ...]


def suites(data: Path) -> list[str]:
    return [SUITE] if (data / SUITE / "eval.jsonl").exists() else []


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        found = [one for _, one in each(emit, name, read(data / name / "eval.jsonl"), _read)]
        spans = [span for one in found for span in one.spans]
        for kind in sorted({kind for kind, _ in spans}):
            _share(emit, name, "recall", [hidden for of, hidden in spans if of == kind], kind=kind)
        _share(emit, name, "recall", [hidden for _, hidden in spans], kind="all")
        _share(emit, name, "precision", [right for one in found for right in one.stretches])


def _read(row: Mapping[str, Any]) -> Scored:
    text = row["text"]
    return scored(
        text,
        masked(ticket(text)).messages[0].text,
        [(span["start"], span["end"], span["type"]) for span in row["spans"]],
    )


def scored(text: str, shown: str, spans: Sequence[tuple[int, int, str]]) -> Scored:
    """`shown` is the text after masking, every character in its place."""
    hidden = [before != after for before, after in zip(text, shown, strict=True)]
    whole = tuple(
        (kind, all(hidden[n] for n in range(start, end) if text[n].isalnum())) for start, end, kind in spans
    )
    return Scored(
        whole,
        tuple(any(a < end and start < b for a, b, _ in spans) for start, end in _stretches(text, hidden)),
    )


def _stretches(text: str, hidden: Sequence[bool]) -> list[tuple[int, int]]:
    """Runs of masked characters; what stands between two of them and is neither letter nor digit belongs to
    the run."""
    found: list[tuple[int, int]] = []
    for n, is_hidden in enumerate(hidden):
        if not is_hidden:
            continue
        if found and not any(map(str.isalnum, text[found[-1][1] : n])):
            found[-1] = (found[-1][0], n + 1)
        else:
            found.append((n, n + 1))
    return found


def _share(emit: Emit, name: str, figure: str, hits: Sequence[bool], **fields: Any) -> None:
    if not hits:
        emit(
            name,
            figure,
            None,
            0,
            why="nothing was masked" if figure == "precision" else "the suite has no span",
            **fields,
        )
        return
    low, high = intervals.of_share(sum(hits), len(hits))
    emit(
        name,
        figure,
        sum(hits) / len(hits),
        len(hits),
        model="shipped",
        hits=sum(hits),
        low=low,
        high=high,
        **fields,
    )
