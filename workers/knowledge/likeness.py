"""How near a message is to examples of the must-hand-off floor, on the search model.

English only: the shipped model reads no other language.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config.floor import FloorClass
from workers.knowledge.embed import Embedder


@dataclass(frozen=True, slots=True)
class Near:
    """A stretch of a message that says what an example of a class says. `score`: 0–1."""

    kind: FloorClass
    start: int
    end: int
    example: str
    score: float


class Likeness:
    """Nearness on one embedder. `var` keeps the examples' vectors for a model that is not the bundled one."""

    def __init__(self, embedder: Embedder, var: Path) -> None:
        self._embedder = embedder
        self._var = var

    def near(self, text: str) -> tuple[Near, ...]:
        """The stretches that are near enough, at most one a class."""
        return ()
