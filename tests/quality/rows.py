"""Rows of a suite. A line that cannot be read, and a row that breaks what is measured on it, cost that row
and never the run."""
from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tests.emit import Emit, say

Row = dict[str, Any]
Found = TypeVar("Found")


def read(file: Path) -> list[Row]:
    """The rows of a jsonl file. A line that is no JSON object is named by file and line, and left out."""
    found: list[Row] = []
    # Not splitlines: it also breaks at characters that may stand inside a JSON string.
    for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
        except ValueError as error:
            say(f"left out: {file.parent.name}/{file.name}:{number}: {type(error).__name__}")
            continue
        if isinstance(row, dict):
            found.append(row)
        else:
            say(f"left out: {file.parent.name}/{file.name}:{number}: no JSON object")
    return found


def read_or_none(file: Path) -> list[Row]:
    """The rows of a file that a suite may lack; none when it does."""
    return read(file) if file.exists() else []


def each(
    emit: Emit, suite: str, rows: Iterable[Mapping[str, Any]], do: Callable[[Mapping[str, Any]], Found]
) -> Iterator[tuple[Mapping[str, Any], Found]]:
    """(row, do(row)) for every row on which `do` does not raise.

    One that raises is named by its id, with the type of the error and where it came from, and counted in the
    suite's `rows_broken`.
    """
    for number, row in enumerate(rows, 1):
        emit.tried[suite] += 1
        try:
            found = do(row)
        except Exception as error:
            emit.broken[suite] += 1
            say(f"broken: {suite} {row.get('id', f'row {number}')}: {_what(error)}")
        else:
            yield row, found


def labelled(
    emit: Emit, suite: str, rows: Iterable[Mapping[str, Any]], *fields: str
) -> list[Mapping[str, Any]]:
    """The rows that have a text and these fields; the others are broken ones."""
    return [
        row
        for row, _ in each(
            emit, suite, rows, lambda row: (str.strip(row["text"]), *(row[field] for field in fields))
        )
    ]


def broken(emit: Emit) -> None:
    """`rows_broken` of each suite whose rows went through `each`."""
    for suite, tried in sorted(emit.tried.items()):
        emit(suite, "rows_broken", emit.broken[suite], tried)


def _what(error: Exception) -> str:
    """Type and place, never the message: that may quote the row."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"
