"""The open clock, with literals for the awkward days and properties for all the others."""
from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.waits.calendar import (
    LOOK_AHEAD_DAYS,
    MINUTES_OF_WEEK,
    after_open_seconds,
    is_open,
    last_closing_of_day,
    local,
    next_closing,
    open_seconds_between,
    opens_at,
    working_day_seconds,
    working_days_a_week,
)
from config.policy import Hours
from connectors.clock import DAY, MINUTE, SECOND, from_iso

HOUR_S = 3600.0


def week(*days: int, start: int = 9 * 60, end: int = 17 * 60) -> tuple[tuple[int, int], ...]:
    return tuple((day * 1440 + start, day * 1440 + end) for day in days)


def at(zone: str, text: str) -> int:
    """Microseconds of a local wall time."""
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    return (wall - datetime(1970, 1, 1, tzinfo=UTC)) // (datetime.resolution)


LONDON = Hours("Europe/London", week(0, 1, 2, 3, 4))
ROUND_THE_CLOCK = Hours("Europe/London", ((0, MINUTES_OF_WEEK),))
NIGHT_SHIFT = Hours("Europe/Paris", tuple((d * 1440 + 22 * 60, d * 1440 + 30 * 60) for d in range(7)))
NEVER = Hours("Europe/London", ())


def test_a_closing_moment_is_closed_and_an_opening_moment_is_open() -> None:
    assert is_open(LONDON, at("Europe/London", "2026-05-12 09:00"))
    assert is_open(LONDON, at("Europe/London", "2026-05-12 16:59:59"))
    assert not is_open(LONDON, at("Europe/London", "2026-05-12 17:00"))
    assert not is_open(LONDON, at("Europe/London", "2026-05-12 08:59:59"))


def test_the_weekend_is_skipped_to_monday_morning() -> None:
    friday_evening = at("Europe/London", "2026-05-15 18:00")
    assert opens_at(LONDON, friday_evening) == at("Europe/London", "2026-05-18 09:00")
    assert next_closing(LONDON, friday_evening) == at("Europe/London", "2026-05-18 17:00")


def test_while_open_the_opening_is_now() -> None:
    now = at("Europe/London", "2026-05-12 11:07:13")
    assert opens_at(LONDON, now) == now
    assert next_closing(LONDON, now) == at("Europe/London", "2026-05-12 17:00")


def test_a_closed_date_is_skipped_on_the_local_calendar() -> None:
    auckland = Hours("Pacific/Auckland", week(0, 1, 2, 3, 4), frozenset({"2026-05-12"}))
    # 12 May in Auckland begins on 11 May UTC.
    assert opens_at(auckland, from_iso("2026-05-11T21:30:00Z")) == at("Pacific/Auckland", "2026-05-13 09:00")


def test_hours_without_intervals_are_never_open() -> None:
    now = from_iso("2026-05-12T10:00:00Z")
    assert not is_open(NEVER, now)
    assert (
        opens_at(NEVER, now) is None
        and next_closing(NEVER, now) is None
        and after_open_seconds(NEVER, now, 1) is None
    )
    assert open_seconds_between(NEVER, now, now + 30 * DAY) == 0
    assert working_day_seconds(NEVER) == 0 and working_days_a_week(NEVER) == 0


def test_a_team_that_stays_over_midnight_does_not_close_there() -> None:
    now = at("Europe/London", "2026-05-12 23:30")
    assert next_closing(ROUND_THE_CLOCK, now) is None
    assert after_open_seconds(ROUND_THE_CLOCK, now, 2 * HOUR_S) == now + 120 * MINUTE
    tuesday_night = at("Europe/Paris", "2026-05-12 23:30")
    assert next_closing(NIGHT_SHIFT, tuesday_night) == at("Europe/Paris", "2026-05-13 06:00")


def test_a_night_shift_over_the_end_of_the_week_reaches_into_monday() -> None:
    assert is_open(NIGHT_SHIFT, at("Europe/Paris", "2026-05-18 05:59"))
    assert not is_open(NIGHT_SHIFT, at("Europe/Paris", "2026-05-18 06:00"))


@pytest.mark.parametrize(("day", "hours_open"), [("2026-03-28", 8), ("2026-03-29", 7), ("2026-10-24", 8),
("2026-10-25", 9)])
def test_a_night_with_a_clock_change_is_an_hour_shorter_or_longer(day: str, hours_open: int) -> None:
    noon = at("Europe/Paris", f"{day} 12:00")
    assert open_seconds_between(NIGHT_SHIFT, noon - DAY, noon) == hours_open * HOUR_S


def test_opening_keeps_to_the_wall_clock_across_a_clock_change() -> None:
    daily = Hours("Europe/London", week(*range(7)))
    assert opens_at(daily, from_iso("2026-03-28T20:00:00Z")) == from_iso("2026-03-29T08:00:00Z")
    assert opens_at(daily, from_iso("2026-03-27T20:00:00Z")) == from_iso("2026-03-28T09:00:00Z")


