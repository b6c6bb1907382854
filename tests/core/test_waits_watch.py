"""When a promise about to lapse is worth a mail: long enough, unlikely to be kept, and late by enough."""

from __future__ import annotations

import pytest

from app.core.verdicts import Wait
from app.core.waits.learned.watch import needs_notice
from config.policy import Hours
from connectors.clock import HOUR, MINUTE, SECOND, from_iso

ALWAYS = Hours("UTC", ((0, 7 * 1440),))
OFFICE = Hours("Europe/London", tuple((d * 1440 + 540, d * 1440 + 1020) for d in range(5)))
TOLD = from_iso("2026-05-11T08:00:00Z")  # a Monday, 9:00 in London
PROMISED = TOLD + 2 * HOUR
LOOK = TOLD + 108 * MINUTE  # nine tenths of it
UNLIKELY, LIKELY = 0.59, 0.6


def look(bound_at: int | None, *, at: int = LOOK) -> Wait:
    return Wait(None, None, bound_at, None if bound_at else "beyond_horizon", None, 3, at, "test")


def needs(
    again: Wait,
    *,
    told: int = TOLD,
    promised: int = PROMISED,
    hours: Hours = ALWAYS,
    in_time: float = UNLIKELY,
) -> bool:
    return needs_notice(again, told, promised, hours, in_time)


def test_a_promise_that_will_be_half_an_hour_late_is_revised():
    assert needs(look(PROMISED + 30 * MINUTE))
    assert not needs(look(PROMISED + 30 * MINUTE - SECOND))


def test_a_reply_that_is_likely_in_time_is_no_news():
    assert not needs(look(PROMISED + HOUR), in_time=LIKELY)


@pytest.mark.parametrize(("length", "mailed"), [(30 * MINUTE, True), (30 * MINUTE - SECOND, False)])
def test_a_promise_under_half_an_hour_is_never_revised(length, mailed):
    promised = TOLD + length
    assert needs(look(promised + 2 * HOUR, at=promised - MINUTE), promised=promised) is mailed


def test_half_of_a_short_promise_is_late_enough():
    promised = TOLD + 40 * MINUTE
    assert needs(look(promised + 20 * MINUTE, at=TOLD + 36 * MINUTE), promised=promised)
    assert not needs(look(promised + 19 * MINUTE, at=TOLD + 36 * MINUTE), promised=promised)


def test_a_reply_now_expected_earlier_is_no_mail():
    assert not needs(look(PROMISED - MINUTE))


def test_that_no_time_can_be_told_any_more_is_told():
    assert needs(look(None))
    assert not needs(look(None), in_time=LIKELY)


def test_a_promise_that_has_lapsed_is_not_revised():
    assert not needs(look(PROMISED + 24 * HOUR, at=PROMISED))


def test_only_working_time_counts():
    # Promised by five on Monday: nine on Tuesday is no work later, half past nine is half an hour of it.
    closing, opening = from_iso("2026-05-11T16:00:00Z"), from_iso("2026-05-12T08:00:00Z")
    at = closing - 48 * MINUTE
    assert not needs(look(opening, at=at), promised=closing, hours=OFFICE)
    assert needs(look(opening + 30 * MINUTE, at=at), promised=closing, hours=OFFICE)
    # Told at five on Monday for ten past nine on Tuesday: sixteen hours on the wall, ten minutes of work.
    soon = opening + 10 * MINUTE
    assert not needs(
        look(soon + 5 * HOUR, at=opening + 9 * MINUTE), told=closing, promised=soon, hours=OFFICE
    )
