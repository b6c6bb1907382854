"""The estimate: golden values of the day-one model, the rounding as it is spoken, and each true reason for
saying nothing."""
from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import gammainc
from scipy.stats import gamma

from app.core.verdicts import Wait
from app.core.waits import DEPTH_TOO_OLD, ENOUGH_REPLIES, Drain, estimate, round_up
from app.core.waits.calendar import (
    after_open_seconds,
    last_closing_of_day,
    local,
    open_seconds_between,
    opens_at,
    working_day_seconds,
)
from config.policy import Hours, Team
from connectors.clock import MINUTE, SECOND
from tests.core.test_calendar import LONDON, NEVER, NIGHT_SHIFT, ROUND_THE_CLOCK, at, moments, plans, week

THREE_PEOPLE = Team("Repairs", agents=3, minutes_per_ticket=20)  # nine an hour
UNTOLD = Team("Repairs")
TUESDAY_TEN = at("Europe/London", "2026-05-12 10:00")
FRIDAY_EVENING = at("Europe/London", "2026-05-15 18:10")


def wait(
    waiting: int | None = 4,
    *,
    team: Team = THREE_PEOPLE,
    hours: Hours = LONDON,
    now: int = TUESDAY_TEN,
    horizon: int = 5,
    replies: int = 0,
    stalled: float | None = None,
    depth_as_of: int | None = None,
) -> Wait:
    return estimate(
        waiting, team, hours, horizon, now, replies_seen=replies, stalled=stalled, depth_as_of=depth_as_of
    )


@pytest.mark.parametrize(("a", "b_minutes", "ahead", "minutes"), [
    (3, 20, 0, (.7, 5.2, 23.1)), (3, 20, 4, (13.5, 34.9, 97.9)), (3, 20, 9, (31.9, 72.3, 189.1)), (3, 20, 24,
    (87.9, 184.5, 461.6)),
    (63, 420, 0, (.7, 4.6, 15.6)), (63, 420, 4, (16.0, 31.3, 55.0)), (63, 420, 9, (40.6, 64.8, 98.6)), (63,
    420, 24, (121.1, 165.3, 222.8)),
])
def test_the_drain_model_gives_the_published_quantiles(
    a: float, b_minutes: float, ahead: int, minutes: tuple[float, ...]
) -> None:
    found = tuple(Drain(a, b_minutes * 60).wait_seconds(ahead, share) / 60 for share in (.1, .5, .9))
    assert tuple(round(value, 1) for value in found) == minutes


def test_an_empty_queue_has_the_closed_form_exactly() -> None:
    found = [round(Drain(3, 1200).wait_seconds(0, share) / 60, 6) for share in (.1, .5, .9)]
    assert found == [.714883, 5.198421, 23.088694]


@pytest.mark.parametrize("ahead", [0, 1, 7])
def test_the_quantile_is_the_one_of_a_gamma_wait_over_a_gamma_rate(ahead: int) -> None:
    drain = Drain(3.0, 20.0)
    bound = drain.wait_seconds(ahead, .9)
    share, _ = quad(
        lambda rate: gammainc(ahead + 1, rate * bound) * gamma.pdf(rate, drain.a, scale=1 / drain.b_seconds),
        0,
        5,
    )
    assert share == pytest.approx(.9, abs=1e-6)


def test_a_huge_queue_still_has_a_finite_wait() -> None:
    assert 1e6 < Drain(3, 1200).wait_seconds(10_000_000, .9) < 1e12
    assert wait(10_000_000).why_not == "beyond_horizon"


def test_the_admins_word_alone_gives_a_wait_on_day_one() -> None:
    found = wait(4)
    assert found.inputs["b_seconds"] == 1200 and found.inputs["a"] == 3
    assert found.typical_seconds == 2095  # 34.93 minutes, exact
    assert found.bound_seconds == 105 * 60  # 97.9 minutes, as it is spoken
    assert found.bound_at == TUESDAY_TEN + 105 * MINUTE
    assert (found.why_not, found.opens_at, found.ahead, found.as_of) == (None, None, 4, TUESDAY_TEN)


def test_equal_inputs_give_equal_waits() -> None:
    assert wait(4) == wait(4) and repr(wait(4)) == repr(wait(4))


