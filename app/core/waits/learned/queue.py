"""What is known of one queue of people: who waits, how fast it drains, and what became of every bound.

Fed with arrivals and exits in order of time, from deliveries or from history; the same events give the same
state. No clock, no I/O. Every arrival gets a bound of its own, told or not, so that a queue that fell silent
can learn its way back.
"""
from __future__ import annotations

import heapq
import math
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Any

from app.core.waits.calendar import after_open_seconds, is_open, open_seconds_between, working_day_seconds
from app.core.waits.dayone import BOUND, PRIOR_EXITS, TYPICAL, Drain, round_up
from app.core.waits.learned.experts import CALM, Row, recent, similar, stretch, stretched
from app.core.waits.learned.line import Line, Place
from app.core.waits.learned.openclock import OpenClock
from app.core.waits.learned.record import RAW, Record
from config.policy import Hours, Team

MEMORY_DAYS = 2.0  # working days after which what was seen counts e^-1
ROWS, SCORED = 1_000, 300
LOWEST = -2.5  # overtaking may undo progress only so far
ORDER_FROM, IN_ORDER = 30, 0.2
FORMAT = 1


@dataclass(slots=True)
class Ticket:
    """One that waits."""

    row: Row
    bounds: dict[str, float]  # of each expert, in open seconds
    bound_at: int | None  # the spoken moment; None: none could be worked out
    closed: bool = False  # nobody worked when it came
    lapsed: bool = False


