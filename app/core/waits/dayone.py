"""How long until a person replies: a bound that 9 in 10 people fall under, or the true reason why there is
none.

The day-one drain model: `n` tickets ahead leave at an unknown rate. The admin's word on the team (people,
minutes per ticket) is a Gamma prior on that rate; the wait is then a Gamma(n + 1) over a Gamma rate, whose
quantiles have a closed form. It predicts on the open clock. Evidence from the queue adds to the two numbers
of `Drain`, and other models can stand beside it: the answer keeps its form.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from app.core.kinds import WhyNoWait
from app.core.verdicts import Wait
from app.core.waits.calendar import (
    after_open_seconds,
    last_closing_of_day,
    local,
    moment,
    next_closing,
    opens_at,
    working_day_seconds,
    working_days_a_week,
)
from config.policy import Hours, Team
from connectors.clock import DAY, HOUR, MINUTE, SECOND

VERSION = "drain-1"
PRIOR_EXITS = 3.0  # the admin's word weighs as much as three replies seen
ENOUGH_REPLIES = 20  # the first 20 promises from a guess alone kept 55 % on a real ticket log
STALLED_EXITS = 7.0  # this many expected and none seen: chance e^-7
DEPTH_TOO_OLD = 15 * MINUTE
TYPICAL, BOUND = 0.5, 0.9
SHORT, MIDDLE, LONG = 5 * MINUTE, HOUR, 3 * HOUR  # where the steps of the spoken wait change
NIGHT_SHIFT = 12 * HOUR  # how far past midnight an unbroken open stretch still counts as the same open day


@dataclass(frozen=True, slots=True)
class Drain:
    """What is believed about the rate of exits: Gamma with shape `a` (exits) and rate `b_seconds` (open
    seconds they took)."""

    a: float
    b_seconds: float

    def wait_seconds(self, ahead: int, share: float) -> float:
        """Open seconds within which this share (0-1) of people with `ahead` tickets before them hear back."""
        if ahead == 0:
            return self.b_seconds * math.expm1(-math.log1p(-share) / self.a)
        # Imported here: the web process speaks of waits and never works one out, and scipy costs it half a
        # second.
        from scipy.special import betaincinv  # type: ignore[import-untyped]

        # From the far side of the beta distribution: near 1 the subtraction 1 - x would lose every digit in a
        # very long queue.
        left = float(betaincinv(self.a, ahead + 1, 1.0 - share))
        return self.b_seconds * (1.0 - left) / left

    def left_by(self, ahead: int, seconds: float) -> float:
        """The chance (0-1) that somebody with `ahead` tickets before them hears back within these open
        seconds."""
        if seconds <= 0:
            return 0.0
        from scipy.special import betainc  # for the same reason

        return float(betainc(ahead + 1, self.a, seconds / (self.b_seconds + seconds)))


def estimate(
    snapshot_waiting: int | None,
    team: Team,
    hours: Hours,
    horizon_days: int,
    now: int,
    *,
    replies_seen: int,
    stalled: float | None,
    version: str = VERSION,
    depth_as_of: int | None = None,
) -> Wait:
    """The wait of a ticket that joins the queue now, behind `snapshot_waiting` others (None: the desk cannot
    say).

    `stalled` is the open time in seconds without any reply while somebody waited, None when that is not
    measured. `depth_as_of` is when the queue was counted (microseconds; None: just now). `horizon_days` are
    working days: no bound is given beyond them.
    """
    opening = opens_at(hours, now)
    closed_until = opening if opening != now else None
    ahead = _trusted_depth(snapshot_waiting, depth_as_of, now)
    rate = _rate_per_hour(team)
    inputs: dict[str, float | str | None] = {
        "waiting": snapshot_waiting,
        "depth_as_of": depth_as_of,
        "replies_seen": replies_seen,
        "stalled_seconds": stalled,
        "horizon_days": horizon_days,
        "agents": team.agents,
        "minutes_per_ticket": team.minutes_per_ticket,
    }

    def unknown(why: WhyNoWait, opens: int | None = closed_until) -> Wait:
        return Wait(None, None, None, why, opens, ahead, now, version, inputs)

    if opening is None or team.agents == 0:
        return unknown(WhyNoWait.NOBODY_ON_SHIFT, None)
    if opening - now > horizon_of_closed_time(hours, horizon_days):
        return unknown(WhyNoWait.NOBODY_ON_SHIFT)
    if rate is None:
        return unknown(WhyNoWait.QUEUE_NEW if replies_seen < ENOUGH_REPLIES else WhyNoWait.NO_FIGURES)
    if ahead is None:
        return unknown(WhyNoWait.UNKNOWN_DEPTH)
    if stalled is not None and closed_until is None and rate * stalled / 3600 >= STALLED_EXITS:
        return unknown(WhyNoWait.STALLED)

    drain = Drain(PRIOR_EXITS, PRIOR_EXITS * 3600 / rate)
    typical_open, bound_open = (drain.wait_seconds(ahead, share) for share in (TYPICAL, BOUND))
    inputs |= {
        "a": drain.a,
        "b_seconds": drain.b_seconds,
        "typical_open_seconds": typical_open,
        "bound_open_seconds": bound_open,
    }
    typical_at, exact_at = (
        after_open_seconds(hours, now, typical_open),
        after_open_seconds(hours, now, bound_open),
    )
    horizon_at = after_open_seconds(hours, now, horizon_days * working_day_seconds(hours))
    if typical_at is None or exact_at is None:
        return unknown(WhyNoWait.BEYOND_HORIZON)
    bound_at = round_up(hours, now, exact_at)
    # The spoken time counts, not the exact one: what is said must lie within the horizon too.
    if horizon_at is not None and bound_at > horizon_at:
        return unknown(WhyNoWait.BEYOND_HORIZON)
    # The typical wait is cut to whole seconds, so that it stays inside the working day it ends in; the bound
    # is never cut short.
    typical_seconds, bound_seconds = (
        max((typical_at - now) // SECOND, 1),
        math.ceil((bound_at - now) / SECOND),
    )
    return Wait(typical_seconds, bound_seconds, bound_at, None, closed_until, ahead, now, version, inputs)


def round_up(hours: Hours, as_of: int, at: int) -> int:
    """The moment `at` as it may be spoken: never earlier, in steps that grow with the wait.

    While people work: 5 minutes up to an hour, 15 up to three hours. Then the next half hour of the desk's
    clock on the first open day (the last closing at the latest), and noon or the last closing on later days.
    `at` must be reachable on the open clock: a result of `after_open_seconds`. Raises ValueError for hours
    that never open.
    """
    first = opens_at(hours, as_of)
    if first is None:
        raise ValueError("no time can be spoken for hours that never open: abstain instead")
    closing = next_closing(hours, as_of)
    if first == as_of and at - as_of <= LONG:
        rounded = as_of + max(_ceil(at - as_of, SHORT if at - as_of <= MIDDLE else 15 * MINUTE), SHORT)
        if closing is None or rounded <= closing:
            return rounded
    zone = ZoneInfo(hours.time_zone)
    # A microsecond back: work that ends at midnight ends on the day it belongs to.
    day = local(at - 1, zone).date()
    leaving = last_closing_of_day(hours, day) or at
    one_stretch = (closing is None or at <= closing) and at - first <= NIGHT_SHIFT
    if day == local(first, zone).date() or one_stretch:
        offset = local(at, zone).utcoffset() or timedelta()
        shift = offset // timedelta(microseconds=1)
        return min(_ceil(at + shift, 30 * MINUTE) - shift, leaving)
    noon = moment(day, 12 * 60, zone)
    return noon if at <= noon else leaving


def _ceil(value: int, step: int) -> int:
    return -(-value // step) * step


def _trusted_depth(waiting: int | None, as_of: int | None, now: int) -> int | None:
    if waiting is None or waiting < 0 or (as_of is not None and abs(now - as_of) > DEPTH_TOO_OLD):
        return None
    return waiting


def _rate_per_hour(team: Team) -> float | None:
    """Replies an hour by the admin's word; None when it was not given or gives no usable number."""
    if team.agents is None or team.minutes_per_ticket is None or team.minutes_per_ticket <= 0:
        return None
    rate = team.agents * 60 / team.minutes_per_ticket
    return rate if math.isfinite(rate) and rate > 0 else None


def horizon_of_closed_time(hours: Hours, horizon_days: int) -> float:
    """The horizon as closed days are felt: five working days of a five-day team are a calendar week, in
    microseconds."""
    return horizon_days * 7 / working_days_a_week(hours) * DAY
