"""The simulation of the send protocol, in pieces: each desk, a Freshdesk whose clients' clocks jump, and each
guard left out in turn."""
from __future__ import annotations

import time
from typing import Any

from tests.emit import Emit, say
from tests.simulation import __main__ as program
from tests.simulation.guards import GUARDS
from tests.simulation.runner import Sums, run, story, until_red

PROCESSES = 2
# So many pieces a desk's histories are cut into, each with a seed of its own.
SPLIT = 4
VARIANTS = ("jumps", "guards")  # beside the desks
MUST_BE_0 = (*program.FIGURES, "other_faults")


def share(variant: str, histories: int) -> int:
    """How many of a whole run's `histories` one piece of the variant plays; of guards, at most for each."""
    match variant:
        case "jumps":
            return max(1, histories // program.PART_WITH_JUMPS)
        case "guards":
            return min(histories, program.GUARD_LIMIT)
    return max(1, histories // SPLIT)


def piece(emit: Emit, variant: str, histories: int, seed: int) -> None:
    """Print the figures of one piece: a desk, or one of VARIANTS. `histories` of the whole run."""
    mine = share(variant, histories)
    match variant:
        case "jumps":
            _with_jumps(emit, mine, seed)
        case "guards":
            _guards(emit, mine, seed)
        case desk:
            _desk(emit, desk, mine, seed)


def _desk(emit: Emit, desk: str, histories: int, seed: int) -> None:
    """Not one history may be wrong."""
    began, jumps = time.perf_counter(), program.JUMPS[desk]
    sums = run(desk, seed, histories, PROCESSES, jumps)
    program.figures(_Barred(emit), desk, seed, sums, time.perf_counter() - began)
    _tell(desk, seed, sums, jumps)


def _with_jumps(emit: Emit, histories: int, seed: int) -> None:
    """Our clocks jump by minutes in each history, at a desk without a fence: no more than the stated share
    may be wrong."""
    sums = run("freshdesk", seed, histories, PROCESSES, jumps=1.0)
    where = {"desk": "freshdesk", "seed": seed}
    for name in (*program.FIGURES, "record_differs"):
        emit("simulation_jumps", name, sums.faults[name], histories, **where)
    emit(
        "simulation_jumps",
        "spoilt",
        sums.spoilt / histories,
        histories,
        bar=f"<= {program.MOST_SPOILT_BY_JUMPS}",
        histories_spoilt=sums.spoilt,
        **where,
    )


def _guards(emit: Emit, limit: int, seed: int) -> None:
    """Each must turn a run red when it alone is left out."""
    for guard in GUARDS:
        sums = until_red(guard.desk, seed, limit, guard.name)
        emit(
            "guards",
            "histories_red_without",
            sums.spoilt,
            sums.histories,
            bar=">= 1",
            guard=guard.name,
            desk=guard.desk,
            seed=seed,
            first_history=sums.first,
            seen=", ".join(sorted(sums.faults)) or None,
        )


def _tell(desk: str, seed: int, sums: Sums, jumps: float) -> None:
    for number, faults in sums.failing:
        say(f"\n{story(desk, seed, number, jumps=jumps)}\n")
        say(f"{desk} seed {seed} history {number}: {', '.join(faults)}")


class _Barred(Emit):
    """The simulation's figures as they are, with the bar 0 on each that counts a fault."""

    def __init__(self, emit: Emit) -> None:
        super().__init__(emit.charts)
        self._emit = emit

    def __call__(self, suite: str, name: str, value: float | None, n: int, **fields: Any) -> None:
        self._emit(suite, name, value, n, bar="0" if name in MUST_BE_0 else None, **fields)
