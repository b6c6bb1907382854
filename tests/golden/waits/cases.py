"""Every way a wait can be spoken, as (title, text) per language: open or closed, near or far, close or wide,
each reason for none."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from app.core.verdicts import Wait
from app.core.waits import estimate
from app.core.writing.wait_sentences import speak_hours, speak_moment, speak_place, speak_revision, speak_wait
from config.policy import Hours, Team
from config.wording import LANGUAGES, Words, load_words
from connectors.clock import HOUR, MINUTE, from_iso

FOLDER = Path(__file__).parent


def week(*days: int, start: int = 9 * 60, end: int = 17 * 60) -> tuple[tuple[int, int], ...]:
    return tuple((day * 1440 + start, day * 1440 + end) for day in days)


# British summer time in all cases: one hour ahead of UTC
OFFICE = Hours("Europe/London", week(0, 1, 2, 3, 4))
LUNCH = replace(OFFICE, intervals=(*week(0, 1, 2, 3, 4, end=12 * 60), *week(0, 1, 2, 3, 4, start=13 * 60)))
LATE = replace(OFFICE, intervals=week(0, 1, 2, 3, 4, start=10 * 60, end=24 * 60))
ALWAYS = replace(OFFICE, intervals=((0, 7 * 1440),))
NIGHTS = replace(OFFICE, intervals=week(*range(7), start=22 * 60, end=30 * 60))
HOLIDAY = replace(OFFICE, closed=frozenset({"2026-05-11"}))
AWAY = replace(
    OFFICE, closed=frozenset((date(2026, 5, 12) + timedelta(days=d)).isoformat() for d in range(20))
)
LONG_WEEKEND = replace(OFFICE, closed=frozenset({"2026-05-15", "2026-05-18", "2026-05-19", "2026-05-20"}))
UNSET = replace(OFFICE, intervals=())

PAIR = Team("Repairs", agents=2, minutes_per_ticket=10)
CROWD = Team("Repairs", agents=60, minutes_per_ticket=5)
UNTOLD = Team("Repairs")

MONDAY_NOON_HOLIDAY = from_iso("2026-05-11T11:00:00Z")
TUESDAY_10 = from_iso("2026-05-12T09:00:20Z")
TUESDAY_16_40 = from_iso("2026-05-12T15:40:00Z")
TUESDAY_EVENING = from_iso("2026-05-12T19:12:00Z")
WEDNESDAY_7 = from_iso("2026-05-13T06:00:00Z")
THURSDAY_EVENING = from_iso("2026-05-14T18:00:00Z")
FRIDAY_EVENING = from_iso("2026-05-15T17:10:00Z")


@dataclass(frozen=True, slots=True)
class Case:
    title: str
    wait: Wait
    hours: Hours
    now: int
    zone: str | None = None


def case(
    title: str,
    waiting: int | None = 4,
    *,
    team: Team = PAIR,
    hours: Hours = OFFICE,
    now: int = TUESDAY_10,
    zone: str | None = None,
    later: int = 0,
    stalled: float | None = None,
    replies: int = 0,
    horizon: int = 5,
    why_not: str | None = None,
) -> Case:
    """The wait is estimated at `now` and told `later` microseconds after."""
    wait = estimate(
        waiting, team, hours, horizon, now, replies_seen=replies, stalled=stalled, version="golden"
    )
    if why_not is not None:  # a reason that is given by a record of promises, not by the queue
        wait = replace(wait, typical_seconds=None, bound_seconds=None, bound_at=None, why_not=why_not)
    return Case(title, wait, hours, now + later, zone)


def shown(title: str, usual: int, bound: int) -> Case:
    """A wait of given minutes, as learned waits will be: day one alone is never this sure."""
    wait = Wait(usual * 60, bound * 60, TUESDAY_10 + bound * MINUTE, None, None, 4, TUESDAY_10, "golden")
    return Case(title, wait, OFFICE, TUESDAY_10)


CASES = (
    case("open, nobody waiting, a large team", 0, team=CROWD),
    case("open, minutes", 0),
    case("open, within three hours", 5),
    case("open, usual in minutes, bound by the clock", 12),
    case("open, bound at the closing", 29),
    case("open, bound tomorrow by noon", 30),
    case("open, bound tomorrow by the end", 40),
    case("open, bound in two days", 60),
    case("open, usual and bound on other days", 80),
    case("open, bound next week", 110),
    shown("open, usual and bound close in minutes", 31, 45),
    shown("open, usual and bound close in hours", 150, 180),
    shown("open, usual and bound just too far apart for one figure", 39, 75),
    shown("open, one hour and two hours", 58, 120),
    case("soon closing, the wait goes over to tomorrow", 4, now=TUESDAY_16_40),
    case(
        "soon closing, bound at the closing", 0, now=TUESDAY_16_40 - 4 * MINUTE, team=Team("Repairs", 3, 20)
    ),
    case("before the lunch break", 1, hours=LUNCH, now=TUESDAY_10 + 100 * MINUTE),
    case(
        "before the lunch break, bound at its beginning",
        7,
        hours=LUNCH,
        now=TUESDAY_10 + 40 * MINUTE,
        team=Team("Repairs", 3, 10),
    ),
    case("closed, back at noon", 4, hours=replace(OFFICE, intervals=week(1, start=12 * 60)), now=TUESDAY_10),
    case("open until midnight", 10, hours=LATE, now=TUESDAY_EVENING),
    case("around the clock, over midnight", 12, hours=ALWAYS, now=TUESDAY_EVENING),
    case("around the clock, bound tomorrow", 90, hours=ALWAYS, now=TUESDAY_EVENING),
    case("night shift, over midnight", 12, hours=NIGHTS, now=TUESDAY_EVENING + 3 * HOUR),
    case("customer in New York, minutes", 4, zone="America/New_York"),
    case("customer in New York, by the clock", 12, zone="America/New_York"),
    case("customer in New York, tomorrow", 30, zone="America/New_York"),
    case("customer in Tokyo, the desk's evening is their next day", 23, zone="Asia/Tokyo"),
    case("customer in Kathmandu", 12, zone="Asia/Kathmandu"),
    case("customer in Paris, end of a later day", 60, zone="Europe/Paris"),
    case("customer in Lisbon, whose clock is the desk's", 60, zone="Europe/Lisbon"),
    case("customer's zone known only by its offset", 12, zone="Etc/GMT-2"),
    case("customer's zone UTC", 12, zone="Etc/UTC"),
    case("customer's zone not known to any clock", 12, zone="Middle-earth/Shire"),
    case("closed, back tomorrow", 4, now=TUESDAY_EVENING),
    case("closed, back later today", 4, now=WEDNESDAY_7),
    case("closed, back after lunch", 4, hours=LUNCH, now=from_iso("2026-05-12T11:20:00Z")),
    case("closed, back after the weekend", 4, now=FRIDAY_EVENING),
    case("closed, bound on the day after the opening", 40, now=FRIDAY_EVENING),
    case("closed, bound at the end of the first day", 23, now=FRIDAY_EVENING),
    case("closed, today is a closed date", 4, hours=HOLIDAY, now=MONDAY_NOON_HOLIDAY),
    case("closed, back in six days: the bound is a date", 40, hours=LONG_WEEKEND, now=FRIDAY_EVENING),
    case("closed, back in a week: the opening is a date", 4, hours=LONG_WEEKEND, now=THURSDAY_EVENING),
    case("closed, customer in New York", 4, now=FRIDAY_EVENING, zone="America/New_York"),
    case("closed, customer in Tokyo", 4, now=FRIDAY_EVENING, zone="Asia/Tokyo"),
    case("told half an hour later", 5, later=30 * MINUTE),
    case("told after the usual wait", 5, later=75 * MINUTE),
    case("told after the bound", 5, later=4 * HOUR),
    case("told the day after the bound", 5, later=26 * HOUR),
    case("closed, told an hour later", 4, now=TUESDAY_EVENING, later=HOUR),
    case("closed, told after the opening", 4, now=FRIDAY_EVENING, later=63 * HOUR + 30 * MINUTE),
    case("unknown: new queue", team=UNTOLD),
    case("unknown: new queue, closed", team=UNTOLD, now=FRIDAY_EVENING),
    case("unknown: new queue, customer in New York", team=UNTOLD, zone="America/New_York"),
    case("unknown: new queue, closed date", team=UNTOLD, hours=HOLIDAY, now=MONDAY_NOON_HOLIDAY),
    case("unknown: nobody told us how the team works", team=UNTOLD, replies=50),
    case("unknown: nobody told us how the team works, closed", team=UNTOLD, replies=50, now=FRIDAY_EVENING),
    case("unknown: depth", None),
    case("unknown: depth, closed", None, now=FRIDAY_EVENING),
    case("unknown: beyond the horizon", 900),
    case("unknown: beyond a horizon of one day", 900, horizon=1),
    case("unknown: beyond the horizon, closed", 900, now=FRIDAY_EVENING),
    case("unknown: stalled for under an hour", stalled=47 * 60, team=Team("", 5, 5)),
    case("unknown: stalled for hours", stalled=4.9 * 3600),
    case("unknown: record", why_not="record"),
    case("unknown: record, closed", why_not="record", now=FRIDAY_EVENING),
    case("unknown: nobody in the team", team=Team("", 0, 10)),
    case("unknown: nobody in the team, closed", team=Team("", 0, 10), now=FRIDAY_EVENING),
    case("unknown: away beyond the horizon", hours=AWAY),
    case("unknown: hours not set", hours=UNSET),
)

PLANS = (
    ("office", OFFICE),
    ("lunch break", LUNCH),
    ("until midnight", LATE),
    ("around the clock", ALWAYS),
    ("nights", NIGHTS),
    (
        "Saturday shorter",
        replace(OFFICE, intervals=(*OFFICE.intervals, *week(5, start=10 * 60, end=14 * 60))),
    ),
    ("three days apart", replace(OFFICE, intervals=week(0, 2, 4))),
    ("two days together", replace(OFFICE, intervals=week(1, 2))),
    ("weekdays around the clock", replace(OFFICE, intervals=((0, 5 * 1440),))),
    ("one long shift over two nights", replace(OFFICE, intervals=((8 * 60, 2 * 1440 + 18 * 60),))),
    ("every day, in New York", Hours("America/New_York", week(*range(7)))),
    ("not set", UNSET),
)


def sentences(words: Words) -> Iterator[tuple[str, str]]:
    for c in CASES:
        yield c.title, speak_wait(c.wait, c.hours, words, c.now, c.zone)
    for title, hours in PLANS:
        yield f"hours: {title}", speak_hours(hours, words)


def in_line(position: int | None, order: float | None = 0.1, overtaken: int = 0) -> Wait:
    """A wait as a queue that has learned its order gives it."""
    inputs = {"order_index": order, "position": position, "overtaken": overtaken}
    return replace(shown("", 58, 120).wait, inputs=inputs)


PLACES = (
    ("place: not known yet", in_line(None, None)),
    ("place: not in order", in_line(None, 0.56)),
    ("place: first", in_line(1)),
    ("place: one ahead", in_line(2)),
    ("place: many ahead", in_line(13)),
    ("place: one went ahead", in_line(3, overtaken=1)),
    ("place: two went ahead", in_line(4, overtaken=2)),
)
UNSURE = replace(in_line(4), bound_at=None, bound_seconds=None, typical_seconds=None, why_not="stalled")
REVISIONS = (
    ("revised", in_line(4), None),
    ("revised: one went ahead", in_line(4, overtaken=1), None),
    ("revised: two went ahead", in_line(4, overtaken=2), None),
    ("revised: two went ahead, customer in New York", in_line(4, overtaken=2), "America/New_York"),
    ("revised: tomorrow", replace(in_line(4), bound_at=TUESDAY_10 + 26 * HOUR), None),
    ("revised: no new time", UNSURE, None),
)


def of_the_line(words: Words) -> Iterator[tuple[str, str]]:
    for title, wait in PLACES:
        yield title, speak_place(wait, words)
    for title, wait, zone in REVISIONS:
        yield (
            title,
            speak_revision(TUESDAY_10 + 40 * MINUTE, wait, OFFICE, words, TUESDAY_10 + 30 * MINUTE, zone),
        )


def notes(words: Words) -> Iterator[tuple[str, str]]:
    for c in CASES:
        if c.zone is None and c.now == c.wait.as_of:
            yield f"note: {c.title}", speak_moment(c.wait, c.hours, words, c.now)


def render(language: str) -> str:
    words = load_words(language)
    return "".join(
        f"# {title}\n{text}\n\n" for title, text in (*sentences(words), *of_the_line(words), *notes(words))
    )


def path_of(language: str) -> Path:
    return FOLDER / f"{language}.txt"


__all__ = ["CASES", "LANGUAGES", "notes", "path_of", "render", "sentences"]
