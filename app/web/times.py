"""Times as people read them."""
from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from babel import UnknownLocaleError
from babel.core import Locale
from babel.dates import format_date, format_datetime, format_time

SECOND = 1_000_000
_STEPS = ((60, "second"), (3_600, "minute"), (86_400, "hour"), (86_400 * 14, "day"))


def moment(us: int, zone: tzinfo = UTC) -> datetime:
    return datetime.fromtimestamp(us // SECOND, UTC).astimezone(zone)


def iso(us: int) -> str:
    return moment(us).strftime("%Y-%m-%dT%H:%M:%SZ")


def locale_of(language: str) -> Locale:
    """The language's locale; British English for a language we have no dates for."""
    if language == "en":
        return Locale("en", "GB")
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def day(us: int, zone: tzinfo, language: str = "en") -> str:
    """`3 March 2026`."""
    return format_date(moment(us, zone).date(), "long", locale=locale_of(language))


def stamp(us: int, zone: tzinfo, language: str = "en") -> str:
    """`3 Mar, 14:05`."""
    return format_datetime(moment(us, zone), "d MMM, HH:mm", locale=locale_of(language))


def said_at(us: int, now: int, zone: tzinfo, language: str = "en") -> str:
    """The time alone today, with the day otherwise: `15:30`, `Tuesday 3 March, 11:30`."""
    when, locale = moment(us, zone), locale_of(language)
    if when.date() == moment(now, zone).date():
        return format_time(when.time(), "HH:mm", locale=locale)
    return format_datetime(when.replace(tzinfo=None), "EEEE d MMMM, HH:mm", locale=locale)


def ago(us: int, now: int) -> str:
    """`4 minutes ago`; plain `just now` below five seconds and in a future that clocks disagree about."""
    passed = (now - us) // SECOND
    if passed < 5:
        return "just now"
    size = 1
    for limit, unit in _STEPS:
        if passed < limit:
            n = passed // size
            return f"{n} {unit}{'' if n == 1 else 's'} ago"
        size = limit
    return f"{passed // 86_400} days ago"


def length(seconds: float) -> str:
    """`about 40 minutes`, `about 1 hour 45`, in English: for the console."""
    minutes = max(1, round(seconds / 60))
    hours, rest = divmod(minutes, 60)
    if hours == 0:
        return f"{minutes} minute{'' if minutes == 1 else 's'}"
    return f"{hours} hour{'' if hours == 1 else 's'}" + (f" {rest}" if rest else "")
