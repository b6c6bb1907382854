"""A queue's knowledge -> the answer a customer may be told, or the true reason why there is none."""
from __future__ import annotations

import math

from app.core.kinds import WhyNoWait
from app.core.verdicts import Wait
from app.core.waits.calendar import after_open_seconds, opens_at, working_day_seconds
from app.core.waits.dayone import BOUND, ENOUGH_REPLIES, STALLED_EXITS, TYPICAL, horizon_of_closed_time
from app.core.waits.learned.experts import CALM, CAP
from app.core.waits.learned.queue import IN_ORDER, Queue
from connectors.clock import SECOND

VERSION = "learned-1"


def forecast(queue: Queue, ticket: str | None, now: int, *, band: int = 2) -> Wait:
    """The wait of one who joins now, or (with `ticket`) what is left for one who waits. Lets the queue's time
    pass to `now`.

    Seconds are of the wall clock from `now`. A ticket that does not wait here is treated as one that joins in
    `band`.
    """
    queue.tick(now)
    now = max(now, queue.now)
    waits = ticket is not None and ticket in queue.line
    if waits and ticket is not None:
        band = queue.line.band_of(ticket)
        ahead, overtaken = queue.place(ticket).ahead, queue.place(ticket).overtaken
    else:
        ahead, overtaken = queue.line.before(band), 0
    order, (kept, told) = queue.order_index, queue.record.kept()
    opening = opens_at(queue.hours, now)
    closed_until = opening if opening != now else None
    inputs: dict[str, float | str | None] = {
        "waiting": len(queue.line),
        "replies_seen": queue.replies,
        "stalled_seconds": queue.quiet,
        "horizon_days": queue.horizon_days,
        "agents": queue.team.agents,
        "minutes_per_ticket": queue.team.minutes_per_ticket,
        "band": band,
        "order_index": order,
        "position": ahead + 1 if order is not None and order <= IN_ORDER else None,
        "overtaken": overtaken,
        "kept": kept,
        "told": told,
    }

    def unknown(why: WhyNoWait, opens: int | None = closed_until) -> Wait:
        return Wait(None, None, None, why, opens, ahead, now, VERSION, inputs)

    if opening is None or queue.team.agents == 0:
        return unknown(WhyNoWait.NOBODY_ON_SHIFT, None)
    if opening - now > horizon_of_closed_time(queue.hours, queue.horizon_days):
        return unknown(WhyNoWait.NOBODY_ON_SHIFT)
    if queue.replies < ENOUGH_REPLIES and queue.admin_rate() is None:
        return unknown(WhyNoWait.QUEUE_NEW)
    pace = queue.pace or queue.rate()
    if queue.line and pace * queue.quiet >= STALLED_EXITS:
        return unknown(WhyNoWait.STALLED)
    if queue.record.bad():
        return unknown(WhyNoWait.RECORD)
    drain = queue.drain(band)
    typical, raw = (drain.wait_seconds(ahead, share) for share in (TYPICAL, BOUND))
    bounds = queue.bounds(raw, typical, band)
    name, bound = queue.chosen(bounds)
    inputs |= {
        "a": drain.a,
        "b_seconds": drain.b_seconds,
        "expert": name,
        "z": queue.record.z[closed_until is not None],
        "raw_open_seconds": raw,
        "typical_open_seconds": typical,
        "bound_open_seconds": bound,
    }
    if name == "drain" and bounds["drain"] >= (raw + CALM) * math.exp(CAP) - CALM:
        return unknown(WhyNoWait.RECORD)
    typical_at, bound_at = after_open_seconds(queue.hours, now, min(typical, bound)), queue.spoken(bound)
    horizon_at = after_open_seconds(queue.hours, now, queue.horizon_days * working_day_seconds(queue.hours))
    if typical_at is None or bound_at is None or (horizon_at is not None and bound_at > horizon_at):
        return unknown(WhyNoWait.BEYOND_HORIZON)
    typical_seconds, bound_seconds = (
        max((typical_at - now) // SECOND, 1),
        math.ceil((bound_at - now) / SECOND),
    )
    return Wait(typical_seconds, bound_seconds, bound_at, None, closed_until, ahead, now, VERSION, inputs)
