"""`python -m tests.simulation`: histories by the seed, figures as JSON lines on stdout, a table on stderr."""
from __future__ import annotations

import argparse
import sys
import time

from tests.emit import Emit, say
from tests.simulation.checker import FAULTS, FORBIDS
from tests.simulation.guards import GUARDS, IN_DEPTH, Guard
from tests.simulation.runner import Sums, run, story, until_red

DESKS = ("zendesk", "freshdesk")
# What the customer, the ticket's owner and the agent would see; everything else is told beside it.
FIGURES = ("duplicates", "lost", "over_human", "over_takeover", "over_solve", "over_next_step")
GUARD_LIMIT = 40_000
# Share of histories in which our clocks jump by minutes. A fence withstands it; without one it is a run of
# its own, in which no more than this share may go wrong.
JUMPS = {"zendesk": 0.05, "freshdesk": 0.0}
PART_WITH_JUMPS = 20
MOST_SPOILT_BY_JUMPS = 0.01


def main() -> int:
    asked = _arguments()
    emit = Emit()
    desks = DESKS if asked.desk == "both" else (asked.desk,)
    if asked.story is not None:
        print(story(desks[0], asked.seed, asked.story, asked.guard, JUMPS[desks[0]]))
        return 0
    red = False
    for desk in desks:
        began = time.perf_counter()
        jumps = JUMPS[desk]
        sums = run(desk, asked.seed, asked.histories, asked.processes, jumps)
        figures(emit, desk, asked.seed, sums, time.perf_counter() - began)
        red |= bool(sums.failing)
        for number, faults in sums.failing:
            say(f"\n{story(desk, asked.seed, number, jumps=jumps)}\n")
            say(f"{desk} seed {asked.seed} history {number}: {', '.join(faults)}")
    if "freshdesk" in desks:
        red |= not _with_jumps(emit, asked.seed, asked.histories // PART_WITH_JUMPS, asked.processes)
    if asked.guards:
        for guard in GUARDS:
            red |= not _leave_out(emit, guard, asked.seed, asked.guard_limit)
        for guard in IN_DEPTH:
            _leave_out(emit, guard, asked.seed, asked.guard_limit // 10, stands="behind another")
    emit.show()
    return 1 if red else 0


def figures(emit: Emit, desk: str, seed: int, sums: Sums, seconds: float) -> None:
    """The sums of one desk under the names other people's scripts read."""
    emit("simulation", "histories", sums.histories, sums.histories, desk=desk, seed=seed)
    for name in FIGURES:
        emit("simulation", name, sums.faults[name], sums.histories, desk=desk, seed=seed)
    emit(
        "simulation",
        "other_faults",
        sum(sums.faults[f] for f in FAULTS if f not in FIGURES),
        sums.histories,
        desk=desk,
        seed=seed,
    )
    if desk == "freshdesk":
        # What a person does between our last look and the commit: the desk cannot refuse what comes after it.
        for name in sorted(set(FORBIDS.values())):
            emit("simulation", f"{name}_in_window", sums.window[name], sums.histories, desk=desk, seed=seed)
        times = sorted(t / 1_000_000 for t in sums.open_for) or [0.0]
        for name, part in (("window_p50", 0.5), ("window_p99", 0.99), ("window_longest", 1.0)):
            at = min(len(times) - 1, int(part * len(times)))
            emit("simulation", name, times[at], len(sums.open_for), desk=desk, seed=seed, unit="s")
    emit("simulation", "seconds", seconds, sums.histories, desk=desk, seed=seed, unit="s")


def _with_jumps(emit: Emit, seed: int, histories: int, processes: int) -> bool:
    """True when no more went wrong than is stated."""
    sums = run("freshdesk", seed, histories, processes, jumps=1.0)
    for name in (*FIGURES, "record_differs"):
        emit("simulation_jumps", name, sums.faults[name], histories, desk="freshdesk", seed=seed)
    bar = f"<= {MOST_SPOILT_BY_JUMPS}"
    share = sums.spoilt / max(1, histories)
    emit("simulation_jumps", "spoilt", share, histories, desk="freshdesk", seed=seed, bar=bar)
    return share <= MOST_SPOILT_BY_JUMPS


def _leave_out(emit: Emit, guard: Guard, seed: int, limit: int, stands: str | None = None) -> bool:
    """True when the run without the guard went red."""
    sums = until_red(guard.desk, seed, limit, guard.name)
    suite = "guards" if stands is None else "guards_in_depth"
    emit(
        suite,
        "violations_without",
        sum(sums.faults.values()),
        sums.histories,
        guard=guard.name,
        desk=guard.desk,
        seed=seed,
        first_history=sums.first,
        seen=", ".join(sorted(sums.faults)) or None,
        stands=stands,
    )
    return bool(sums.failing)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--histories", type=int, default=50_000, help="per desk")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--desk", choices=(*DESKS, "both"), default="both")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument(
        "--guards", action="store_true", help="also leave out each guard in turn; each must turn a run red"
    )
    parser.add_argument(
        "--guard-limit",
        type=int,
        default=GUARD_LIMIT,
        help="histories after which a guard counts as not needed",
    )
    parser.add_argument("--story", type=int, metavar="NUMBER", help="tell this one history and nothing else")
    parser.add_argument("--guard", help="with --story: the guard to leave out")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
