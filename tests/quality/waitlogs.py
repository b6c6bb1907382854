"""Queue logs in the columns of the suites -> events, hours and the admin's word.

What is read here is what a desk could know. `truth.csv`, which a simulator may write beside `tickets.csv`,
is not: see `waitoracle`.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.policy import Hours, Team
from connectors.clock import SECOND, from_iso
from tests.emit import Emit
from tests.quality.rows import each

BANDS = {"urgent": 0, "high": 1, "normal": 2}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = Hours("UTC", ((0, 7 * 1440),))
REAL_START = from_iso("2020-01-06T00:00:00Z")  # those logs count seconds from their first arrival

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One ticket. `left` None: it waited still at the end. `depth`: how many waited, by the log's count."""

    id: str
    arrived: int
    left: int | None
    replied: bool
    band: int
    depth: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """One queue: its tickets by arrival, when people work, what an admin would say, when it was closed."""

    group: str
    items: tuple[Item, ...]
    hours: Hours
    team: Team
    end: int


def events(log: Log) -> list[tuple[int, int, Item]]:
    """(moment, kind, ticket) in order of time. 0: exit, 1: arrival, 2: exit in the moment of arrival."""
    found = [(item.arrived, 1, number, item) for number, item in enumerate(log.items)]
    for number, item in enumerate(log.items):
        if item.left is not None:
            found.append((item.left, 0 if item.left > item.arrived else 2, number, item))
    return [(at, kind, item) for at, kind, _, item in sorted(found, key=lambda event: event[:3])]


def desk_logs(emit: Emit, suite: str, folder: Path) -> list[Log]:
    """A log for each group of `calendar.json`; rows that cannot be are named and left out."""
    calendars = json.loads((folder / "calendar.json").read_text(encoding="utf-8"))
    items: dict[str, list[Item]] = {group: [] for group in calendars}
    for row, item in each(emit, suite, _rows(folder / "tickets.csv", "ticket_id"), _once(_of_desk)):
        items[row["group"]].append(item)
    return [_log(group, items[group], *_calendar(group, calendars[group])) for group in sorted(calendars)]


def real_log(emit: Emit, suite: str, folder: Path) -> tuple[Log, frozenset[str]]:
    """The log of `train.csv` and `eval.csv`, and the ids of eval, which alone are scored.

    No calendar is known: the clock never closes.
    """
    item_of = _once(_of_seconds)
    trained = [item for _, item in each(emit, suite, _rows(folder / "train.csv", "id"), item_of)]
    asked = [item for _, item in each(emit, suite, _rows(folder / "eval.csv", "id"), item_of)]
    closed = max((item.left for item in (*trained, *asked) if item.left is not None), default=0)
    log = _log(folder.name, [*trained, *asked], ALWAYS, Team(folder.name))
    return Log(log.group, log.items, log.hours, log.team, max(log.end, closed)), frozenset(
        item.id for item in asked
    )


def _rows(file: Path, key: str) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [{"id": row[key], **row} for row in csv.DictReader(lines)]


def _once(item_of: Callable[[Raw], Item]) -> Callable[[Raw], Item]:
    """`item_of`, with a ValueError for a reply before its question and for a ticket that comes twice."""
    known: set[str] = set()

    def checked(row: Raw) -> Item:
        item = item_of(row)
        if item.left is not None and item.left < item.arrived:
            raise ValueError("it left before it came")
        if item.id in known:
            raise ValueError("it is in the log already")
        known.add(item.id)
        return item

    return checked


def _of_desk(row: Raw) -> Item:
    left = from_iso(row["exit_at"]) if row["exit_at"] else None
    return Item(
        row["id"],
        from_iso(row["created_at"]),
        left,
        row["exit_kind"] == "human_reply",
        BANDS[row["priority"]],
    )


def _of_seconds(row: Raw) -> Item:
    arrived, until = (REAL_START + int(row[name]) * SECOND for name in ("arrival_s", "reply_s"))
    ended = row["ended"] == "1"
    return Item(row["id"], arrived, until if ended else None, ended, 2, int(row["depth_at_arrival"]))


def _log(group: str, items: Iterable[Item], hours: Hours, team: Team) -> Log:
    ordered = tuple(sorted(items, key=lambda item: item.arrived))
    return Log(group, ordered, hours, team, max((item.left or item.arrived for item in ordered), default=0))


def _calendar(group: str, calendar: Mapping[str, Any]) -> tuple[Hours, Team]:
    weekly = calendar["weekly"]
    spans = [
        (DAYS.index(day) * 1440 + _minute(a), DAYS.index(day) * 1440 + _minute(b))
        for day, parts in weekly.items()
        for a, b in parts
    ]
    hours = Hours(str(calendar["timezone"]), tuple(sorted(spans)), frozenset(calendar["holidays"]))
    return hours, Team(group, float(calendar["agents_usual"]), float(calendar["admin_handle_minutes"]))


def _minute(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
