"""Figures the tests measured: one JSON object a line in var/figures.jsonl, and a table at the end of the
run."""
from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

FILE = "var/figures.jsonl"
COLUMNS = ("suite", "name", "value", "n")


class Figures:
    """Records figures under the names other people's scripts read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, suite: str, name: str, value: float | None, n: int, **fields: Any) -> None:
        """`n` = rows or runs behind the value. A figure that could not be measured is None, with a `why`."""
        if value is None and not fields.get("why"):
            raise ValueError(f"{suite} {name}: a figure without a value needs a why")
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(
                json.dumps(
                    {"suite": suite, "name": name, "value": value, "n": n, **fields}, ensure_ascii=False
                )
                + "\n"
            )


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    return Figures(pytestconfig.rootpath / FILE)


def pytest_sessionstart(session: pytest.Session) -> None:
    # A run prints what it measured itself, never what an earlier one did.
    (session.config.rootpath / FILE).unlink(missing_ok=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    path = config.rootpath / FILE
    if not path.exists():
        return
    terminalreporter.section("figures")
    for line in table([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]):
        terminalreporter.write_line(line)


def table(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Lines of text, columns aligned, further fields behind as `name=value`."""
    cells = [
        [
            *(_shown(row.get(c)) for c in COLUMNS),
            " ".join(f"{k}={_shown(v)}" for k, v in row.items() if k not in COLUMNS),
        ]
        for row in rows
    ]
    cells.insert(0, [*COLUMNS, ""])
    widths = [max(len(row[i]) for row in cells) for i in range(len(COLUMNS))]
    return [
        "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in cells
    ]


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else "–" if value is None else str(value)
