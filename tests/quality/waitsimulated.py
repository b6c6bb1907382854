"""Our own queue logs: people with hours, days and a half-staffed week; customers who come at all hours, some
urgent, some who leave.

`write` leaves them as files in the columns of `waits_sample`. What no desk could know goes to `truth.csv`
alone, and no estimator and no scoring imports this module: they read the files.
"""
from __future__ import annotations

import csv
import json
import random
from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.waits.calendar import after_open_seconds
from app.core.waits.learned.openclock import OpenClock
from config.policy import Hours
from connectors.clock import DAY, HOUR, SECOND, from_iso, to_iso

FIRST = from_iso("2026-01-05T00:00:00Z")
WEEKS, HALF_WEEK, NEW_FROM = 16, 13, 11  # as in the sample: the odd weeks have the same numbers


@dataclass(frozen=True, slots=True)
class Kind:
    """One group: how many work, how many tickets a day come, how long each takes, and how often the oldest is
    taken."""

    name: str
    zone: str
    closes: int
    agents: int
    per_day: float
    minutes: float
    oldest: float
    weeks_before: int = 0


TICKETS = ("ticket_id", "created_at", "group", "priority", "first_human_reply_at", "exit_at", "exit_kind")
TRUTH = ("ticket_id", "picked_up_at", "handling_seconds")
PRIORITIES = ("urgent", "high", "normal")  # by band
KINDS = (
    Kind("billing", "Europe/London", 17, 4, 44.0, 32.0, 0.95),
    Kind("tech", "America/New_York", 18, 2, 18.0, 42.0, 0.25),
    Kind("returns", "Europe/London", 18, 2, 30.0, 24.0, 1.0, NEW_FROM),
)


@dataclass(frozen=True, slots=True)
class Lived:
    """One ticket with its truth. `left` None: it waited still at the end, perhaps `picked` up already, but
    without a reply."""

    arrived: int
    band: int
    left: int | None
    replied: bool
    picked: int | None = None
    handling_seconds: float | None = None


