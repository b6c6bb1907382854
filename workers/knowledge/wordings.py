"""The wordings the head of the must-hand-off floor is made from: `config/floor_examples`, English, of our
own."""
from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from config.floor import FloorClass

FOLDER = Path(__file__).parents[2] / "config" / "floor_examples"


@dataclass(frozen=True, slots=True)
class Wording:
    """One message; `kind` is None for a harmless one. Wordings of one `group` are of one scene:
    cross-validation keeps them together."""

    text: str
    kind: FloorClass | None
    group: str


def read() -> list[Wording]:
    """Every wording, in the order of the files."""
    return [*_rows("en_grave.jsonl"), *_rows("en_harmless.jsonl")]


@lru_cache(maxsize=len(FloorClass))
def grave(kind: FloorClass) -> tuple[str, ...]:
    """The wordings of one class."""
    return tuple(w.text for w in _rows("en_grave.jsonl") if w.kind is kind)


def _rows(name: str) -> list[Wording]:
    rows = map(json.loads, (FOLDER / name).read_text("utf-8").splitlines())
    return [
        Wording(row["text"], FloorClass(row["class"]) if "class" in row else None, row["group"])
        for row in rows
    ]
