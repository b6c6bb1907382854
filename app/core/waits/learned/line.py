"""The waiting line of a queue, in the order they are expected to leave: by priority band, then by arrival.
Places and ranks without walking the line."""
from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`ahead`: tickets expected to leave first. `overtaken`: of those that came later, how many went or stand
    ahead by their priority."""

    ahead: int
    overtaken: int


REMEMBERED = 1_000  # arrivals kept beyond those of the waiting before old ones are let go


class Line:
    """One band's list holds (arrival number, ticket), oldest first. Bands are small numbers; the lowest goes
    first."""

    def __init__(self) -> None:
        self._bands: dict[int, list[tuple[int, str]]] = {}
        self._where: dict[str, tuple[int, int]] = {}
        # arrival numbers of each band, for what came after a ticket
        self._arrivals: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self._where)

    def __contains__(self, ticket: str) -> bool:
        return ticket in self._where

    def __iter__(self) -> Iterator[str]:
        return iter(self._where)

    def bands(self) -> list[int]:
        """The bands somebody waits in."""
        return sorted(band for band, row in self._bands.items() if row)

    def waiting_in(self, band: int) -> int:
        return len(self._bands.get(band, ()))

    def band_of(self, ticket: str) -> int:
        return self._where[ticket][0]

    def join(self, ticket: str, number: int, band: int) -> None:
        """`number` orders the arrivals of all bands; a later one is larger."""
        self._where[ticket] = (band, number)
        insort(self._bands.setdefault(band, []), (number, ticket))
        if not self._arrivals.get(band) or self._arrivals[band][-1] != number:
            self._arrivals.setdefault(band, []).append(number)

    def leave(self, ticket: str) -> None:
        band, number = self._where.pop(ticket)
        row = self._bands[band]
        del row[bisect_left(row, (number, ticket))]
        if sum(map(len, self._arrivals.values())) > 2 * len(self._where) + REMEMBERED:
            oldest = min((row[0][0] for row in self._bands.values() if row), default=None)
            # Nobody is left who could have been overtaken by what came before.
            self._arrivals = {
                b: [n for n in row if oldest is not None and n > oldest] for b, row in self._arrivals.items()
            }

    def before(self, band: int) -> int:
        """How many stand before a ticket that would join this band now."""
        return sum(len(row) for other, row in self._bands.items() if other <= band)

    def rank(self, ticket: str) -> int:
        """How many of its own band stand before it."""
        band, number = self._where[ticket]
        return bisect_left(self._bands[band], (number, ticket))

    def place(self, ticket: str) -> Place:
        """Raises KeyError for a ticket that does not wait."""
        band, number = self._where[ticket]
        higher = sum(len(row) for other, row in self._bands.items() if other < band)
        later = sum(
            len(row) - bisect_left(row, number) for other, row in self._arrivals.items() if other < band
        )
        return Place(higher + self.rank(ticket), later)

    def dump(self) -> dict[str, object]:
        return {
            "waiting": [[t, *self._where[t]] for t in self._where],
            "arrivals": [[b, row] for b, row in sorted(self._arrivals.items())],
        }

    def load(self, dumped: dict[str, list[list[object]]]) -> None:
        """Takes what `dump` gave; the line must be empty."""
        for ticket, band, number in dumped["waiting"]:
            self._where[str(ticket)] = (int(str(band)), int(str(number)))
        for kept, (band, number) in self._where.items():
            self._bands.setdefault(band, []).append((number, kept))
        for row in self._bands.values():
            row.sort()
        for dumped_band, numbers in dumped["arrivals"]:
            self._arrivals[int(str(dumped_band))] = [int(n) for n in numbers]  # type: ignore[attr-defined]
