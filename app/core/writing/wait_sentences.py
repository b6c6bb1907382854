"""A wait in the customer's words. Only this module tells anybody a time; what it tells is never earlier than
what was worked out.

Two figures: the usual wait and the bound 9 in 10 people fall under; one when they lie close together. While
the team is closed its opening comes first and no closed minute is counted aloud. Without a bound: the true
reason, and when people work.
"""
from __future__ import annotations

from zoneinfo import ZoneInfo

from app.core.kinds import WhyNoWait
from app.core.verdicts import Wait
from app.core.waits import LONG, MIDDLE, round_up
from app.core.waits.calendar import local, next_closing, open_seconds_between, works_on
from app.core.writing.times import Telling, zone_of
from config.policy import Hours
from config.wording import Words
from connectors.clock import MINUTE, SECOND

# how long after the estimate "within 40 minutes" may still be said; later only clock times are true
FRESH = 2 * MINUTE
ONE_FIGURE = 1.5  # bound over usual wait up to which a second figure would add nothing


def speak_wait(wait: Wait, hours: Hours, words: Words, now: int, zone: str | None) -> str:
    """One or two sentences on the wait, true at `now` (microseconds; not before `wait.as_of`).

    `zone` is the customer's IANA zone; None, or one that is not known, means the desk's. Clock times name the
    city whose clock is meant. `hours` are those the wait was estimated with.
    """
    telling = Telling(words, hours, now, zone_of(zone, hours))
    if wait.why_not is not None or wait.bound_at is None:
        return _unknown(wait, hours, telling)
    if wait.bound_at <= now:
        return words.say("waits.lapsed", by=telling.by(wait.bound_at, named=True))
    if wait.opens_at is not None and now < wait.opens_at:
        key = "closed" if _is_fresh(wait, now) else "by"
        bound = words.say(f"waits.bound.{key}", by=telling.by(wait.bound_at, named=False))
        return f"{_back(wait.opens_at, telling)} {words.say('waits.alone', bound=bound)}"
    return _open(wait, wait.bound_at, hours, telling)


def speak_hours(hours: Hours, words: Words) -> str:
    """When people work, as one sentence in the desk's zone: `They work Monday to Friday, 9:00 am–5:00 pm
    (London).`"""
    if not hours.intervals:
        return words.say("waits.hours.none")
    return words.say("waits.hours.sentence", plan=Telling(words, hours, 0, ZoneInfo(hours.time_zone)).plan())


def speak_moment(wait: Wait, hours: Hours, words: Words, now: int) -> str:
    """The wait in the few words of an agent's note, in the desk's zone: `9 in 10 by Tue 11:30 am`, or that no
    time was given and why."""
    if wait.why_not is not None or wait.bound_at is None:
        return words.say("waits.note.none", why=words.say(f"waits.note.why.{_why(wait, hours)}"))
    return words.say(
        "waits.note.bound", moment=Telling(words, hours, now, ZoneInfo(hours.time_zone)).short(wait.bound_at)
    )


def speak_place(wait: Wait, words: Words) -> str:
    """Who is ahead, only where the queue really is in order; "" while that is not known. Tickets that
    overtook are named as that."""
    order, position, overtaken = (wait.inputs.get(key) for key in ("order_index", "position", "overtaken"))
    if order is None:
        return ""
    if position is None:
        return words.say("waits.place.unordered")
    ahead, passed = _whole(position) - 1, _whole(overtaken)
    key = "first" if ahead <= 0 else "one" if ahead == 1 else "many"
    place = words.say(f"waits.place.{key}", count=ahead)
    if passed <= 0:
        return place
    key = "waits.place.overtaken_one" if passed == 1 else "waits.place.overtaken"
    return f"{place} {words.say(key, count=passed)}"


def speak_revision(told_at: int, wait: Wait, hours: Hours, words: Words, now: int, zone: str | None) -> str:
    """The one update of a promise that will not be kept: `told_at` is the moment that was told, `wait` the
    fresh answer.

    The only cause ever named is requests that went ahead, because only that is known.
    """
    telling = Telling(words, hours, now, zone_of(zone, hours))
    told = telling.by(told_at, named=True)
    if wait.why_not is not None or wait.bound_at is None:
        return f"{words.say('waits.revised.unknown', told=told)} {words.say('waits.revised.too_late')}"
    passed = _whole(wait.inputs.get("overtaken"))
    key = "later" if passed <= 0 else "overtaken_one" if passed == 1 else "overtaken"
    text = words.say(
        f"waits.revised.{key}", told=told, by=telling.by(wait.bound_at, named=False), count=passed
    )
    return f"{text} {words.say('waits.revised.too_late')}"


