"""pii: is personal data found before a text leaves the house. Nothing redacts yet: null, with the spans each kind would be scored on."""
from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.emit import Emit
from tests.quality.rows import each, read

SUITE = "pii"
WHY = "no worker redacts personal data yet"


def suites(data: Path) -> list[str]:
    return [SUITE] if (data / SUITE / "eval.jsonl").exists() else []


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    for name in names:
        rows = each(emit, name, read(data / name / "eval.jsonl"), lambda row: [span["type"] for span in row["spans"]])
        kinds = Counter(kind for _, found in rows for kind in found)
        for kind, count in sorted(kinds.items()):
            emit(name, "recall", None, count, why=WHY, kind=kind)
        emit(name, "precision", None, sum(kinds.values()), why=WHY)
