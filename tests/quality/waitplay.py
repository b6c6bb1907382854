"""A log played as it happened: what each design would have told every ticket, and what came.

Every design is held to the time it would have spoken: its figure rounded up as the worker rounds.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field, replace

from app.core.verdicts import Wait
from app.core.waits import Queue, estimate, forecast, round_up
from app.core.waits.calendar import after_open_seconds
from app.core.waits.learned.openclock import OpenClock
from app.core.waits.learned.watch import CHECKS, needs_notice
from config.policy import Hours, Team
from tests.quality.waitlogs import Item, Log, events

HORIZON_DAYS = 5
TOLD, LEARNED, RAW_DRAIN, ORACLE = "told", "learned", "raw_drain", "oracle_ql"
WRONG_MINUTES = {
    "told_half_minutes": 0.5,
    "told_double_minutes": 2.0,
}  # the worker's function, the admin wrong by this factor
PRODUCTS = ("ql", "last10", "les", "hol", "ema", "rolling_p50", "rolling_p90")
DESIGNS = (TOLD, *WRONG_MINUTES, LEARNED, RAW_DRAIN, *PRODUCTS, ORACLE)
LEAST_REVISED = 1800.0  # open seconds; a shorter promise is never looked at again


@dataclass(slots=True)
class Told:
    """One ticket: what was said of it, and what came. Waits in open seconds, moments in wall microseconds."""

    item: Item
    number: int
    ahead: int  # of those expected to be answered first; what the desk counts is `depth`
    depth: int
    closed: bool
    arrived: float
    said: dict[str, float]  # by design; one that has no figure, or will not tell it, is not in here
    why_not: dict[str, str]
    bound_at: int | None  # the learned one's
    wait: float = 0.0  # until it left, or until the log was closed
    mailed: float | None = None  # open seconds after arrival; a notice was sent
    last_bound: float | None = None  # after the notice

    @property
    def bound(self) -> float | None:
        return self.said.get(LEARNED)

    def broken(self, bound: float | None) -> bool | None:
        """Whether a bound was missed; None without one, and when the ticket left before it could tell."""
        if bound is None:
            return None
        if self.wait > bound + 1e-6:
            return True
        return False if self.item.replied else None


@dataclass(slots=True)
class Formulas:
    """What products compute, each read as a promise. Open seconds."""

    agents: float
    seconds: float
    waits: deque[float] = field(default_factory=lambda: deque(maxlen=100))
    ema: float | None = None
    les: float | None = None
    waiting: dict[str, float] = field(default_factory=dict)

    def say(self, ahead: int, now: float) -> dict[str, float]:
        said = {}
        if self.agents and self.seconds:
            said["ql"] = (ahead + 1) * self.seconds / self.agents
        if self.waits:
            lately = list(self.waits)[-10:]
            said["last10"] = sum(lately) / len(lately)
            ordered = sorted(self.waits)
            said["rolling_p50"] = ordered[len(ordered) // 2]
            said["rolling_p90"] = ordered[min(int(0.9 * len(ordered)), len(ordered) - 1)]
        if self.ema is not None:
            said["ema"] = self.ema
        if self.les is not None:
            said["les"] = self.les
            said["hol"] = now - min(self.waiting.values()) if self.waiting else 0.0
        return said

    def left(self, item: Item, wait: float) -> None:
        self.waiting.pop(item.id, None)
        if item.replied:
            self.waits.append(wait)
            self.les = wait
            self.ema = wait if self.ema is None else 0.9 * self.ema + 0.1 * wait


def told_today(depth: int | None, team: Team, hours: Hours, now: int, replies_seen: int) -> Wait:
    """What the worker says today: the call of `app.core.writing.compose.wait_of`; a test holds the two to the
    same answer."""
    return estimate(
        depth, team, hours, HORIZON_DAYS, now, replies_seen=replies_seen, stalled=None, depth_as_of=now
    )


def play(
    log: Log, *, asked: frozenset[str] | None = None, factor: float = 1.0, oracle_seconds: float | None = None
) -> list[Told]:
    """Every ticket of the log in order of arrival, or those `asked` about; the others only teach.

    `factor` is by how much the admin is wrong about the minutes. `oracle_seconds` is the true mean handling
    time, for the oracle's formula alone: no other design sees it.
    """
    return _Play(log, asked, factor, oracle_seconds).tickets() if log.items else []


class _Play:
    def __init__(
        self, log: Log, asked: frozenset[str] | None, factor: float, oracle_seconds: float | None
    ) -> None:
        self.log, self.hours, self.team = log, log.hours, _slower(log.team, factor)
        self.asked, self.oracle_seconds = asked, oracle_seconds
        self.queue, self.clock = (
            Queue(log.hours, self.team, HORIZON_DAYS),
            OpenClock(log.hours, log.items[0].arrived),
        )
        self.history = Formulas(self.team.agents or 0.0, 60 * (self.team.minutes_per_ticket or 0.0))
        self.replies = 0
        self.arrived: dict[str, float] = {}
        self.found: dict[str, Told] = {}
        self.checks: list[tuple[int, str]] = []

    def tickets(self) -> list[Told]:
        for at, kind, item in events(self.log):
            while self.checks and self.checks[0][0] < at:
                moment, name = heapq.heappop(self.checks)
                if name in self.queue.line:
                    self._check(self.found[name], moment)
            if kind == 1:
                self._arrived(item, at)
            else:
                self._left(item, at)
        for told in self.found.values():
            if told.item.left is None:
                told.wait = self.clock.seconds(self.log.end) - told.arrived
        return list(self.found.values())

    def _arrived(self, item: Item, at: int) -> None:
        self.arrived[item.id] = self.clock.seconds(at)
        if self.asked is None or item.id in self.asked:
            told = self.found[item.id] = self._tell(item, at)
            self._remind(told, at)
        self.queue.arrive(item.id, at, item.band)
        self.history.waiting[item.id] = self.arrived[item.id]

    def _remind(self, told: Told, at: int) -> None:
        if told.bound is None or told.bound < LEAST_REVISED:
            return
        for share in CHECKS:
            moment = after_open_seconds(self.hours, at, share * told.bound)
            if moment is not None:
                heapq.heappush(self.checks, (moment, told.item.id))

    def _left(self, item: Item, at: int) -> None:
        wait = self.clock.seconds(at) - self.arrived[item.id]
        self.queue.leave(item.id, at, replied=item.replied)
        self.history.left(item, wait)
        self.replies += item.replied
        if item.id in self.found:
            self.found[item.id].wait = wait

    def _tell(self, item: Item, at: int) -> Told:
        """The desk counts all priorities; the ticket itself is handed to the group only after the count."""
        now = self.arrived[item.id]
        learned = forecast(self.queue, None, at, band=item.band)
        ahead = learned.ahead or 0
        depth = len(self.queue.line) if item.depth is None else item.depth
        teams = {TOLD: self.team} | {name: _slower(self.team, wrong) for name, wrong in WRONG_MINUTES.items()}
        waits = {
            name: told_today(depth, team, self.hours, at, self.replies) for name, team in teams.items()
        } | {LEARNED: learned}
        bounds = {name: self._open(at, wait.bound_at) for name, wait in waits.items()}
        figures = self.history.say(ahead, now) | {
            RAW_DRAIN: self.queue.drain(item.band).wait_seconds(ahead, 0.9)
        }
        if self.oracle_seconds is not None and self.team.agents:
            figures[ORACLE] = (ahead + 1) * self.oracle_seconds / self.team.agents
        bounds |= {name: self._spoken(at, seconds) for name, seconds in figures.items()}
        said = {name: bound for name, bound in bounds.items() if bound is not None}
        why_not = {name: wait.why_not for name, wait in waits.items() if wait.why_not is not None}
        return Told(
            item,
            len(self.found),
            ahead,
            depth,
            learned.opens_at is not None,
            now,
            said,
            why_not,
            learned.bound_at,
        )

    def _spoken(self, at: int, seconds: float) -> float | None:
        """Open seconds as they would be said, rounded up; None beyond what the calendar knows."""
        moment = after_open_seconds(self.hours, at, seconds)
        return None if moment is None else self._open(at, round_up(self.hours, at, moment))

    def _open(self, at: int, until: int | None) -> float | None:
        return None if until is None else self.clock.seconds(until) - self.clock.seconds(at)

    def _check(self, told: Told, at: int) -> None:
        if told.mailed is not None or told.bound is None or told.bound_at is None:
            return
        again = forecast(self.queue, told.item.id, at)
        if not needs_notice(
            again,
            told.item.arrived,
            told.bound_at,
            self.hours,
            self.queue.left_by(told.item.id, told.bound_at),
        ):
            return
        told.mailed = self.clock.seconds(at) - told.arrived
        later = self._open(at, again.bound_at)
        told.last_bound = None if later is None else told.mailed + later


def _slower(team: Team, factor: float) -> Team:
    return (
        team
        if team.minutes_per_ticket is None
        else replace(team, minutes_per_ticket=team.minutes_per_ticket * factor)
    )
