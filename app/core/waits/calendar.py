"""The open clock: when people work, and how much working time lies between two moments.

Zones, clock changes and closed dates live here and nowhere else. A wait is predicted in open seconds and
mapped back to the wall clock. All moments are microseconds UTC. Looking up a zone reads only the fixed time
zone data, so everything here is pure. A local time that a clock change skips is read by the old offset, one
that happens twice is its first (PEP 495, fold 0).
"""
from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from config.policy import Hours
from connectors.clock import DAY, SECOND

LOOK_AHEAD_DAYS = 60
MINUTES_OF_DAY = 24 * 60
MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_open(hours: Hours, at: int) -> bool:
    """Whether people work at this moment. A closing moment is already closed; hours without intervals are
    never open."""
    return any(True for _ in _windows(hours, at, at + 1))


def opens_at(hours: Hours, at: int) -> int | None:
    """The first open moment at or after `at`: `at` itself while open, None when nobody works within
    LOOK_AHEAD_DAYS."""
    return next((start for start, _ in _windows(hours, at, at + LOOK_AHEAD_DAYS * DAY)), None)


def next_closing(hours: Hours, at: int) -> int | None:
    """The end of the open stretch that contains `at`, or of the next one. None when none ends within
    LOOK_AHEAD_DAYS."""
    until = at + LOOK_AHEAD_DAYS * DAY
    end = next((end for _, end in _windows(hours, at, until)), until)
    return end if end < until else None


def open_seconds_between(hours: Hours, start: int, end: int) -> float:
    """Working time between two moments, in seconds; 0.0 when `end` is not after `start`."""
    return sum(closing - opening for opening, closing in _windows(hours, start, end)) / SECOND


def open_windows(hours: Hours, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The open stretches between two moments, clipped to them, oldest first."""
    return _windows(hours, start, end)


def after_open_seconds(hours: Hours, at: int, seconds: float) -> int | None:
    """The first moment by which `seconds` of working time have passed since `at`; None beyond
    LOOK_AHEAD_DAYS.

    A wait that ends exactly with the working day ends at its closing, not at the next opening; 0 seconds end
    at `at`. Raises ValueError on negative seconds.
    """
    if seconds < 0:
        raise ValueError(f"a wait cannot be negative: {seconds} seconds")
    if seconds > LOOK_AHEAD_DAYS * DAY / SECOND:
        return None
    left = round(seconds * SECOND)
    if left == 0:
        return at
    for opening, closing in _windows(hours, at, at + LOOK_AHEAD_DAYS * DAY):
        if left <= closing - opening:
            return opening + left
        left -= closing - opening
    return None


def last_closing_of_day(hours: Hours, day: date) -> int | None:
    """When the last people leave on this local date, midnight at the latest; None on a day nobody works."""
    return max((end for _, end in _day(hours, day)), default=None)


def works_on(hours: Hours, weekday: int) -> bool:
    """Whether the week's plan has working time on this weekday (Monday 0), closed dates aside."""
    return bool(_parts(hours, weekday))


def working_day_seconds(hours: Hours) -> float:
    """The mean working time of a day that has any, in seconds; 0.0 for hours without intervals."""
    days = [parts for parts in (_parts(hours, weekday) for weekday in range(7)) if parts]
    return (
        60.0 * sum(end - start for parts in days for start, end in _merged(parts)) / len(days)
        if days
        else 0.0
    )


def working_days_a_week(hours: Hours) -> int:
    return sum(works_on(hours, weekday) for weekday in range(7))


def week_plan(hours: Hours) -> dict[int, tuple[tuple[int, int], ...]]:
    """The shifts by the weekday they begin on (Monday 0), in minutes of that day; a night shift ends past
    1440.

    What lasts a day or longer is cut at midnights. Days without work are left out.
    """
    plan: dict[int, tuple[tuple[int, int], ...]] = {}
    for start, end in _shifts(hours):
        while start < end:
            midnight = start - start % MINUTES_OF_DAY
            # A night shift stays whole; only what would be told as "9:00 to 9:00" is cut.
            until = end if end - start < MINUTES_OF_DAY else min(end, midnight + MINUTES_OF_DAY)
            day = midnight // MINUTES_OF_DAY % 7
            plan[day] = (*plan.get(day, ()), (start - midnight, until - midnight))
            start = until
    return {day: tuple(sorted(plan[day])) for day in sorted(plan)}


def local(at: int, zone: ZoneInfo) -> datetime:
    """The moment as a clock in this zone shows it."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)


def moment(day: date, minute: int, zone: ZoneInfo) -> int:
    """Microseconds UTC of a local wall time, `minute` counted from the date's midnight (1440 is the next
    midnight)."""
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    return (wall.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)


def _windows(hours: Hours, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Open stretches clipped to [start, end), oldest first; stretches that touch are one, so midnight does
    not close a team that stays."""
    if not hours.intervals or end <= start:
        return
    zone = ZoneInfo(hours.time_zone)
    day, last = local(start, zone).date(), local(end, zone).date()
    pending: tuple[int, int] | None = None
    while day <= last:
        for opening, closing in _day(hours, day):
            opening, closing = max(opening, start), min(closing, end)
            if opening >= closing:
                continue
            if pending is not None and opening <= pending[1]:
                pending = (pending[0], max(pending[1], closing))
                continue
            if pending is not None:
                yield pending
            pending = (opening, closing)
        day += timedelta(days=1)
    if pending is not None:
        yield pending


@lru_cache(maxsize=1_024)  # one wait looks at the same days again and again, and so does the next
def _day(hours: Hours, day: date) -> tuple[tuple[int, int], ...]:
    if day.isoformat() in hours.closed:
        return ()
    zone = ZoneInfo(hours.time_zone)
    return tuple(
        (moment(day, start, zone), moment(day, end, zone)) for start, end in _parts(hours, day.weekday())
    )


def _parts(hours: Hours, weekday: int) -> list[tuple[int, int]]:
    """The plan's working time of one weekday in minutes of that day; a night shift is cut at midnight, also
    over the week's end."""
    midnight = weekday * MINUTES_OF_DAY
    parts = []
    for start, end in hours.intervals:
        for week in (0, MINUTES_OF_WEEK):
            first, last = max(start - week - midnight, 0), min(end - week - midnight, MINUTES_OF_DAY)
            if first < last:
                parts.append((first, last))
    return sorted(parts)


def _shifts(hours: Hours) -> list[tuple[int, int]]:
    """The plan's unbroken stretches by their start in the week; the last may reach past the week's end."""
    starts = ((start % MINUTES_OF_WEEK, end - start) for start, end in hours.intervals if start < end)
    shifts = _merged(sorted((start, start + length) for start, length in starts))
    while len(shifts) > 1 and shifts[-1][1] >= MINUTES_OF_WEEK + shifts[0][0]:
        first, last = shifts.pop(0), shifts.pop()
        shifts.append((last[0], max(last[1], first[1] + MINUTES_OF_WEEK)))
    if shifts and shifts[-1][1] - shifts[-1][0] >= MINUTES_OF_WEEK:
        return [(0, MINUTES_OF_WEEK)]
    return shifts


def _merged(parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in parts:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
