"""When a promise that is about to lapse is worth one honest mail. The moments are shares of the promise on
the open clock."""
from __future__ import annotations

from app.core.verdicts import Wait
from app.core.waits.calendar import open_seconds_between
from config.policy import Hours

# 75 % is for the page and the agent's field; it becomes a mail only where this one comes too late
CHECKS = (0.9,)
LEAST_PROMISE = 1800.0  # open seconds; shorter promises are never revised by mail
LATER_SECONDS, LATER_SHARE = 1800.0, 0.5
LIKELY = 0.6  # a reply in time less likely than this is news


def needs_notice(again: Wait, told_at: int, bound_at: int, hours: Hours, in_time: float) -> bool:
    """Whether a promise made at `told_at` for `bound_at` is to be revised by mail, after a fresh look at
    `again.as_of`.

    `in_time` is the chance (0-1) that the reply comes by `bound_at`. Without a new bound the customer is told
    that there is none.
    """
    promised = open_seconds_between(hours, told_at, bound_at)
    if promised < LEAST_PROMISE or again.as_of >= bound_at or in_time >= LIKELY:
        return False
    if again.bound_at is None:
        return True
    later = open_seconds_between(hours, bound_at, again.bound_at)
    return later >= LATER_SECONDS or later >= LATER_SHARE * promised
