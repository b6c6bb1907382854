"""Durations, moments and working hours in a customer's language. Names of days, months and cities come from
Unicode CLDR (Babel).

Everything here is exact or errs to the later side: a displayed time is never earlier than the moment it
stands for.
"""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_datetime, get_day_names, get_timezone_gmt, get_timezone_location
from babel.lists import format_list

from app.core.waits.calendar import MINUTES_OF_DAY, last_closing_of_day, local, week_plan
from config.policy import Hours
from config.wording import Words
from connectors.clock import MINUTE

FINEST = 5 * MINUTE  # no time is told more finely: it would claim what nobody knows
NOON_HOUR = 12


@dataclass(frozen=True, slots=True)
class Telling:
    """One text to one reader: their words, their zone, and the moment at which it is told."""

    words: Words
    hours: Hours
    now: int
    zone: ZoneInfo

    def duration(self, minutes: int) -> str:
        """`40 minutes`, `1 hour 45`."""
        hours, rest = divmod(minutes, 60)
        count = "minutes" if not hours else "hour" if hours == 1 else "hours"
        key = f"{count}_minutes" if hours and rest else count
        return self.words.say(f"waits.duration.{key}", hours=hours, minutes=rest)

    def by(self, at: int, *, named: bool) -> str:
        """`by 3:30 pm (London)`, `by noon on Tuesday`, `by the end of Tuesday`; `named` adds the city whose
        clock is meant."""
        shown = local(-(-at // FINEST) * FINEST, self.zone)
        day, key = shown.date(), "today"
        if shown.hour == 0 and shown.minute == 0:
            day -= timedelta(days=1)
            key = "midnight" if day == self._today else "end"
        elif self._ends_the_day(at, shown):
            key = "end"
        elif shown.hour == NOON_HOUR and shown.minute == 0:
            key = "noon" if day == self._today else "noon_day"
        elif day != self._today:
            key = "day"
        text = self.words.say(f"waits.by.{key}", time=self._time(shown), day=self._day(day))
        return self._named(text, at) if named else text

    def opening(self, at: int) -> str:
        """`tomorrow, Tuesday, at 9:00 am (London)`: when work begins, always with the city."""
        shown = local(at, self.zone)
        days = (shown.date() - self._today).days
        key = "today" if days == 0 else "tomorrow" if days == 1 else "day"
        return self._named(
            self.words.say(f"waits.at.{key}", time=self._time(shown), day=self._day(shown.date())), at
        )

    def short(self, at: int) -> str:
        """`Tue 11:30 am`, with the date when the weekday alone could mean another week."""
        shown = local(-(-at // FINEST) * FINEST, self.zone)
        midnight = (shown.hour, shown.minute) == (0, 0)
        day = shown.date() - timedelta(days=midnight)  # "Wed midnight" ends the Wednesday
        pattern = self.words.say(
            "waits.patterns.short_day" if self._is_near(day) else "waits.patterns.short_date"
        )
        time = self.words.say("waits.midnight") if midnight else self._time(shown)
        return self.words.say(
            "waits.note.moment", day=format_date(day, pattern, locale=self._locale), time=time
        )

    def plan(self) -> str:
        """`Monday to Friday, 9:00 am–5:00 pm (London)`; the hours must have intervals."""
        days_by_times: dict[tuple[tuple[int, int], ...], list[int]] = {}
        for day, times in week_plan(self.hours).items():
            days_by_times.setdefault(times, []).append(day)
        groups = [
            self.words.say(
                "waits.hours.group",
                days=self._days(days),
                times=self._list([self._range(*times) for times in shifts]),
            )
            for shifts, days in days_by_times.items()
        ]
        return self.words.say(
            "waits.hours.groups",
            groups=self.words.say("waits.hours.between").join(groups),
            city=self._city(self.now),
        )

    @property
    def _today(self) -> date:
        return local(self.now, self.zone).date()

    @property
    def _locale(self) -> str:
        return self.words.say("waits.locale")

    def _ends_the_day(self, at: int, shown: datetime) -> bool:
        """Whether this is the last closing of a later day, on a clock that shows the same as the desk's."""
        desk = local(at, ZoneInfo(self.hours.time_zone))
        later = shown.date() != self._today and shown.hour >= NOON_HOUR
        return (
            later
            and shown.replace(tzinfo=None) == desk.replace(tzinfo=None)
            and at == last_closing_of_day(self.hours, desk.date())
        )

    def _time(self, shown: datetime) -> str:
        if (shown.hour, shown.minute) == (NOON_HOUR, 0):
            return self.words.say("waits.noon")
        return format_datetime(
            shown, self.words.say("waits.patterns.clock"), tzinfo=self.zone, locale=self._locale
        )

    def _day(self, day: date) -> str:
        if self._is_near(day):
            return str(get_day_names("wide", locale=self._locale)[day.weekday()])
        # 1er juin
        pattern = self.words.say("waits.patterns.date_first" if day.day == 1 else "waits.patterns.date")
        return format_date(day, pattern, locale=self._locale)

    def _is_near(self, day: date) -> bool:
        """Whether the bare weekday can only mean this day: from today to six days ahead."""
        return 0 <= (day - self._today).days < 7

    def _named(self, text: str, at: int) -> str:
        return self.words.say("waits.named", moment=text, city=self._city(at))

    def _city(self, at: int) -> str:
        key = self.zone.key
        # Zones of the form Etc/GMT-2 carry the sign the other way round: their own name would be read
        # wrongly.
        if key.startswith("Etc/") and key != "Etc/UTC":
            return get_timezone_gmt(local(at, self.zone), width="long", locale=self._locale)
        return get_timezone_location(self.zone, locale=self._locale, return_city=True).split("/")[-1]

    def _days(self, days: list[int]) -> str:
        if len(days) == 7:
            return self.words.say("waits.hours.every_day")
        names, single = get_day_names("wide", locale=self._locale), self.words.phrases("waits.hours.single")
        parts: list[str] = []
        while days:
            length = next((n for n in range(1, len(days)) if days[n] != days[0] + n), len(days))
            run, days = days[:length], days[length:]
            if length > 2:
                parts.append(self.words.say("waits.hours.run", first=names[run[0]], last=names[run[-1]]))
            else:
                parts += [single[day] for day in run]
        return self._list(parts)

    def _range(self, start: int, end: int) -> str:
        if (start, end) == (0, MINUTES_OF_DAY):
            return self.words.say("waits.hours.all_day")
        first, last = (
            datetime(2001, 1, 1, *divmod(minute % MINUTES_OF_DAY, 60), tzinfo=self.zone)
            for minute in (start, end)
        )
        closing = self.words.say("waits.midnight") if end == MINUTES_OF_DAY else self._time(last)
        return self.words.say("waits.hours.range", start=self._time(first), end=closing)

    def _list(self, items: list[str]) -> str:
        return format_list(items, locale=self._locale)


def zone_of(name: str | None, hours: Hours) -> ZoneInfo:
    """The customer's zone by its IANA name, or the desk's when there is none or no clock is known by that
    name."""
    if name:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            # a name from outside that no clock bears: the desk's own zone is always right, and it is named in
            # the text
            pass
    return ZoneInfo(hours.time_zone)
