"""`python -m tests.simulation`: histories by the seed, figures as JSON lines on stdout, a table on stderr."""
from __future__ import annotations

import argparse
import sys
import time

from tests.emit import Emit, say
from tests.simulation.checker import FAULTS
from tests.simulation.guards import GUARDS, IN_DEPTH, Guard
from tests.simulation.runner import Sums, run, story, until_red

DESKS = ("zendesk", "freshdesk")
# What the customer, the ticket's owner and the agent would see; everything else is told beside it.
FIGURES = ("duplicates", "lost", "over_human")
GUARD_LIMIT = 40_000


def main() -> int:
    asked = _arguments()
    emit = Emit()
    desks = DESKS if asked.desk == "both" else (asked.desk,)
    if asked.story is not None:
        print(story(desks[0], asked.seed, asked.story, asked.guard))
        return 0
    red = False
    for desk in desks:
        began = time.perf_counter()
        sums = run(desk, asked.seed, asked.histories, asked.processes)
        figures(emit, desk, asked.seed, sums, time.perf_counter() - began)
        red |= bool(sums.failing)
        for number, faults in sums.failing:
            say(f"\n{story(desk, asked.seed, number)}\n")
            say(f"{desk} seed {asked.seed} history {number}: {', '.join(faults)}")
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
        # A person's reply between our last look and our call: the desk cannot refuse what comes after it.
        emit("simulation", "over_human_in_window", sums.window, sums.histories, desk=desk, seed=seed)
    emit("simulation", "seconds", seconds, sums.histories, desk=desk, seed=seed, unit="s")


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
