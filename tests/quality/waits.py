"""Suites of queue logs: promises kept, beside what products in use would have said of the same tickets.

`waits_sample` and the logs of `waits_simulator` have calendars and groups; `waits_helpdesk`, `waits_incidents` and any other `waits_*`
folder with `train.csv` and `eval.csv` run on a clock that never closes. The constants were chosen on other seeds than those told here.
"""
from __future__ import annotations

import random
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.core.waits import Queue, forecast
from config.policy import Hours, Team
from connectors.clock import DAY, HOUR, SECOND
from tests.emit import Emit, say
from tests.quality.intervals import of_share
from tests.quality.waitlogs import Log, desk_logs, real_log
from tests.quality.waitscores import BASELINES, Told, formula, notices, play, score
from tests.quality.waittheory import theory

ONLY_BY_NAME = True  # minutes of replay: not part of the default run
ODD_WEEKS = {"billing": {9, 10, 13, 14}, "tech": {6, 9, 10, 13, 14}, "returns": {13, 14}}  # surge, half staff, stall day and what follows
HALF_WEEK = 13
LEAVE_OUT = {"billing": 200, "tech": 200, "returns": 20}
NO_LOG = "the log may not be redistributed and is not among the suites: give it as a folder waits_… with train.csv and eval.csv"
NOT_AT_HAND = ("B1 bank_point_mse_vs_ql", "B2 bank_kept_share", "B3 bank_pinball", "B4 italy_kept_and_pinball")
SIMULATED_SEEDS = (11, 12)


def suites(data: Path) -> list[str]:
    """Every folder `waits_*` in a known form, and the simulator, which needs no data."""
    there = [p.name for p in sorted(data.glob("waits_*")) if (p / "tickets.csv").exists() or (p / "eval.csv").exists()]
    return [*there, "waits_simulator"]


def run(emit: Emit, data: Path, suites: Sequence[str], var: Path) -> None:
    for name in suites:
        say(f"{name}: playing the log")
        if name == "waits_simulator":
            _simulator(emit)
        elif (data / name / "tickets.csv").exists():
            desk(emit, name, desk_logs(data / name))
        else:
            _real(emit, name, data / name)
    if suites:
        for bar in NOT_AT_HAND:
            emit("waits_logs", bar.split()[1], None, 0, bar=bar.split()[0], why=NO_LOG)


def desk(emit: Emit, suite: str, logs: Iterable[Log], seed: int | None = None) -> None:
    """The figures of one set of groups: normal weeks by group and band, the weeks that were not, cold start, notices."""
    everything: list[Told] = []
    for log in logs:
        rows = play(log)
        week = _weeks(rows, 12 if log.group == "returns" else 1)
        normal = [told for told in rows[LEAVE_OUT.get(log.group, 200):] if week[told.item.id] not in ODD_WEEKS.get(log.group, set())]
        everything += normal
        _scored(emit, suite, normal, group=log.group, weeks="normal", seed=seed)
        for name in BASELINES:
            _baseline(emit, suite, normal, name, log.group, seed)
        for band, part in _bands(normal):
            _kept(emit, suite, part, group=log.group, band=band, weeks="normal", seed=seed)
        _kept(emit, suite, rows[20:300], group=log.group, band="first_20_to_300", seed=seed)
        half = [told for told in rows if week[told.item.id] == HALF_WEEK]
        if half and log.group != "returns":
            _half(emit, suite, half, log.group, seed)
        _notices(emit, suite, normal, log.group, seed)
    _kept(emit, suite, everything, group="all", weeks="normal", seed=seed)
    _kept(emit, suite, [told for told in everything if told.closed], group="all", band="out_of_hours", seed=seed)
    for label, part in _bands(everything):
        if label.startswith("queue"):
            _kept(emit, suite, part, group="all", band=label, weeks="normal", seed=seed)
    _notices(emit, suite, everything, "all", seed)


