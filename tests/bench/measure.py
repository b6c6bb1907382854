"""How speed is compared: two sides in one run, in turn, as the median of the pairs' ratios; never an absolute
time against a limit."""
from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

TICKS = os.sysconf("SC_CLK_TCK")
SURE = 0.95
PACKAGES = (
    "flask",
    "gunicorn",
    "sqlalchemy",
    "marshmallow",
    "onnxruntime",
    "tokenizers",
    "faiss-cpu",
    "bm25s",
    "torch",
    "celery",
)


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several measurements, and the interval that holds it with at least 95 % where there are
    six or more."""

    value: float
    low: float
    high: float
    n: int

    def fields(self) -> dict[str, float]:
        return {"low": round(self.low, 4), "high": round(self.high, 4)}


def spread(values: Iterable[float]) -> Spread:
    """The median with its order-statistics interval; of fewer than six values the interval is all of them."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("nothing was measured")
    cut = _outside(len(ordered))
    return Spread(median(ordered), ordered[cut], ordered[-1 - cut], len(ordered))


def ratios(above: Sequence[float], below: Sequence[float]) -> Spread:
    """Of pairs measured side by side: each pair has its own ratio, so what slows the whole machine for a
    while cancels out."""
    return spread(a / b for a, b in zip(above, below, strict=True))


def in_turn(rounds: int, *sides: Callable[[], float]) -> list[list[float]]:
    """Each side's results, round by round. The order turns with every round, so that no side is always the
    one that runs warm."""
    results: list[list[float]] = [[] for _ in sides]
    for number in range(rounds):
        for place in sorted(range(len(sides)), reverse=number % 2 == 1):
            results[place].append(sides[place]())
    return results


def tree_cpu_seconds(root: int) -> float:
    """User and system time of the process and its living descendants so far (Linux); a process that has ended
    is not counted."""
    return sum(_cpu_of(pid) for pid in tree(root))


def tree(root: int) -> list[int]:
    """Process ids of the process and its descendants (Linux)."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))) is not None:
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue.extend(parents.get(pid, ()))
    return found


def machine() -> dict[str, object]:
    """What the figures were measured on: Python, system, and the versions of what they depend on."""
    found = {"python": platform.python_version(), "system": platform.platform()}
    return found | {"versions": {name: version(name) for name in PACKAGES}}



def _outside(n: int) -> int:
    """How many values may be dropped at either end with SURE left that the median lies between."""
    dropped, tail = 0, 0.0
    for k in range(n // 2):
        tail += math.comb(n, k) / 2**n
        if 1 - 2 * tail < SURE:
            break
        dropped = k
    return dropped


def _cpu_of(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS if fields else 0.0


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat from the state on; None when the process has gone."""
    try:
        # The name before the last bracket may hold blanks and brackets of its own.
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
