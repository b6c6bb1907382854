"""A mail as lines that are kept or cut, and the names of what is cut."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MAIL_MAX = 100_000  # characters of a mail that are looked at
LINE_MAX = 300

BLANK = " \t\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"

# What was cut, by name, in the order it is told.
QUOTE, FORWARDED, SIGNATURE, FOOTER, DISCLAIMER, SHORTENED = (
    "quote",
    "forwarded",
    "signature",
    "mobile_footer",
    "disclaimer",
    "shortened",
)
CUTS = (QUOTE, FORWARDED, SIGNATURE, FOOTER, DISCLAIMER, SHORTENED)


@dataclass(slots=True)
class Line:
    """One line of the mail. `mark`: set by a mail program around words, and nobody's words itself. `proven`
    says how sure the cut is."""

    start: int
    end: int
    text: str  # without the blanks at its ends, LINE_MAX characters at most
    long: bool
    kept: bool = True
    mark: bool = False
    proven: bool = True

    def cut(self, *, mark: bool = False, proven: bool = True) -> None:
        self.kept, self.mark, self.proven = False, mark, proven

    @property
    def words(self) -> int:
        return len(self.text.split())


def lines_of(text: str) -> list[Line]:
    found: list[Line] = []
    at = 0
    for line in text[:MAIL_MAX].splitlines(keepends=True):
        found.append(
            Line(
                at,
                at + len(line),
                line[: LINE_MAX + 100].strip(BLANK + "\r\n")[:LINE_MAX],
                len(line) > LINE_MAX,
            )
        )
        at += len(line)
    return found


def next_filled(lines: Sequence[Line], number: int) -> int | None:
    """The place of the first line from `number` on that holds anything; None where three empty ones follow
    each other."""
    return next((n for n in range(number, min(number + 3, len(lines))) if lines[n].text), None)