def _weeks(rows: Sequence[Told], first: int) -> dict[str, int]:
    """The week of each ticket by its arrival, the log's own first week given. A few hours are added: local Mondays begin before UTC's."""
    moments = {told.item.id: told.item.arrived + 6 * HOUR for told in rows}
    earliest = min(moments.values(), default=0)
    monday = earliest - (earliest + 3 * DAY) % (7 * DAY)  # day 0 of the epoch was a Thursday
    return {name: (at - monday) // (7 * DAY) + first for name, at in moments.items()}


def _scored(emit: Emit, suite: str, rows: Sequence[Told], **fields: object) -> None:
    found, raw, rolling = score(rows), score(rows, formula("raw")), score(rows, formula("rolling_p90"))
    _kept(emit, suite, rows, **fields)
    emit(suite, "answered_share", found.offered / max(len(rows), 1), len(rows), **fields)
    emit(suite, "mean_promise_s", found.mean, found.offered, **fields)
    emit(suite, "pinball", found.pinball, found.offered, unit="s", baseline="rolling_p90", baseline_value=rolling.pinball, **fields)
    for name, other in (("pinball_vs_rolling_p90", rolling), ("pinball_vs_raw_drain", raw)):
        if other.pinball > 0:
            emit(suite, name, found.pinball / other.pinball, found.offered, **fields)
        else:
            emit(suite, name, None, 0, why="no reply to score on", **fields)


def _kept(emit: Emit, suite: str, rows: Sequence[Told], **fields: object) -> None:
    found = score(rows)
    if not found.n:
        emit(suite, "kept_share", None, 0, why="no promise was told", **fields)
        return
    low, high = of_share(found.kept, found.n)
    emit(suite, "kept_share", found.kept / found.n, found.n, low=low, high=high, **fields)


def _baseline(emit: Emit, suite: str, rows: Sequence[Told], name: str, group: str, seed: int | None) -> None:
    found = score(rows, formula(name))
    fields = {"group": group, "weeks": "normal", "seed": seed}
    if not found.n:
        fields["why"] = "the formula has no figure: no agents or minutes known"
    emit(suite, f"{name}_kept_share", found.share, found.n, **fields)
    emit(suite, f"{name}_pinball", found.pinball if found.n else None, found.offered, unit="s", **fields)


def _half(emit: Emit, suite: str, rows: Sequence[Told], group: str, seed: int | None) -> None:
    found = score(rows)
    withheld = sum(told.bound is None for told in rows)
    fields = {"group": group, "weeks": "half_staff", "seed": seed}
    _kept(emit, suite, rows, **fields)
    emit(suite, "kept_or_withheld", (found.kept + withheld) / max(found.n + withheld, 1), found.n + withheld, **fields)
    emit(suite, "answered_share", found.offered / max(len(rows), 1), len(rows), **fields)


def _notices(emit: Emit, suite: str, rows: Sequence[Told], group: str, seed: int | None) -> None:
    found, fields = notices(rows), {"group": group, "seed": seed}
    emit(suite, "broken_without_notice", found.without, found.promises, **fields)
    emit(suite, "broken_small", found.small, found.promises, **fields)
    emit(suite, "broken_short", found.short, found.promises, **fields)
    emit(suite, "revised_share", found.mailed, found.promises, **fields)
    emit(suite, "needless_share", found.needless, found.mails, **fields, **({} if found.mails else {"why": "no revision was mailed"}))


def _bands(rows: Sequence[Told]) -> list[tuple[str, list[Told]]]:
    kinds = (
        ("queue_0_1", lambda t: t.ahead < 2), ("queue_2_4", lambda t: 2 <= t.ahead < 5), ("queue_5_9", lambda t: 5 <= t.ahead < 10),
        ("queue_10", lambda t: t.ahead >= 10), ("in_hours", lambda t: not t.closed), ("out_of_hours", lambda t: t.closed),
        ("urgent", lambda t: t.item.band == 0), ("high", lambda t: t.item.band == 1), ("normal", lambda t: t.item.band == 2),
        ("waited_5_min", lambda t: t.wait > 300),
    )
    found = [(label, [told for told in rows if belongs(told)]) for label, belongs in kinds]
    return [(label, part) for label, part in found if len(part) >= 20]


def _real(emit: Emit, suite: str, folder: Path) -> None:
    log, train = real_log(folder)
    rows = play(log)[train:]
    _scored(emit, suite, rows)
    for name in BASELINES:
        _baseline(emit, suite, rows, name, log.group, None)
    for band, part in _bands(rows):
        if band.startswith(("queue", "waited")):
            _kept(emit, suite, part, band=band)
    _notices(emit, suite, rows, log.group, None)


def _simulator(emit: Emit) -> None:
    theory(emit)
    small, large = (_seconds(count) for count in (100, 10_000))
    emit("waits_simulator", "wait_estimate_10k_vs_100", large / small, 200, baseline="100_waiting_ms", baseline_value=small * 1e3)
    for wrong in (0.5, 2.0):
        logs = desk_log_of_own(SIMULATED_SEEDS[0])
        kept = [told for log in logs for told in play(log, factor=wrong)[20:300]]
        _kept(emit, "waits_simulator", kept, band="first_20_to_300", group="all", minutes_wrong_by=wrong)
    for seed in SIMULATED_SEEDS:
        desk(emit, "waits_simulator", desk_log_of_own(seed), seed=seed)


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


def desk_log_of_own(seed: int) -> list[Log]:
    """A few weeks of our own simulated groups: in order and not, one of them new."""
    from tests.quality.waitsimulated import groups

    return groups(random.Random(seed))
