"""Opening hours, holidays, and which agents are there (Z47)."""
from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from connectors.clock import to_iso
from connectors.zendesk.sandbox.answers import invalid

WEEK = 7 * 24 * 60  # minutes
STATUSES = ("online", "away", "transfers_only", "offline")


@dataclass(slots=True)
class Schedule:
    """`intervals`: (start, end) in minutes since Sunday 00:00 in `time_zone`; `holidays`: name, first and
    last day."""

    id: int
    name: str
    time_zone: str
    intervals: list[tuple[int, int]]
    created_us: int
    holidays: list[tuple[int, str, str, str]] = field(default_factory=list)

    def shape(self) -> dict[str, Any]:
        moment = to_iso(self.created_us)
        return {
            "id": self.id,
            "name": self.name,
            "time_zone": self.time_zone,
            "created_at": moment,
            "updated_at": moment,
            "intervals": [{"start_time": start, "end_time": end} for start, end in self.intervals],
        }


@dataclass(slots=True)
class Presence:
    """One agent on one channel."""

    agent_id: int
    channel: str
    status: str
    at_us: int


def checked(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Raises Refusal for an interval that is empty, outside of the week, or runs over the end of its day."""
    for start, end in intervals:
        within = 0 <= start < end <= WEEK
        if not within or start // (24 * 60) != (end - 1) // (24 * 60):
            raise invalid(intervals=f"Intervals: {start}-{end} must lie within one day of the week")
    return sorted(intervals)


def holiday(number: int, name: str, first: str, last: str) -> tuple[int, str, str, str]:
    """Raises Refusal for days that are none, or in the wrong order."""
    try:
        ordered = date.fromisoformat(first) <= date.fromisoformat(last)
    except ValueError:
        ordered = False
    if not ordered:
        raise invalid(start_date=f"Start date: {first} and {last} must be days, the earlier first")
    return number, name, first, last