class Queue:
    """`band`: small numbers, the lowest goes first. Moments are microseconds UTC; one before the latest seen
    is taken as that."""

    def __init__(self, hours: Hours, team: Team, horizon_days: int) -> None:
        self.hours, self.team, self.horizon_days = hours, team, horizon_days
        self.clock: OpenClock | None = None
        self.line, self.record = Line(), Record()
        self.tickets: dict[str, Ticket] = {}
        self.rows: deque[Row] = deque(maxlen=ROWS)
        self.pooled: list[float] = [0.0, 0.0]  # exits, open seconds
        self.bands: dict[int, list[float]] = {}
        self.replies = self.arrivals = self.odd = 0
        self.now, self.at = 0, 0.0
        self.quiet = 0.0  # open seconds without an exit while somebody waited
        self.pace = 0.0  # exits an open second when the quiet began
        self.order: tuple[float, float] = (0.0, 0.0)  # faded sum and count of ranks
        self._lapses: list[tuple[int, int, str]] = []
        day = working_day_seconds(hours)
        self.memory = MEMORY_DAYS * day if day > 0 else 1.0

    def arrive(self, ticket: str, at: int, band: int = 2) -> None:
        """Somebody waits for a person from now on. One who waits already is not counted twice; one who had
        left begins anew."""
        self.tick(at)
        if ticket in self.line:
            return
        for lower in self.line.bands():
            if lower > band:
                seen = self._band(lower)
                seen[0] = max(seen[0] - 1.0, LOWEST)  # every one of them was overtaken
        ahead = self.line.before(band)
        self.arrivals += 1
        drain = self.drain(band)
        median, raw = (drain.wait_seconds(ahead, share) for share in (TYPICAL, BOUND))
        bounds = self.bounds(raw, median, band)
        row = Row(self.arrivals, band, self.at, median, raw)
        spoken = self.spoken(self.chosen(bounds)[1])
        self.tickets[ticket] = Ticket(row, bounds, spoken, not is_open(self.hours, self.now))
        self.rows.append(row)
        self.line.join(ticket, self.arrivals, band)
        if spoken is not None:
            heapq.heappush(self._lapses, (spoken, self.arrivals, ticket))

    def leave(self, ticket: str, at: int, *, replied: bool) -> None:
        """It waits no longer: a person's first public reply, or closed, merged, moved, deleted without one.
        Unknown tickets change nothing."""
        if (
            ticket in self.line
            and at < self.now
            and self.clock is not None
            and self.clock.seconds(at) < self.tickets[ticket].row.arrived
        ):
            self.odd, replied = self.odd + 1, False  # a reply dated before its question teaches nothing
        self.tick(at)
        if ticket not in self.line:
            return
        self._progress(ticket)
        self.line.leave(ticket)
        left = self.tickets.pop(ticket)
        left.row.wait, left.row.replied = max(self.at - left.row.arrived, 0.0), replied
        self.quiet = 0.0
        self.pace = self.rate()
        if not replied:
            return
        self.replies += 1
        if not left.lapsed and left.bound_at is not None:
            self.record.track(broken=False, closed=left.closed)
        self.record.learn(left.row.wait, left.bounds)
        for expert, bound in left.bounds.items():
            if expert != RAW:
                self.record.adapt(expert, left.row.wait > bound)

    def clear(self, at: int) -> None:
        """The group is gone: nobody waits in it any more."""
        for ticket in list(self.line):
            self.leave(ticket, at, replied=False)

    def tick(self, now: int) -> None:
        """Let time pass: knowledge fades on the open clock, and promises lapse the moment they do."""
        if self.clock is None:
            self.clock, self.now = OpenClock(self.hours, now), now
            return
        if now <= self.now:
            return
        at = self.clock.seconds(now)
        if self.line and at > self.at:
            self._fade(at - self.at)
        self.now, self.at = now, at
        while self._lapses and self._lapses[0][0] < now:
            moment, number, ticket = heapq.heappop(self._lapses)
            waiting = self.tickets.get(ticket)
            if waiting is not None and waiting.row.number == number and waiting.bound_at == moment:
                waiting.lapsed = True
                self.record.track(broken=True, closed=waiting.closed)

    def place(self, ticket: str) -> Place:
        """Raises KeyError for a ticket that does not wait here."""
        return self.line.place(ticket)

    def left_by(self, ticket: str, at: int) -> float:
        """The chance (0-1) that a ticket that waits hears back by this moment, by the drain. Raises KeyError
        like `place`."""
        ahead = self.place(ticket).ahead
        return self.drain(self.line.band_of(ticket)).left_by(
            ahead, open_seconds_between(self.hours, self.now, at)
        )

    @property
    def order_index(self) -> float | None:
        """0: strictly in order, .5: by chance, 1: the newest first. None before enough exits were seen."""
        total, count = self.order
        return total / count if count >= ORDER_FROM else None

    def admin_rate(self) -> float | None:
        """Exits an open second by the admin's word; None when it gives no usable number."""
        agents, minutes = self.team.agents, self.team.minutes_per_ticket
        if agents is None or minutes is None or agents <= 0 or minutes <= 0:
            return None
        rate = agents / minutes / 60.0
        return rate if math.isfinite(rate) and rate > 0 else None

    def rate(self) -> float:
        """Exits an open second, over all bands."""
        admin, (exits, seconds) = self.admin_rate(), self.pooled
        if admin is None:
            return (exits + 0.5) / (seconds + 60.0)
        return (PRIOR_EXITS + exits) / (PRIOR_EXITS / admin + seconds)

    def drain(self, band: int) -> Drain:
        exits, seconds = self._band(band)
        return Drain(max(PRIOR_EXITS + exits, 0.5), PRIOR_EXITS / self.rate() + seconds)

    def bounds(self, raw: float, median: float, band: int) -> dict[str, float]:
        """Every expert's bound in open seconds, for a ticket that comes now; the silent ones are left out."""
        rows = list(self.rows)
        found: dict[str, float | None] = {RAW: raw}
        by = stretch(
            list(islice(self.rows, max(len(rows) - SCORED, 0), None)), self.at, self.record.level("drain")
        )
        found["drain"] = None if by is None else stretched(raw, by)
        found["recent"] = recent(rows, self.at, self.record.level("recent"))
        found["similar"] = similar(rows, self.at, self.record.level("similar"), median, band)
        return {name: bound for name, bound in found.items() if bound is not None}

    def chosen(self, bounds: dict[str, float]) -> tuple[str, float]:
        """The expert who speaks, and its bound as the record of told bounds moves it."""
        name = self.record.pick(bounds)
        return name, self.record.moved(bounds[name], CALM, not is_open(self.hours, self.now))

    def spoken(self, bound: float) -> int | None:
        """The moment that would be told for a bound in open seconds from now."""
        at = after_open_seconds(self.hours, self.now, bound)
        return None if at is None else round_up(self.hours, self.now, at)

    def dump(self) -> dict[str, Any]:
        """Plain JSON from which `load` makes the same queue again."""
        rows = {row.number: row for row in (*self.rows, *(t.row for t in self.tickets.values()))}
        return {
            "format": FORMAT,
            "origin": None if self.clock is None else self.clock.origin,
            "now": self.now,
            "at": self.at,
            "line": self.line.dump(),
            "pooled": self.pooled,
            "bands": [[b, *seen] for b, seen in sorted(self.bands.items())],
            "replies": self.replies,
            "arrivals": self.arrivals,
            "odd": self.odd,
            "quiet": self.quiet,
            "pace": self.pace,
            "order": list(self.order),
            "rows": [
                [r.number, r.band, r.arrived, r.median, r.bound, r.wait, r.replied]
                for _, r in sorted(rows.items())
            ],
            "recent": [row.number for row in self.rows],
            "tickets": [
                [name, t.row.number, t.bounds, t.bound_at, t.closed, t.lapsed]
                for name, t in self.tickets.items()
            ],
            "record": {
                "z": self.record.z,
                "levels": self.record.levels,
                "losses": {k: list(v) for k, v in self.record.losses.items()},
                "outcomes": list(self.record.outcomes),
            },
        }

    @classmethod
    def load(cls, dumped: dict[str, Any], hours: Hours, team: Team, horizon_days: int) -> Queue:
        """Raises ValueError for another format: replay the events instead. Changed hours start the open clock
        anew at the last moment."""
        if dumped.get("format") != FORMAT:
            raise ValueError("this queue was written by another version: replay its events")
        queue = cls(hours, team, horizon_days)
        if dumped["origin"] is None:
            return queue
        queue.clock = OpenClock(hours, dumped["origin"])
        queue.now, queue.at = dumped["now"], dumped["at"]
        queue.line.load(dumped["line"])
        queue.pooled = list(dumped["pooled"])
        queue.bands = {int(band): seen for band, *seen in dumped["bands"]}
        queue.replies, queue.arrivals, queue.odd = dumped["replies"], dumped["arrivals"], dumped["odd"]
        queue.quiet, queue.pace = dumped["quiet"], dumped["pace"]
        queue.order = (dumped["order"][0], dumped["order"][1])
        rows = {values[0]: Row(*values) for values in dumped["rows"]}
        queue.rows.extend(rows[number] for number in dumped["recent"])
        for name, number, bounds, bound_at, closed, lapsed in dumped["tickets"]:
            queue.tickets[name] = Ticket(rows[number], bounds, bound_at, closed, lapsed)
            if bound_at is not None and not lapsed:
                heapq.heappush(queue._lapses, (bound_at, number, name))
        record = dumped["record"]
        queue.record.z, queue.record.levels = list(record["z"]), dict(record["levels"])
        queue.record.losses = {name: tuple(values) for name, values in record["losses"].items()}
        queue.record.outcomes.extend(record["outcomes"])
        return queue

    def _band(self, band: int) -> list[float]:
        return self.bands.setdefault(band, [0.0, 0.0])

    def _fade(self, step: float) -> None:
        keep = math.exp(-step / self.memory)
        for seen in (self.pooled, *(self._band(band) for band in self.line.bands())):
            seen[0] *= keep
            seen[1] = seen[1] * keep + self.memory * (1.0 - keep)
        self.quiet += step

    def _progress(self, ticket: str) -> None:
        """What one exit means to those who stay: a step for each it stood before."""
        own, rank, count = self.line.band_of(ticket), self.line.rank(ticket), len(self.line)
        self.pooled[0] += 1.0
        for band in {*self.line.bands(), own}:
            others = self.line.waiting_in(band) - (band == own)
            if others > 0:
                before = rank if band == own else others if band < own else 0
                self._band(band)[0] += 1.0 - before / others
            elif band == own:
                self._band(band)[0] += 1.0
        if count > 1:
            fade = 0.5 ** (1.0 / 200)
            total, seen = self.order
            share = self.line.place(ticket).ahead / (count - 1)
            self.order = (total * fade + share, seen * fade + 1.0)
