"""Queue logs in the columns of the suites -> events, hours and the admin's word for the estimator that the workers use."""
from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from config.policy import Hours, Team
from connectors.clock import SECOND, from_iso

BANDS = {"urgent": 0, "high": 1, "normal": 2}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = Hours("UTC", ((0, 7 * 1440),))


@dataclass(frozen=True, slots=True)
class Item:
    """One ticket of a log. `left` None: it waited still when the log was closed."""

    id: str
    arrived: int
    left: int | None
    replied: bool
    band: int


@dataclass(frozen=True, slots=True)
class Log:
    """One queue: its tickets in order of arrival, when people work, what an admin would say, and when the log was closed."""

    group: str
    items: tuple[Item, ...]
    hours: Hours
    team: Team
    end: int


def events(log: Log) -> list[tuple[int, int, Item]]:
    """(moment, 0 exit or 1 arrival, ticket) in order of time."""
    found = [(item.arrived, 1, item) for item in log.items]
    found += [(item.left, 0, item) for item in log.items if item.left is not None]
    return sorted(found, key=lambda event: (event[0], event[1], event[2].id))


def desk_logs(folder: Path) -> list[Log]:
    """Of `tickets.csv` and `calendar.json`, a log for each group."""
    calendars = json.loads((folder / "calendar.json").read_text(encoding="utf-8"))
    with (folder / "tickets.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [_desk_log(group, calendar, [row for row in rows if row["group"] == group]) for group, calendar in sorted(calendars.items())]


def real_log(folder: Path) -> tuple[Log, int]:
    """Of `train.csv` and `eval.csv`, the log and how many rows are for training. No calendar is known: the clock never closes."""
    rows: list[dict[str, str]] = []
    counts = []
    for name in ("train.csv", "eval.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            rows += csv.DictReader(file)
        counts.append(len(rows))
    start = from_iso("2020-01-06T00:00:00Z")
    items = tuple(
        Item(row["id"], start + int(row["arrival_s"]) * SECOND, start + int(row["reply_s"]) * SECOND if row["ended"] == "1" else None,
             row["ended"] == "1", 2)
        for row in rows
    )
    end = start + max(int(row["reply_s"]) for row in rows) * SECOND
    return Log(folder.name, items, ALWAYS, Team(folder.name), end), counts[0]


def _desk_log(group: str, calendar: dict[str, object], rows: Iterable[dict[str, str]]) -> Log:
    weekly, holidays = calendar["weekly"], calendar["holidays"]
    assert isinstance(weekly, dict)
    assert isinstance(holidays, list)
    spans = [(DAYS.index(day) * 1440 + _minute(a), DAYS.index(day) * 1440 + _minute(b)) for day, parts in weekly.items() for a, b in parts]
    hours = Hours(str(calendar["timezone"]), tuple(sorted(spans)), frozenset(holidays))
    items = tuple(
        Item(row["ticket_id"], from_iso(row["created_at"]), from_iso(row["exit_at"]) if row["exit_at"] else None,
             row["exit_kind"] == "human_reply", BANDS[row["priority"]])
        for row in rows
    )
    team = Team(group, float(str(calendar["agents_usual"])), float(str(calendar["admin_handle_minutes"])))
    end = max((item.left or item.arrived for item in items), default=0)
    return Log(group, items, hours, team, end)


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