def test_a_closed_team_counts_from_its_opening() -> None:
    found = wait(4, now=FRIDAY_EVENING)
    assert found.opens_at == at("Europe/London", "2026-05-18 09:00")
    assert found.bound_at == at("Europe/London", "2026-05-18 11:00")  # 10:38, next half hour
    assert found.bound_seconds == (found.bound_at - FRIDAY_EVENING) // SECOND


def test_a_closed_date_moves_the_promise() -> None:
    holiday = replace(LONDON, closed=frozenset({"2026-05-18"}))
    assert wait(4, now=FRIDAY_EVENING, hours=holiday).bound_at == at("Europe/London", "2026-05-19 11:00")


@pytest.mark.parametrize(("waiting", "spoken"), [
    (0, "2026-05-12 10:25"),  # 23.1 minutes
    (1, "2026-05-12 10:45"),
    (8, "2026-05-12 13:00"),  # 2 h 51
    (9, "2026-05-12 13:30"),  # 3 h 09: from here on the clock
    (24, "2026-05-13 12:00"),  # 7 h 42, past the closing: noon of the next day
    (30, "2026-05-13 12:00"),
    (40, "2026-05-13 17:00"),
])
def test_the_bound_is_held_as_it_is_spoken(waiting: int, spoken: str) -> None:
    assert wait(waiting).bound_at == at("Europe/London", spoken)


def test_five_minutes_is_the_shortest_wait_that_is_told() -> None:
    many = Team("Repairs", agents=60, minutes_per_ticket=5)
    assert wait(0, team=many).bound_seconds == 300


def test_no_time_is_rounded_past_the_closing_it_lies_before() -> None:
    nearly_closing = at("Europe/London", "2026-05-12 16:36")
    found = wait(0, now=nearly_closing)  # 23.1 minutes: 16:59, and 17:01 in steps of five
    assert found.bound_at == at("Europe/London", "2026-05-12 17:00")


def test_work_until_midnight_ends_on_its_own_day() -> None:
    late = Hours("Europe/London", week(0, 1, 2, 3, 4, start=16 * 60, end=24 * 60))
    now = at("Europe/London", "2026-05-11 23:00")
    assert round_up(late, now, at("Europe/London", "2026-05-13 00:00")) == at(
        "Europe/London", "2026-05-13 00:00"
    )


def test_the_night_of_a_team_that_stays_counts_as_one_day() -> None:
    evening = at("Europe/London", "2026-05-12 22:00")
    assert round_up(ROUND_THE_CLOCK, evening, evening + 221 * MINUTE) == at(
        "Europe/London", "2026-05-13 02:00"
    )
    assert round_up(ROUND_THE_CLOCK, evening, evening + 800 * MINUTE) == at(
        "Europe/London", "2026-05-13 12:00"
    )
    assert round_up(NIGHT_SHIFT, evening, at("Europe/Paris", "2026-05-13 03:10")) == at(
        "Europe/Paris", "2026-05-13 03:30"
    )


def test_a_queue_nobody_told_us_about_is_new_until_replies_were_seen() -> None:
    assert wait(team=UNTOLD, replies=ENOUGH_REPLIES - 1).why_not == "queue_new"
    assert wait(team=UNTOLD, replies=ENOUGH_REPLIES).why_not == "no_figures"
    assert wait(team=THREE_PEOPLE, replies=0).why_not is None


@pytest.mark.parametrize("team", [
    Team("Repairs", agents=3), Team("Repairs", minutes_per_ticket=20), Team("Repairs", 3, 0), Team("Repairs",
    3, -5),
    Team("Repairs", -1, 20), Team("Repairs", float("nan"), 20), Team("Repairs", 3, float("inf")),
    Team("Repairs", float("inf"), 20),
])
def test_half_a_word_is_no_word(team: Team) -> None:
    assert wait(team=team).why_not == "queue_new"


