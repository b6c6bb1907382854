"""A against B in one run: pairs, order swapped each round, the first dropped, the median of the pairs'
ratios. CPU time throughout."""
from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """A / B: the median over the pairs with its range, and what each took (median seconds of CPU)."""

    median: float
    low: float
    high: float
    a: float
    b: float
    rounds: int

    def fields(self) -> dict[str, float]:
        return {
            "lowest": self.low,
            "highest": self.high,
            "cpu_s": self.a,
            "baseline_cpu_s": self.b,
            "load": os.getloadavg()[0],
        }


def compare(a: Callable[[], object], b: Callable[[], object], rounds: int = 5) -> Ratio:
    """Time both in this process."""
    return of_pairs(lambda: cpu_of(a), lambda: cpu_of(b), rounds)


def of_pairs(a: Callable[[], float], b: Callable[[], float], rounds: int = 5, warm_up: int = 1) -> Ratio:
    """The same with functions that measure themselves (another process, say) and return seconds."""
    pairs = []
    for number in range(rounds + warm_up):
        if number % 2:
            second = b()
            first = a()
        else:
            first = a()
            second = b()
        if number >= warm_up:
            pairs.append((first, second))
    ratios = [x / y for x, y in pairs]
    middle = statistics.median
    return Ratio(
        middle(ratios),
        min(ratios),
        max(ratios),
        middle(x for x, _ in pairs),
        middle(y for _, y in pairs),
        rounds,
    )


def cpu_of(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
