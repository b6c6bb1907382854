"""Which words of a message stand in other messages of its ticket, and how they are blanked so that every
other word keeps its place."""
from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from app.core.reading.places import READ_MAX

EARLIER_MESSAGES = 20  # of a ticket, the newest, are compared
QUOTED_RUN = 5  # words in a row that also stand in another message are a quote of it

_WORD = re.compile(r"\w+")

Runs = Collection[tuple[str, ...]]


def runs_of(texts: Iterable[str]) -> Runs:
    """Every run of QUOTED_RUN words of the texts, whatever breaks and quote marks stand between them."""
    found: set[tuple[str, ...]] = set()
    for text in texts:
        spoken = _WORD.findall(text[:READ_MAX].casefold())
        found.update(zip(*(spoken[n:] for n in range(QUOTED_RUN)), strict=False))
    return frozenset(found)


def repeated(text: str, runs: Runs) -> list[tuple[int, int]]:
    """The places of the text that stand in one of the runs; they may overlap."""
    spoken = [(m.group().casefold(), m.start(), m.end()) for m in _WORD.finditer(text)]
    return [
        (spoken[n][1], spoken[n + QUOTED_RUN - 1][2])
        for n in range(len(spoken) - QUOTED_RUN + 1)
        if tuple(word for word, _, _ in spoken[n : n + QUOTED_RUN]) in runs
    ]


def gaps(kept: Iterable[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """What lies between ranges in order, before the first and behind the last, up to the length."""
    between, place = [], 0
    for start, end in kept:
        between.append((place, start))
        place = end
    return [(a, b) for a, b in [*between, (place, length)] if a < b]


def blanked(text: str, gone: Iterable[tuple[int, int]]) -> str:
    """The text with blanks in those places; line ends stay."""
    letters = list(text)
    for start, end in gone:
        letters[start:end] = [c if c == "\n" else " " for c in letters[start:end]]
    return "".join(letters)