def test_an_unknown_depth_is_never_guessed() -> None:
    assert wait(None).why_not == "unknown_depth"
    assert wait(-1).why_not == "unknown_depth" and wait(-1).ahead is None
    assert wait(4, depth_as_of=TUESDAY_TEN - DEPTH_TOO_OLD).why_not is None
    stale = wait(4, depth_as_of=TUESDAY_TEN - DEPTH_TOO_OLD - 1)
    assert stale.why_not == "unknown_depth" and stale.ahead is None
    assert wait(4, depth_as_of=TUESDAY_TEN + DEPTH_TOO_OLD + 1).why_not == "unknown_depth"


def test_nobody_on_shift_is_the_first_reason_told() -> None:
    assert wait(None, hours=NEVER, team=UNTOLD).why_not == "nobody_on_shift"
    assert wait(team=replace(THREE_PEOPLE, agents=0)).why_not == "nobody_on_shift"
    assert wait(team=replace(THREE_PEOPLE, agents=0), now=FRIDAY_EVENING).opens_at is None


def test_an_opening_beyond_the_horizon_is_told_without_a_wait() -> None:
    away = frozenset((date(2026, 5, 12) + timedelta(days=d)).isoformat() for d in range(20))
    found = wait(hours=replace(LONDON, closed=away))
    assert found.why_not == "nobody_on_shift" and found.opens_at == at("Europe/London", "2026-06-01 09:00")


def test_a_bound_beyond_the_horizon_is_not_told() -> None:
    assert wait(120, horizon=5).why_not is None
    assert wait(150, horizon=5).why_not == "beyond_horizon"
    # tomorrow at noon is later than this time tomorrow
    assert wait(24, horizon=1).why_not == "beyond_horizon"
    assert (
        wait(150).typical_seconds is None and wait(150).bound_at is None and wait(150).bound_seconds is None
    )


def test_a_queue_without_replies_is_called_stalled_only_while_open() -> None:
    seven_expected = 7 / 9 * 3600
    assert wait(stalled=seven_expected + 1).why_not == "stalled"
    assert wait(stalled=seven_expected - 1).why_not is None
    assert wait(stalled=seven_expected + 1, now=FRIDAY_EVENING).why_not is None


@pytest.mark.parametrize("found", [wait(None), wait(team=UNTOLD), wait(hours=NEVER), wait(9999),
wait(stalled=1e6)])
def test_without_a_bound_there_is_a_reason_and_no_number(found: Wait) -> None:
    assert found.why_not and (found.typical_seconds, found.bound_seconds, found.bound_at) == (
        None,
        None,
        None,
    )


@given(plans, moments, st.integers(0, 300), st.floats(.2, 40), st.floats(.5, 240))
def test_whatever_is_promised_lies_ahead_within_the_horizon_and_on_the_safe_side(
    hours: Hours, now: int, waiting: int, agents: float, minutes: float
) -> None:
    found = estimate(waiting, Team("any", agents, minutes), hours, 5, now, replies_seen=0, stalled=None)
    if found.bound_at is None:
        assert found.why_not in {"beyond_horizon", "nobody_on_shift"}
        return
    exact = after_open_seconds(hours, now, float(found.inputs["bound_open_seconds"] or 0))
    assert exact is not None and now < exact <= found.bound_at
    assert (
        found.typical_seconds is not None
        and found.bound_seconds is not None
        and 0 < found.typical_seconds <= found.bound_seconds
    )
    assert open_seconds_between(hours, now, found.bound_at) <= 5 * working_day_seconds(hours) + 1e-6


@given(plans, moments, st.floats(1, 40 * 3600), st.floats(1, 40 * 3600))
def test_rounding_never_goes_back_and_keeps_the_order(
    hours: Hours, now: int, one: float, other: float
) -> None:
    early, late = (after_open_seconds(hours, now, seconds) for seconds in sorted((one, other)))
    if early is None or late is None:
        return
    assert early <= round_up(hours, now, early) <= round_up(hours, now, late)
    spoken, first = round_up(hours, now, late), opens_at(hours, now)
    assert late <= spoken and first is not None
    zone = ZoneInfo(hours.time_zone)
    leaving = last_closing_of_day(hours, local(late - 1, zone).date())
    # Never past the day's last closing, except for noon, which is a word of its own.
    assert leaving is not None and (spoken <= leaving or local(spoken, zone).hour == 12)