def write(folder: Path, seed: int) -> Path:
    """`tickets.csv`, `calendar.json` and `truth.csv` of every kind; the same seed writes the same files.
    Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    lived = sorted(
        ((ticket, kind.name) for kind in KINDS for ticket in live(kind, rng)),
        key=lambda row: (row[0].arrived, row[1]),
    )
    tickets, truth = [], []
    for number, (ticket, group) in enumerate(lived, 1):
        left = "" if ticket.left is None else to_iso(ticket.left)
        kind = "open" if ticket.left is None else "human_reply" if ticket.replied else "closed_no_reply"
        tickets.append(
            (
                number,
                to_iso(ticket.arrived),
                group,
                PRIORITIES[ticket.band],
                left if ticket.replied else "",
                left,
                kind,
            )
        )
        truth.append((number, "" if ticket.picked is None else to_iso(ticket.picked),
                      "" if ticket.handling_seconds is None else round(ticket.handling_seconds)))
    _write(folder / "tickets.csv", TICKETS, tickets)
    _write(folder / "truth.csv", TRUTH, truth)
    (folder / "calendar.json").write_text(
        json.dumps({kind.name: _calendar(kind) for kind in KINDS}, indent=1), encoding="utf-8"
    )
    return folder


def _write(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows((columns, *rows))


def _calendar(kind: Kind) -> dict[str, object]:
    weekly = {day: [["09:00", f"{kind.closes}:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    return {
        "timezone": kind.zone,
        "weekly": weekly,
        "holidays": [],
        "agents_usual": kind.agents,
        "admin_handle_minutes": kind.minutes,
    }


def live(kind: Kind, rng: random.Random) -> list[Lived]:
    """An agent takes a ticket, replies half-way through its handling and is busy to its end; work pauses
    while the team is closed."""
    hours = Hours(kind.zone, tuple((day * 1440 + 540, day * 1440 + 60 * kind.closes) for day in range(5)))
    start, end = FIRST + 7 * DAY * kind.weeks_before, FIRST + 7 * DAY * WEEKS
    came = _arrivals(kind, rng, start)
    clock = OpenClock(hours, start)
    bands = {at: rng.choices((0, 1, 2), (8, 12, 80))[0] for at in came}
    gone = {
        at: at + round(HOUR * 20 * rng.lognormvariate(0, 1.1)) if rng.random() < 0.2 else end for at in came
    }
    free = [0.0] * kind.agents
    line: list[tuple[int, int]] = []
    lived: dict[int, Lived] = {}
    coming = list(came)
    while coming or line:
        at_open = min(free[: _present(kind, _wall(hours, start, min(free)))])
        agent = free.index(at_open)
        now = _wall(hours, start, at_open)
        while coming and clock.seconds(coming[0]) <= at_open:
            moment = coming.pop(0)
            insort(line, (bands[moment], moment))
        for band, moment in [waiting for waiting in line if gone[waiting[1]] <= now]:
            line.remove((band, moment))
            lived[moment] = Lived(moment, band, _whole(gone[moment]) if gone[moment] < end else None, False)
        if not line:
            if not coming:
                break
            free[agent] = max(clock.seconds(coming[0]), at_open + 1.0)
            continue
        top = [waiting for waiting in line if waiting[0] == line[0][0]]
        band, moment = top[0] if rng.random() < kind.oldest else rng.choice(top)
        line.remove((band, moment))
        handling = 60 * kind.minutes * rng.lognormvariate(-0.5, 1.0)
        replied = max(_whole(_wall(hours, start, at_open + 0.5 * handling)), moment)
        lived[moment] = Lived(
            moment, band, replied if replied < end else None, replied < end, _whole(now), handling
        )
        free[agent] = at_open + handling
    for band, moment in line:
        lived[moment] = Lived(moment, band, None, False)
    return [lived[moment] for moment in sorted(lived)]


def _whole(at: int) -> int:
    """Desks date by the second."""
    return at // SECOND * SECOND


def _arrivals(kind: Kind, rng: random.Random, start: int) -> list[int]:
    came: set[int] = set()
    for day in range(7 * (WEEKS - kind.weeks_before)):
        mean = kind.per_day * (0.25 if day % 7 > 4 else 1.2 if day % 7 == 0 else 1.0)
        # Poisson by exponential gaps; five in seven come while people work.
        at = rng.expovariate(mean)
        while at < 1.0:
            hour = (
                9 + (kind.closes - 9) * rng.betavariate(1.6, 1.8)
                if rng.random() < 0.72
                else rng.uniform(0, 24)
            )
            came.add(start + day * DAY + round(hour * 3600) * SECOND)
            at += rng.expovariate(mean)
    return sorted(came)


def _present(kind: Kind, at: int) -> int:
    week = (at - FIRST) // (7 * DAY) + 1
    return max(kind.agents // 2, 1) if week == HALF_WEEK and kind.name != "returns" else kind.agents


def _wall(hours: Hours, start: int, seconds: float) -> int:
    """After so much working time; walks in steps, since the calendar looks ahead only so far."""
    return _Walls.of(hours, start).at(seconds)


class _Walls:
    """Where each working hour of a calendar lies, laid out once."""

    _known: dict[tuple[Hours, int], _Walls] = {}

    def __init__(self, hours: Hours, start: int) -> None:
        self.hours, self.points = hours, [start]

    @classmethod
    def of(cls, hours: Hours, start: int) -> _Walls:
        return cls._known.setdefault((hours, start), cls(hours, start))

    def at(self, seconds: float) -> int:
        hour, rest = divmod(seconds, 3600.0)
        while len(self.points) <= hour:
            self.points.append(
                after_open_seconds(self.hours, self.points[-1], 3600.0) or self.points[-1] + HOUR
            )
        return after_open_seconds(self.hours, self.points[int(hour)], rest) or self.points[int(hour)]
