"""Many histories at once, and their sums."""
from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import repeat

from tests.simulation.guards import BY_NAME, without
from tests.simulation.history import play

CHUNK = 2_500
Failing = tuple[int, dict[str, list[str]]]
KEEP = 2  # failing histories of each fault whose numbers are kept


@dataclass(slots=True)
class Sums:
    """`first` is the number of the first history with a fault, and `failing` some of them with what was
    wrong."""

    histories: int = 0
    window: Counter[str] = field(default_factory=Counter)
    open_for: list[int] = field(default_factory=list)
    answered: int = 0
    spoilt: int = 0  # histories with a fault
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    failing: list[Failing] = field(default_factory=list)

    @property
    def first(self) -> int | None:
        return self.failing[0][0] if self.failing else None

    def add(self, other: Sums) -> None:
        self.histories += other.histories
        self.window.update(other.window)
        self.open_for += other.open_for
        self.answered += other.answered
        self.spoilt += other.spoilt
        self.seconds += other.seconds
        self.faults.update(other.faults)
        self.failing = _some_of_each(sorted([*self.failing, *other.failing], key=lambda f: f[0]))


def _some_of_each(failing: list[Failing]) -> list[Failing]:
    seen: Counter[str] = Counter()
    kept = []
    for number, faults in failing:
        if any(seen[fault] < KEEP for fault in faults):
            kept.append((number, faults))
        seen.update(faults.keys())
    return kept


def play_chunk(
    desk: str, seed: int, start: int, count: int, guard: str | None = None, jumps: float | None = None
) -> Sums:
    sums, began = Sums(), time.perf_counter()
    with without(BY_NAME[guard] if guard else None, desk) as given:
        if jumps is not None:
            given = replace(given, jumps=jumps)
        for number in range(start, start + count):
            verdict = play(seed, number, given)
            sums.window.update(verdict.window)
            sums.open_for += verdict.open_for
            sums.answered += verdict.answered
            if verdict.faults:
                sums.spoilt += 1
                sums.faults.update({fault: len(why) for fault, why in verdict.faults.items()})
                sums.failing = _some_of_each([*sums.failing, (number, verdict.faults)])
    sums.histories, sums.seconds = count, time.perf_counter() - began
    return sums


def run(desk: str, seed: int, histories: int, processes: int = 1, jumps: float | None = None) -> Sums:
    """`histories` of them; `seconds` of the sums is the work of all processes together. `jumps`: the share of
    them in which our clocks jump, where it is not the setting's."""
    total = Sums()
    for part in _parts(desk, seed, histories, processes, jumps):
        total.add(part)
    return total


def _parts(
    desk: str, seed: int, histories: int, processes: int, jumps: float | None
) -> Iterator[Sums]:
    starts = range(0, histories, CHUNK)
    counts = [min(CHUNK, histories - s) for s in starts]
    if processes == 1:
        yield from map(play_chunk, repeat(desk), repeat(seed), starts, counts, repeat(None), repeat(jumps))
        return
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(
            play_chunk, repeat(desk), repeat(seed), starts, counts, repeat(None), repeat(jumps)
        )


def until_red(desk: str, seed: int, limit: int, guard: str, step: int = 500) -> Sums:
    """Play without the guard until something is wrong, or the limit is reached."""
    total = Sums()
    while total.histories < limit and not total.failing:
        total.add(play_chunk(desk, seed, total.histories, min(step, limit - total.histories), guard))
    return total


def story(
    desk: str, seed: int, number: int, guard: str | None = None, jumps: float | None = None
) -> str:
    """One history told line by line, for a person."""
    log: list[str] = []
    with without(BY_NAME[guard] if guard else None, desk) as given:
        given = given if jumps is None else replace(given, jumps=jumps)
        verdict = play(seed, number, given, log)
    wrong = [f"WRONG: {fault}: {why}" for fault, whys in verdict.faults.items() for why in whys]
    return "\n".join([f"{desk}, seed {seed}, history {number}", *log, *wrong])
