"""What `make quality` and `make bench` print: one JSON object a line on stdout as it is measured, a table on
stderr at the end."""
from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.bars import all_missed
from tests.figures import table


class Emit:
    """`emit(suite, name, value, n, **fields)`. A figure that could not be measured has the value None and a
    `why`.

    `charts` is the folder for pictures, None when nobody asked for any. `tried` and `broken` count the rows
    of each suite.
    """

    def __init__(self, charts: Path | None = None) -> None:
        self.rows: list[dict[str, Any]] = []
        self.charts: Path | None = charts
        self.tried: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()

    def __call__(self, suite: str, name: str, value: float | None, n: int, **fields: Any) -> None:
        if value is None and not fields.get("why"):
            raise ValueError(f"{suite} {name}: a figure without a value needs a why")
        row = {
            "suite": suite,
            "name": name,
            "value": round(value, 4) if isinstance(value, float) else value,
            "n": n,
        }
        row |= {k: round(v, 4) if isinstance(v, float) else v for k, v in fields.items() if v is not None}
        self.again(row)

    def again(self, row: Mapping[str, Any], **fields: Any) -> None:
        """A figure as it was printed before, with more fields."""
        self.rows.append({**row, **fields})
        print(json.dumps(self.rows[-1], ensure_ascii=False), flush=True)

    def show(self) -> None:
        for line in table(self.rows):
            print(line, file=sys.stderr)

    def judge(self) -> int:
        """The exit code of all figures: 1 when one of them misses its bar, each of which is named."""
        wrong = all_missed(self.rows)
        for why in wrong:
            say(f"MISSED: {why}")
        return 1 if wrong else 0


def say(text: str) -> None:
    """Progress, for the person who waits."""
    print(text, file=sys.stderr, flush=True)


def modules_with_run(package: ModuleType) -> Iterator[tuple[str, ModuleType]]:
    """Every module of the package that has a `run`, by name."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if not found.name.startswith(("__main__", "test_")):
            module = importlib.import_module(f"{package.__name__}.{found.name}")
            if hasattr(module, "run"):
                yield found.name, module


def names_of(only: str | None) -> frozenset[str]:
    """The names of ONLY=a,b; empty for all."""
    return frozenset(name.strip() for name in (only or "").split(",") if name.strip())


def unknown(asked: frozenset[str], there: Sequence[str]) -> str | None:
    """A sentence on names that do not exist, None when all do."""
    wrong = sorted(asked - set(there))
    return f"there is no {', '.join(wrong)}; there are: {', '.join(there)}" if wrong else None
