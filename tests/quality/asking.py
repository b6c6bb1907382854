"""asks_for_human: is a wish for a person heard, and heard only where there is one. By triage, as the worker
reads the ticket."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.emit import Emit
from tests.quality import intervals
from tests.quality.plainly import NAME, guesses
from tests.quality.reading import read_text
from tests.quality.rows import each, labelled, read, read_or_none

SUITE = "asks_for_human"


def suites(data: Path) -> list[str]:
    return [SUITE] if (data / SUITE / "eval.jsonl").exists() else []


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        found = list(each(emit, name, read(data / name / "eval.jsonl"), _heard))
        asks = [answer for _, answer in found]
        learned = labelled(emit, name, read_or_none(data / name / "train.jsonl"), "asks")
        plain = _plainly(learned, [row["text"] for row, _ in found])
        for figure, wanted in (("recall", True), ("false_alarm_rate", False)):
            heard = [hit for asking, hit in asks if asking is wanted]
            theirs = (
                [hit for (asking, _), hit in zip(asks, plain, strict=True) if asking is wanted]
                if plain
                else []
            )
            _emitted(emit, name, figure, heard, theirs)


def _heard(row: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether they ask for a person, and whether triage hears it."""
    return bool(row["asks"]), read_text(row["text"]).asks_person is not None


def _plainly(learned: Sequence[Mapping[str, Any]], asked: Sequence[str]) -> list[bool]:
    """What the plain baseline hears; nothing at all without rows to learn from."""
    if not learned:
        return []
    return [
        guess.label == "yes"
        for guess in guesses([(row["text"], "yes" if row["asks"] else "no") for row in learned], asked)
    ]


def _emitted(emit: Emit, name: str, figure: str, heard: Sequence[bool], theirs: Sequence[bool]) -> None:
    if not heard:
        emit(name, figure, None, 0, why="the suite has no such rows")
        return
    low, high = intervals.of_share(sum(heard), len(heard))
    beside = {"baseline": NAME, "baseline_value": sum(theirs) / len(theirs)} if theirs else {}
    emit(
        name,
        figure,
        sum(heard) / len(heard),
        len(heard),
        model="shipped",
        hits=sum(heard),
        low=low,
        high=high,
        **beside,
    )
