"""sentiment_*: how a customer sounds, as triage reads it. Frustrated is negative, satisfied positive, and
what stays unread a miss."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.emit import Emit
from tests.quality.plainly import NAME, commonest, guesses
from tests.quality.reading import read_text
from tests.quality.rows import each, labelled, read, read_or_none

LABELS = ("negative", "neutral", "positive")
UNREAD = "unread"
LABEL_OF = {"frustrated": "negative", "neutral": "neutral", "satisfied": "positive", UNREAD: UNREAD}
NO_TRAIN = "the suite has no rows to learn from"
Row = Mapping[str, Any]


def suites(data: Path) -> list[str]:
    return [file.parent.name for file in sorted(data.glob("sentiment_*/eval.jsonl"))]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        asked = labelled(emit, name, read(data / name / "eval.jsonl"), "label", "lang")
        found = list(each(emit, name, asked, lambda row: LABEL_OF[read_text(row["text"]).sentiment]))
        rows = [row for row, _ in found]
        learned, valid = (
            labelled(emit, name, read_or_none(data / name / f"{file}.jsonl"), "label")
            for file in ("train", "valid")
        )
        said = {
            "ours": [label for _, label in found],
            **_baselines(learned, valid, [row["text"] for row in rows]),
        }
        languages = sorted({row["lang"] for row in rows})
        for lang in (None, *(languages if len(languages) > 1 else ())):
            places = [place for place, row in enumerate(rows) if lang in (None, row["lang"])]
            right = [rows[place]["label"] for place in places]
            _emitted(
                emit,
                name,
                right,
                {who: [labels[place] for place in places] for who, labels in said.items()},
                lang,
            )


def _baselines(learned: Sequence[Row], valid: Sequence[Row], asked: Sequence[str]) -> dict[str, list[str]]:
    """`constant` is the commonest label of train, else of valid; logistic regression only where there are
    rows to learn from."""
    found: dict[str, list[str]] = {}
    if learned or valid:
        found["constant"] = [commonest([row["label"] for row in learned or valid])] * len(asked)
    if learned:
        found[NAME] = [
            guess.label for guess in guesses([(row["text"], row["label"]) for row in learned], asked)
        ]
    return found


def macro_f1(right: list[str], said: list[str]) -> float:
    """The mean over the three labels; a label that is never right and never said counts as 0, `unread` is a
    miss of the right one."""
    values = []
    for label in LABELS:
        hits = sum(r == s == label for r, s in zip(right, said, strict=True))
        both = right.count(label) + said.count(label)
        values.append(2 * hits / both if both else 0.0)
    return sum(values) / len(LABELS)


def negative_recall(right: Sequence[str], said: Sequence[str]) -> float | None:
    """Of the negative ones, the share heard as negative; None when there are none."""
    heard = [s == "negative" for r, s in zip(right, said, strict=True) if r == "negative"]
    return sum(heard) / len(heard) if heard else None


def _emitted(emit: Emit, name: str, right: list[str], said: dict[str, list[str]], lang: str | None) -> None:
    ours = said["ours"]
    others = {who: labels for who, labels in said.items() if who != "ours"} or {"": []}
    for who, labels in others.items():
        beside = (
            {"baseline": who, "baseline_value": macro_f1(right, labels)}
            if who
            else {"baseline_why": NO_TRAIN}
        )
        emit(name, "macro_f1", macro_f1(right, ours), len(right), model="shipped", lang=lang, **beside)
        recall = negative_recall(right, ours)
        beside = (
            {"baseline": who, "baseline_value": negative_recall(right, labels)}
            if who
            else {"baseline_why": NO_TRAIN}
        )
        emit(name, "negative_recall", recall, right.count("negative"), model="shipped", lang=lang,
             why=None if recall is not None else "no row of this kind is negative", **beside)
    read_ones = len(ours) - ours.count(UNREAD)
    emit(name, "read_share", read_ones / len(ours) if ours else None, len(ours), model="shipped", lang=lang,
         why=None if ours else "no row was left")
