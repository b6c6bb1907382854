"""Suites of queue logs: promises kept, beside what products in use would have said of the same tickets.

`waits_sample` has a calendar and groups; any other `waits_*` folder has `train.csv` and `eval.csv`, and runs
on a clock that never closes. `waitdesigns` prints what every design would have told; what is printed here is
the learned estimator on weeks without a surge, a stall or missing staff. Its constants were chosen on other
seeds than those told here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from connectors.clock import DAY, HOUR
from tests.emit import Emit, say
from tests.quality.waitbands import bands
from tests.quality.waitcharts import promised_against_real
from tests.quality.waitdesigns import (
    as_told,
    put,
    put_against,
    put_kept,
    put_mean,
    put_notices,
    put_pinball,
    put_share,
)
from tests.quality.waitlogs import desk_logs, real_log
from tests.quality.waitoracle import mean_handling
from tests.quality.waitplay import LEARNED, PRODUCTS, RAW_DRAIN, Told, play
from tests.quality.waitscores import answered_by, score

ODD_WEEKS = {
    "billing": {9, 10, 13, 14},
    "tech": {6, 9, 10, 13, 14},
    "returns": {13, 14},
}  # surge, half staff, stall day and what follows
HALF_WEEK = 13
LEAVE_OUT = {"billing": 200, "tech": 200, "returns": 20}
NO_LOG = (
    "not among the suites, for it may not be handed on: give it as a folder waits_… (train.csv, eval.csv)"
)
NOT_AT_HAND = (
    "B1 bank_point_mse_vs_ql",
    "B2 bank_kept_share",
    "B3 bank_pinball",
    "B4 italy_kept_and_pinball",
)


def suites(data: Path) -> list[str]:
    """Every folder `waits_*` in a known form."""
    return [
        p.name
        for p in sorted(data.glob("waits_*"))
        if (p / "tickets.csv").exists() or (p / "eval.csv").exists()
    ]


def run(emit: Emit, data: Path, suites: Sequence[str], var: Path) -> None:
    for name in suites:
        say(f"{name}: playing the log")
        if (data / name / "tickets.csv").exists():
            desk(emit, name, data / name)
        else:
            _real(emit, name, data / name)
    if suites:
        for bar in NOT_AT_HAND:
            emit("waits_logs", bar.split()[1], None, 0, bar=bar.split()[0], why=NO_LOG)


def desk(emit: Emit, suite: str, folder: Path, seed: int | None = None) -> None:
    """A log with groups. The designs are told the tickets only; its truth goes to the oracle's formula."""
    logs = desk_logs(emit, suite, folder)
    truth = mean_handling(folder, logs)
    played = {log.group: play(log, oracle_seconds=truth.get(log.group)) for log in logs}
    as_told(emit, suite, played, seed)
    normal_weeks(emit, suite, played, seed)
    _chart(
        emit,
        suite if seed is None else f"{suite}_{seed}",
        [told for rows in played.values() for told in rows],
    )


def normal_weeks(
    emit: Emit, suite: str, played: Mapping[str, Sequence[Told]], seed: int | None = None
) -> None:
    """The learned estimator: normal weeks by group and band, the weeks that were not, cold start, notices."""
    everything: list[Told] = []
    for group, rows in played.items():
        week = _weeks(rows, 12 if group == "returns" else 1)
        odd = ODD_WEEKS.get(group, set())
        normal = [told for told in rows[LEAVE_OUT.get(group, 200) :] if week[told.item.id] not in odd]
        everything += normal
        fields = {"group": group, "seed": seed, "design": LEARNED}
        calm = fields | {"weeks": "normal"}
        _learned(emit, suite, normal, calm)
        for band, part in bands(normal):
            put_kept(emit, suite, score(part), calm | {"band": band})
        put_kept(emit, suite, score(rows[20:300]), fields | {"band": "first_20_to_300"})
        half = [told for told in rows if week[told.item.id] == HALF_WEEK]
        if half and group != "returns":
            _half(emit, suite, half, fields | {"weeks": "half_staff"})
    calm = {"group": "all", "seed": seed, "design": LEARNED, "weeks": "normal"}
    put_kept(emit, suite, score(everything), calm)
    for band, part in bands(everything):
        if band.startswith("queue") or band == "out_of_hours":
            put_kept(emit, suite, score(part), calm | {"band": band})
    put_notices(emit, suite, everything, calm)


def _weeks(rows: Sequence[Told], first: int) -> dict[str, int]:
    """The week of each ticket by its arrival, counted from the log's own `first`."""
    # A few hours are added: local Mondays begin before UTC's.
    moments = {told.item.id: told.item.arrived + 6 * HOUR for told in rows}
    earliest = min(moments.values(), default=0)
    monday = earliest - (earliest + 3 * DAY) % (7 * DAY)  # day 0 of the epoch was a Thursday
    return {name: (at - monday) // (7 * DAY) + first for name, at in moments.items()}


def _learned(emit: Emit, suite: str, rows: Sequence[Told], fields: Mapping[str, object]) -> None:
    found, rolling = score(rows), score(answered_by(rows, (LEARNED, "rolling_p90")), "rolling_p90")
    put_kept(emit, suite, found, fields)
    put_share(emit, suite, "answered_share", found.offered, rows, fields)
    put_mean(emit, suite, found, fields)
    put_pinball(emit, suite, found, {**fields, "baseline": "rolling_p90", "baseline_value": rolling.pinball})
    for other in ("rolling_p90", RAW_DRAIN):
        put_against(emit, suite, rows, LEARNED, other, fields)
    for product in PRODUCTS:
        _product(
            emit, suite, rows, product, {name: value for name, value in fields.items() if name != "design"}
        )
    put_notices(emit, suite, rows, fields)


def _product(emit: Emit, suite: str, rows: Sequence[Told], name: str, fields: Mapping[str, object]) -> None:
    """A product's formula on the rows that ours answers too."""
    found, why = score(answered_by(rows, (LEARNED, name)), name), "the formula has no figure here"
    put(emit, suite, f"{name}_kept_share", found.share, found.n, why, fields)
    put(emit, suite, f"{name}_pinball", found.pinball, found.replied, why, {**fields, "unit": "s"})


def _half(emit: Emit, suite: str, rows: Sequence[Told], fields: Mapping[str, object]) -> None:
    found = score(rows)
    withheld = sum(told.bound is None for told in rows)
    put_kept(emit, suite, found, fields)
    ended = found.n + withheld
    put(
        emit,
        suite,
        "kept_or_withheld",
        (found.kept + withheld) / ended if ended else None,
        ended,
        "no end is known",
        fields,
    )
    put_share(emit, suite, "answered_share", found.offered, rows, fields)


def _real(emit: Emit, suite: str, folder: Path) -> None:
    log, asked = real_log(emit, suite, folder)
    rows = play(log, asked=asked)
    as_told(emit, suite, {"all": rows})
    fields = {"design": LEARNED}
    _learned(emit, suite, rows, fields)
    for band, part in bands(rows):
        if band.startswith(("queue", "waited")):
            put_kept(emit, suite, score(part), fields | {"band": band})
    _chart(emit, suite, rows)


def _chart(emit: Emit, name: str, rows: Sequence[Told]) -> None:
    if emit.charts is not None:
        promised_against_real(rows, emit.charts, name)
