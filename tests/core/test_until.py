"""When something shall end by itself, as admins write it."""
from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from app.core.deciding.until import UntilError, parse_until
from connectors.clock import DAY, HOUR, MINUTE, from_iso

NOW = from_iso("2026-10-24T12:00:00Z")  # the day before the clocks go back
LONDON = ZoneInfo("Europe/London")

MOMENTS = {
    "30m": NOW + 30 * MINUTE,
    "2h": NOW + 2 * HOUR,
    " 3 D ": NOW + 3 * DAY,
    "2026-10-24T14:30": from_iso("2026-10-24T13:30:00Z"),
    "2026-10-25 14:30": from_iso("2026-10-25T14:30:00Z"),
    "2026-10-25": from_iso("2026-10-24T23:00:00Z"),
    "2026-10-24T14:30+02:00": from_iso("2026-10-24T12:30:00Z"),
    "2026-10-24T14:30Z": from_iso("2026-10-24T14:30:00Z"),
}


@pytest.mark.parametrize("text", MOMENTS)
def test_a_duration_and_a_date_are_moments(text: str) -> None:
    assert parse_until(text, NOW, LONDON) == MOMENTS[text]


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_written_is_until_somebody_ends_it(text: str) -> None:
    assert parse_until(text, NOW, LONDON) is None


@pytest.mark.parametrize(("text", "said"), [
    ("soon", "write a duration such as 30m"), ("2w", "write a duration"), ("-2h", "write a duration"), ("٣h",
    "write a duration"),
    ("2026-13-01", "write a duration"), ("9999999h", "write a duration"), ("0h", "over already"),
    ("2026-10-24T12:59", "over already"),
    ("0001-01-01", "over already"), ("999999h", "more than a year"), ("9999-12-31T23:59", "more than a year"),
])
def test_what_is_no_moment_to_come_is_refused_with_what_to_write(text: str, said: str) -> None:
    with pytest.raises(UntilError, match=said):
        parse_until(text, NOW, LONDON)
