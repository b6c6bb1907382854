"""A flood of forged deliveries is one line per minute, with a count."""
from __future__ import annotations

from collections.abc import Callable

from structlog.testing import capture_logs

from app.web.refusals import EVERY, KINDS, Refusals


def test_the_first_is_told_at_once_and_the_others_a_minute_later() -> None:
    refusals = Refusals()
    with capture_logs() as lines:
        for n in range(1000):
            refusals.note("larkfield", 401, "the signature does not fit", n)
        assert [line["count"] for line in lines] == [1]
        refusals.tell(EVERY - 1)
        assert len(lines) == 1
        refusals.tell(EVERY)
    assert [line["count"] for line in lines] == [1, 999]
    assert lines[1]["desk"] == "larkfield" and lines[1]["of_these"] == 999 and lines[1]["status"] == 401


def test_what_is_counted_within_a_minute_takes_no_more_room_than_a_hundred_kinds() -> None:
    refusals = Refusals()
    with capture_logs() as lines:
        for n in range(10 * KINDS):
            refusals.note("unknown", 400, f"why {n}", 1)
        refusals.tell(EVERY + 1)
    assert lines[1]["count"] == 10 * KINDS - 1 and lines[1]["desk"] == "others"


def test_without_refusals_nothing_is_told_and_a_clock_set_back_tells_again() -> None:
    refusals = Refusals()
    with capture_logs() as lines:
        refusals.tell(5)
        refusals.note("a", 401, "x", 10 * EVERY)
        refusals.note("a", 401, "x", 5)
    assert [line["count"] for line in lines] == [1, 1]


def test_what_is_still_counted_is_told_when_the_minute_is_over_although_nothing_more_comes() -> None:
    waits: list[tuple[float, Callable[[], None]]] = []
    refusals = Refusals(lambda seconds, act: waits.append((seconds, act)))
    with capture_logs() as lines:
        for n in range(5):
            refusals.note("larkfield", 401, "x", n * 1_000_000)
        [(seconds, act)] = waits
        assert seconds == 59.0
        act()
        assert [line["count"] for line in lines] == [1, 4]
        act()
        assert len(lines) == 2, "there is nothing more to tell"
        refusals.note("larkfield", 401, "x", EVERY + 1_000_000)
        assert len(lines) == 2 and len(waits) == 2, "the next minute has begun"
        refusals.tell_all()
    assert [line["count"] for line in lines] == [1, 4, 1]