def _open(wait: Wait, bound_at: int, hours: Hours, telling: Telling) -> str:
    words = telling.words
    typical_at = wait.as_of + (wait.typical_seconds or 0) * SECOND
    if _is_fresh(wait, telling.now):
        typical_at = round_up(hours, wait.as_of, typical_at)
    within, usual = (
        _minutes(wait, bound_at, hours, telling.now),
        _minutes(wait, typical_at, hours, telling.now),
    )
    bound_open, usual_open = (open_seconds_between(hours, wait.as_of, at) for at in (bound_at, typical_at))
    two_figures = (
        wait.typical_seconds is not None and typical_at > telling.now and bound_open > ONE_FIGURE * usual_open
    )
    if within is not None:
        bound = words.say("waits.bound.within", duration=telling.duration(within))
    else:
        # The city is named once, at the first clock time of the sentence.
        bound = words.say(
            "waits.bound.by", by=telling.by(bound_at, named=not two_figures or usual is not None)
        )
    if not two_figures:
        return words.say("waits.alone", bound=bound)
    if usual is not None:
        usually = words.say("waits.usually.in", duration=telling.duration(usual))
    else:
        usually = words.say("waits.usually.by", by=telling.by(typical_at, named=True))
    return words.say("waits.both", usually=usually, bound=bound)


def _minutes(wait: Wait, at: int, hours: Hours, now: int) -> int | None:
    """The rounded moment as minutes from now; None when a clock time must be told: no longer fresh, too long,
    or closed time between."""
    if not _is_fresh(wait, now) or wait.opens_at is not None:
        return None
    closing, span = next_closing(hours, wait.as_of), at - wait.as_of
    step = (5 if span <= MIDDLE else 15) * MINUTE
    # A time cut back to the closing is not a whole step: it is a clock time.
    if span > LONG or span % step or (closing is not None and at > closing):
        return None
    return span // MINUTE


def _unknown(wait: Wait, hours: Hours, telling: Telling) -> str:
    words, why, days = telling.words, _why(wait, hours), _whole(wait.inputs.get("horizon_days"))
    key = "beyond_one_day" if why == WhyNoWait.BEYOND_HORIZON and days == 1 else why
    unknown = words.say(
        "waits.unknown", why=words.say(f"waits.why.{key}", days=days, duration=_stalled_for(wait, telling))
    )
    if wait.opens_at is not None and telling.now < wait.opens_at:
        return f"{_back(wait.opens_at, telling)} {unknown}"
    if why in {"nobody_on_shift", "no_hours"}:
        return unknown
    return f"{unknown} {speak_hours(hours, words)}"


def _why(wait: Wait, hours: Hours) -> str:
    """The reason as it is told: that nobody is on shift has three different causes."""
    if wait.why_not != WhyNoWait.NOBODY_ON_SHIFT:
        return str(wait.why_not)
    if not hours.intervals:
        return "no_hours"
    return "too_far" if wait.opens_at is not None else "nobody_on_shift"


def _back(opening: int, telling: Telling) -> str:
    """The team is back then; a closed date is named as such when the customer's day is the desk's and people
    usually work on it."""
    desk, theirs = local(telling.now, ZoneInfo(telling.hours.time_zone)), local(telling.now, telling.zone)
    closed_today = desk.date().isoformat() in telling.hours.closed and works_on(telling.hours, desk.weekday())
    key = "closed_today" if closed_today and desk.date() == theirs.date() else "plain"
    return telling.words.say(f"waits.back.{key}", at=telling.opening(opening))


def _stalled_for(wait: Wait, telling: Telling) -> str:
    """Rounded down, because it is told as "for over": 5, then 15 minutes, then whole hours."""
    minutes = _whole(wait.inputs.get("stalled_seconds")) // 60
    step = 5 if minutes <= 60 else 15 if minutes <= 180 else 60
    return telling.duration(max(minutes - minutes % step, 5))


def _whole(value: float | str | None) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _is_fresh(wait: Wait, now: int) -> bool:
    return now - wait.as_of <= FRESH
