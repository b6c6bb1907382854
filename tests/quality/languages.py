"""Suite `languages`: is the language of a message of a few words told, with the requester's locale as
evidence and without. Rows of our own that were written apart from the code that tells it, and that nothing is
fitted on."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.core.tickets import ticket
from tests.emit import Emit
from tests.quality import intervals
from tests.quality.reading import read
from tests.quality.rows import Row, each
from tests.quality.rows import read as rows_of

SUITE = "languages"
ROWS = Path(__file__).parent / "languages" / "short.jsonl"


def suites(data: Path) -> list[str]:
    return [SUITE]


def run(emit: Emit, data: Path, names: Sequence[str], var: Path) -> None:
    rows = rows_of(ROWS)
    for locale in (True, False):
        found = [
            (row["lang"], right)
            for row, right in each(emit, SUITE, rows, lambda row, given=locale: _told(row, given))
        ]
        for lang in (None, *sorted({lang for lang, _ in found})):
            right = [hit for spoken, hit in found if lang in (None, spoken)]
            low, high = intervals.of_share(sum(right), len(right))
            fields = {} if lang is None else {"lang": lang}
            emit(
                SUITE,
                "right",
                sum(right) / len(right),
                len(right),
                locale="given" if locale else "none",
                low=low,
                high=high,
                **fields,
            )


def _told(row: Row, with_locale: bool) -> bool:
    """Whether the ticket is read in the language it is written in; without evidence it is read in the
    policy's default."""
    asked = ticket(row["text"])
    writer = replace(asked.requester, locale=row["locale"] if with_locale else None)
    asked = replace(
        asked, requester=writer, messages=tuple(replace(m, author=writer) for m in asked.messages)
    )
    return read(asked).language == row["lang"]
