"""Rows of a source that were left out: each is named, with what would be right, and the others are read."""
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from connectors.clean import carriable, visible
from connectors.errors import ConnectorError

WHY_MAX = 300  # characters: a row may quote itself in its error, and a row may be long
NAME_MAX = 400
T = TypeVar("T")


class RowError(ValueError):
    """One row cannot be used; the message says what would be right. `line` is from 1, 0 when the whole row or
    file is meant."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True, slots=True)
class BadRow:
    """One row or file that was left out: where (`file`, `line` from 1, 0 when the whole file is meant) and
    why, for people."""

    file: str
    line: int
    why: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.why}" if self.line else f"{self.file}: {self.why}"


def bad_row(file: str, line: int, error: Exception) -> BadRow:
    """What is told of a row that could not be read: one line of clean text, whatever the row held."""
    if isinstance(error, RowError):
        return BadRow(one_line(file, NAME_MAX), error.line or line, one_line(str(error), WHY_MAX))
    return BadRow(one_line(file, NAME_MAX), line, f"cannot be read ({type(error).__name__}): look at it, "
                                                  f"and leave out what is unusual")


def one_line(text: str, most: int) -> str:
    """At most that many characters on one line, nothing hidden in them; "…" where something was cut."""
    clean = " ".join(visible(carriable(text[: 2 * most])).split())
    return clean if len(clean) <= most and len(text) <= 2 * most else f"{clean[: most - 1]}…"


def desk_place(row: object) -> str:
    """Where a person finds an article of a desk: by its number there."""
    number = row.get("id") if isinstance(row, Mapping) else None
    return f"article {number}" if isinstance(number, int | str) else "an article without a number"


class RowReader:
    """Reads the rows of one source one by one; what a row raises becomes its entry in `bad`."""

    def __init__(self) -> None:
        self.bad: list[BadRow] = []

    def read(self, file: str, line: int, make: Callable[[], T]) -> Iterator[T]:
        """What `make` returns, or nothing and an entry in `bad`. A call to the desk that fails is no fault of
        the row: ConnectorError passes."""
        try:
            made = make()
        except ConnectorError:
            raise
        except Exception as error:
            # Any error at all: one row of a stranger's making must not keep the others from being read.
            self.bad.append(bad_row(file, line, error))
            return
        yield made
