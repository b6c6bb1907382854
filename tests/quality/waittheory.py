"""M/M/s by simulation beside theory: the error of the queue-length estimate is known exactly, and Erlang's C
who has to wait."""
from __future__ import annotations

import heapq
import math
import random
import statistics
from dataclasses import dataclass

from tests.emit import Emit

SERVERS, LOAD, ARRIVALS, RUNS = 100, 0.95, 100_000, 5
WARM_UP = 5_000


@dataclass(frozen=True, slots=True)
class Run:
    """Of those who had to wait: mean squared errors of the queue-length and last-to-enter-service estimates,
    and their share."""

    ql: float
    les: float
    waited: float


def erlang_c(servers: int, load: float) -> float:
    """The chance that an arrival waits in M/M/s; `load` is per server, below 1."""
    offered = servers * load
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = offered * blocked / (n + offered * blocked)
    return blocked / (1 - load * (1 - blocked))


def exact_ql(servers: int, load: float) -> float:
    """E[n + 1 | waits] / s^2: each of n + 1 steps is exponential with rate s (service rate 1), and n is
    geometric."""
    return 1.0 / (1.0 - load) / servers**2


def simulate(seed: int, servers: int = SERVERS, load: float = LOAD, arrivals: int = ARRIVALS) -> Run:
    """First come first served, by the recursion on when servers get free."""
    rng = random.Random(seed)
    free = [0.0] * servers
    starts: list[tuple[float, float]] = []  # (start of service, wait) in order of start, of those who waited
    clock = last = 0.0
    waiting: list[float] = []  # starts still to come
    entered = 0
    ql: list[float] = []
    les: list[float] = []
    for n in range(arrivals):
        clock += rng.expovariate(servers * load)
        start = max(clock, free[0])
        heapq.heapreplace(free, start + rng.expovariate(1.0))
        while waiting and waiting[0] <= clock:
            heapq.heappop(waiting)
        while entered < len(starts) and starts[entered][0] <= clock:
            last = starts[entered][1]
            entered += 1
        wait = start - clock
        if wait > 0:
            if n > WARM_UP:
                ql.append((wait - (len(waiting) + 1) / servers) ** 2)
                les.append((wait - last) ** 2)
            heapq.heappush(waiting, start)
        starts.append((start, wait))
    return Run(statistics.fmean(ql), statistics.fmean(les), len(ql) / (arrivals - WARM_UP))


def theory(emit: Emit, runs: int = RUNS) -> None:
    """The interval is a t interval over independent runs."""
    found = [simulate(seed) for seed in range(runs)]
    errors = [run.ql for run in found]
    half = (
        2.776 * statistics.stdev(errors) / math.sqrt(runs)
        if runs == 5
        else 4.303 * statistics.stdev(errors) / math.sqrt(runs)
    )
    mean = statistics.fmean(errors)
    fields = {"servers": SERVERS, "load": LOAD}
    emit(
        "waits_simulator",
        "ql_mse",
        mean,
        runs * ARRIVALS,
        low=mean - half,
        high=mean + half,
        baseline="exact",
        baseline_value=exact_ql(SERVERS, LOAD),
        milli=mean * 1e3,
        milli_low=(mean - half) * 1e3,
        milli_high=(mean + half) * 1e3,
        **fields,
    )
    emit(
        "waits_simulator",
        "les_over_ql",
        statistics.fmean([run.les for run in found]) / mean,
        runs * ARRIVALS,
        baseline="theory",
        baseline_value=2.0,
        **fields,
    )
    emit(
        "waits_simulator",
        "waited_share",
        statistics.fmean([run.waited for run in found]),
        runs * ARRIVALS,
        baseline="erlang_c",
        baseline_value=erlang_c(SERVERS, LOAD),
        **fields,
    )
