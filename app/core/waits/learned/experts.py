"""Other estimates beside the drain of the queue: what waits were lately, what they were under a similar load,
and how far the drain was off.

Waits are open seconds. A row that has not ended is censored at its age: leaving it out would flatter every
growing backlog.
"""
from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

# open seconds added to both sides of a ratio: seconds of difference in a short wait mean nothing
CALM = 300.0
LEAST_STRETCH, CAP = -2.5, math.log(6.0)
STRETCH_FROM, RECENT_FROM, SIMILAR_FROM = 20, 30, 60
RECENT, SIMILAR = 200, 100


@dataclass(slots=True)
class Row:
    """One ticket as an expert sees it: what was believed when it came, and what became of it."""

    number: int
    band: int
    arrived: float  # on the open clock
    median: float
    bound: float  # the raw drain's
    wait: float | None = None  # until it left; None: waits still
    replied: bool = False  # how it left
    load: float = field(init=False)

    def __post_init__(self) -> None:
        self.load = math.log(self.median + 1.0)  # once: the whole memory is searched by it for every newcomer

    def seen(self, now: float) -> tuple[float, bool]:
        """The wait so far, and whether it ended with a person's reply."""
        return (max(now - self.arrived, 0.0), False) if self.wait is None else (self.wait, self.replied)


def kaplan_meier(rows: Iterable[tuple[float, bool]], share: float) -> float | None:
    """The wait that this share (0-1) of people stays within; None when too many have not ended to tell. Rows:
    (wait, ended)."""
    ordered = sorted(rows, key=lambda row: (row[0], not row[1]))
    at_risk, survival = len(ordered), 1.0
    for wait, ended in ordered:
        if ended:
            survival *= 1.0 - 1.0 / at_risk
            if survival <= 1.0 - share + 1e-9:
                return wait
        at_risk -= 1
    return None


def conformal_rank(count: int, level: float) -> int:
    """Which of `count` scores in rising order covers 1 - level of what comes next; may be count + 1: none
    does."""
    return math.ceil((count + 1) * (1.0 - level) - 1e-9)


def stretch(rows: Sequence[Row], now: float, level: float) -> float | None:
    """By what the drain's bound must be stretched, as a logarithm within the cap; None before there are
    enough outcomes."""
    scores = []
    for row in rows:
        wait, replied = row.seen(now)
        # Whoever left without a reply, or waits within the bound, says nothing yet.
        if replied or wait > row.bound:
            scores.append(math.log((wait + CALM) / (row.bound + CALM)))
    if len(scores) < STRETCH_FROM:
        return None
    scores.sort()
    rank = conformal_rank(len(scores), level)
    return CAP if rank > len(scores) else min(max(scores[rank - 1], LEAST_STRETCH), CAP)


def stretched(bound: float, by: float) -> float:
    return max((bound + CALM) * math.exp(by) - CALM, 0.0)


def recent(rows: Sequence[Row], now: float, level: float) -> float | None:
    if len(rows) < RECENT_FROM:
        return None
    return kaplan_meier((row.seen(now) for row in rows[-RECENT:]), 1.0 - level)


def similar(rows: Sequence[Row], now: float, level: float, median: float, band: int) -> float | None:
    """The rows that came to a load like this one's."""
    if len(rows) < SIMILAR_FROM:
        return None
    count, here = len(rows), math.log(median + 1.0)
    distances = [
        (abs(row.load - here) + (0.7 if row.band != band else 0.0) + 0.3 * (count - index) / count, index)
        for index, row in enumerate(rows)
    ]
    far = heapq.nsmallest(SIMILAR, distances)
    return kaplan_meier((rows[index].seen(now) for _, index in far), 1.0 - level)