def test_a_wait_that_fills_the_day_ends_at_its_closing() -> None:
    morning = at("Europe/London", "2026-05-12 09:00")
    closing = at("Europe/London", "2026-05-12 17:00")
    assert after_open_seconds(LONDON, morning, 8 * HOUR_S) == closing
    assert after_open_seconds(LONDON, morning, 8 * HOUR_S + 60) == at("Europe/London", "2026-05-13 09:01")
    assert after_open_seconds(LONDON, closing, 0) == closing


def test_beyond_the_look_ahead_there_is_no_answer() -> None:
    now = from_iso("2026-05-12T10:00:00Z")
    assert after_open_seconds(LONDON, now, (LOOK_AHEAD_DAYS + 1) * 24 * HOUR_S) is None
    assert after_open_seconds(LONDON, now, LOOK_AHEAD_DAYS * 20 * HOUR_S) is None
    away = frozenset(
        date.fromordinal(date(2026, 5, 12).toordinal() + d).isoformat() for d in range(LOOK_AHEAD_DAYS + 2)
    )
    assert opens_at(Hours("Europe/London", week(0, 1, 2, 3, 4), away), now) is None


def test_a_negative_wait_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        after_open_seconds(LONDON, 0, -1)


def test_overlapping_intervals_are_counted_once() -> None:
    twice = Hours("Europe/London", (*week(0), *week(0, start=8 * 60, end=12 * 60)))
    assert working_day_seconds(twice) == 9 * HOUR_S
    assert (
        open_seconds_between(twice, from_iso("2026-05-11T00:00:00Z"), from_iso("2026-05-12T00:00:00Z"))
        == 9 * HOUR_S
    )


def test_a_day_ends_at_midnight_at_the_latest() -> None:
    assert last_closing_of_day(NIGHT_SHIFT, date(2026, 5, 12)) == at("Europe/Paris", "2026-05-13 00:00")
    assert last_closing_of_day(LONDON, date(2026, 5, 16)) is None


# Properties. Zones with changes in both hemispheres, at midnight, by half an hour, and none at all.
zones = st.sampled_from(
    ["Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Kathmandu", "UTC"]
)
starts = st.integers(0, MINUTES_OF_WEEK - 1)
intervals = st.lists(
    st.tuples(starts, st.integers(15, 20 * 60)).map(lambda pair: (pair[0], pair[0] + pair[1])),
    min_size=1,
    max_size=6,
)
changes = [
    from_iso(f"2026-{day}T00:00:00Z") for day in ("03-08", "03-29", "04-04", "10-03", "10-25", "11-01")
]
moments = st.one_of(
    st.integers(from_iso("2026-01-01T00:00:00Z"), from_iso("2027-01-01T00:00:00Z")),
    st.tuples(st.sampled_from(changes), st.integers(-DAY, DAY)).map(sum),
)
plans = st.builds(lambda zone, plan: Hours(zone, tuple(plan)), zones, intervals)


@given(plans, moments, st.integers(0, 5 * DAY))
def test_open_time_maps_to_the_wall_clock_and_back(hours: Hours, now: int, wall: int) -> None:
    seconds = open_seconds_between(hours, now, now + wall)
    reached = after_open_seconds(hours, now, seconds)
    assert reached is not None and reached <= now + wall
    assert open_seconds_between(hours, now, reached) == seconds
    # Nothing but closed time lies between the two.
    assert open_seconds_between(hours, reached, now + wall) == 0


@given(plans, moments, st.floats(0, 12 * HOUR_S), st.floats(0, 12 * HOUR_S))
def test_a_longer_wait_never_ends_earlier(hours: Hours, now: int, one: float, other: float) -> None:
    short, long = (after_open_seconds(hours, now, seconds) for seconds in sorted((one, other)))
    assert long is None or (short is not None and now <= short <= long)


@given(plans, moments, st.integers(0, 3 * DAY), st.integers(0, 3 * DAY))
def test_open_time_adds_up(hours: Hours, now: int, first: int, second: int) -> None:
    whole = open_seconds_between(hours, now, now + first + second)
    parts = open_seconds_between(hours, now, now + first) + open_seconds_between(
        hours, now + first, now + first + second
    )
    assert whole == pytest.approx(parts, abs=1e-6) and 0 <= whole <= (first + second) / SECOND


@given(plans, moments)
def test_the_next_opening_is_open_and_all_before_it_is_closed(hours: Hours, now: int) -> None:
    opening = opens_at(hours, now)
    assert opening is not None and is_open(hours, opening)
    assert open_seconds_between(hours, now, opening) == 0
    closing = next_closing(hours, now)
    assert closing is None or (
        closing > opening and not is_open(hours, closing) and is_open(hours, closing - 1)
    )


@given(st.builds(lambda zone, plan: Hours(zone, tuple(plan)), st.just("Asia/Kathmandu"), intervals), moments)
def test_open_is_what_the_clock_on_the_wall_says(hours: Hours, now: int) -> None:
    wall = local(now, ZoneInfo(hours.time_zone))
    minute = wall.weekday() * 1440 + wall.hour * 60 + wall.minute
    assert is_open(hours, now) == any(
        start <= m < end for start, end in hours.intervals for m in (minute, minute + MINUTES_OF_WEEK)
    )
