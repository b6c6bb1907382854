"""`waits_simulator`: theory, the time of one estimate, logs of our own kinds. Runs by name, without data.

The simulator writes its log into files, as any log lies in files; what else it knows is in `truth.csv`.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from app.core.waits import Queue, forecast
from config.policy import Hours, Team
from connectors.clock import SECOND
from tests.emit import Emit, say
from tests.quality.waitdesigns import put_kept
from tests.quality.waitlogs import desk_logs
from tests.quality.waitplay import LEARNED, play
from tests.quality.waits import desk
from tests.quality.waitscores import score
from tests.quality.waitsimulated import write
from tests.quality.waittheory import theory

ONLY_BY_NAME = True  # minutes of replay: not part of the default run
SUITE = "waits_simulator"
SEEDS = (11, 12)


def suites(data: Path) -> list[str]:
    return [SUITE]


def run(emit: Emit, data: Path, suites: Sequence[str], var: Path) -> None:
    if not suites:
        return
    theory(emit)
    small, large = (_seconds(count) for count in (100, 10_000))
    emit(
        SUITE,
        "wait_estimate_10k_vs_100",
        large / small,
        200,
        baseline="100_waiting_ms",
        baseline_value=small * 1e3,
    )
    for seed in SEEDS:
        say(f"{SUITE}: playing the log of seed {seed}")
        folder = write(var / SUITE / str(seed), seed)
        if seed == SEEDS[0]:
            _wrong_minutes(emit, folder)
        desk(emit, SUITE, folder, seed)


def _wrong_minutes(emit: Emit, folder: Path) -> None:
    """The learned estimator's cold start, the admin being wrong."""
    for wrong in (0.5, 2.0):
        logs = desk_logs(emit, SUITE, folder)
        found = score([told for log in logs for told in play(log, factor=wrong)[20:300]])
        fields = {"group": "all", "band": "first_20_to_300", "minutes_wrong_by": wrong, "design": LEARNED}
        put_kept(emit, SUITE, found, fields | {"seed": SEEDS[0]})


def _seconds(count: int) -> float:
    """One forecast with so many waiting, after the same history: the best of five rounds of 40."""
    hours = Hours("Europe/London", tuple((day * 1440 + 540, day * 1440 + 1020) for day in range(5)))
    queue, at = Queue(hours, Team("x", 4, 20), 5), 1_770_022_800 * SECOND
    for n in range(count):
        queue.arrive(str(n), at + n)
    best = float("inf")
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(40):
            forecast(queue, str(count // 2), at + count)
        best = min(best, (time.perf_counter() - began) / 40)
    return best
