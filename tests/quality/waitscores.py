"""A log played through the estimator as it happened: what was told, what a formula in use would have told, and what came."""
from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from app.core.calendar import after_open_seconds, open_seconds_between
from app.core.waits import Queue, forecast
from app.core.waits.openclock import OpenClock
from app.core.waits.record import pinball
from app.core.waits.watch import CHECKS, needs_notice
from tests.quality.waitlogs import Item, Log, events

HORIZON_DAYS = 5
BASELINES = ("ql", "last10", "les", "hol", "ema", "rolling_p50", "rolling_p90", "raw")
SMALL, LATE, LATE_SHARE = 1800.0, 1800.0, 0.5


@dataclass(slots=True)
class Told:
    """One ticket: what was said of it and what became of it. Waits are open seconds, moments wall microseconds."""

    item: Item
    number: int
    ahead: int
    closed: bool
    bound_at: int | None
    bound: float | None  # open seconds until the spoken moment
    why_not: str | None
    formulas: dict[str, float]
    arrived: float
    wait: float = 0.0  # until it left, or until the log was closed
    mailed: float | None = None  # open seconds after arrival; a notice was sent
    last_bound: float | None = None  # after the notice

    def broken(self, bound: float | None) -> bool | None:
        """Whether a bound was missed; None without one, and when the ticket left or the log ended before it could tell."""
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


def play(log: Log, *, factor: float = 1.0) -> list[Told]:
    """Every ticket of the log in order of arrival; `factor` is by how much the admin is wrong about the minutes."""
    team = log.team
    if team.minutes_per_ticket is not None:
        team = replace(team, minutes_per_ticket=team.minutes_per_ticket * factor)
    queue, clock = Queue(log.hours, team, HORIZON_DAYS), OpenClock(log.hours, log.items[0].arrived)
    history = Formulas(team.agents or 0.0, 60 * (team.minutes_per_ticket or 0.0))
    found: dict[str, Told] = {}
    checks: list[tuple[int, str]] = []
    for at, kind, item in events(log):
        while checks and checks[0][0] < at:
            moment, name = heapq.heappop(checks)
            if name in queue.line:
                _check(queue, found[name], moment, log, clock)
        now = clock.seconds(at)
        if kind == 0:
            queue.leave(item.id, at, replied=item.replied)
            found[item.id].wait = now - found[item.id].arrived
            history.left(item, found[item.id].wait)
            continue
        told = found[item.id] = _tell(queue, item, at, now, log, history, len(found))
        queue.arrive(item.id, at, item.band)
        history.waiting[item.id] = now
        if told.bound is not None and told.bound >= SMALL:
            for share in CHECKS:
                moment_at = after_open_seconds(log.hours, at, share * told.bound)
                if moment_at is not None:
                    heapq.heappush(checks, (moment_at, item.id))
    for told in found.values():
        if told.item.left is None:
            told.wait = clock.seconds(log.end) - told.arrived
    return list(found.values())


def _tell(queue: Queue, item: Item, at: int, now: float, log: Log, history: Formulas, number: int) -> Told:
    wait = forecast(queue, None, at, band=item.band)
    bound = None if wait.bound_at is None else open_seconds_between(log.hours, at, wait.bound_at)
    formulas = history.say(wait.ahead or 0, now)
    formulas["raw"] = queue.drain(item.band).wait_seconds(wait.ahead or 0, 0.9)
    return Told(item, number, wait.ahead or 0, wait.opens_at is not None, wait.bound_at, bound, wait.why_not, formulas, now)


def _check(queue: Queue, told: Told, at: int, log: Log, clock: OpenClock) -> None:
    if told.mailed is not None or told.bound is None or told.bound_at is None:
        return
    again = forecast(queue, told.item.id, at)
    if not needs_notice(again, told.item.arrived, told.bound_at, log.hours, queue.left_by(told.item.id, told.bound_at)):
        return
    told.mailed = clock.seconds(at) - told.arrived
    later = told.mailed + open_seconds_between(log.hours, at, again.bound_at) if again.bound_at is not None else None
    told.last_bound = later


@dataclass(frozen=True, slots=True)
class Score:
    """`kept` of `n` promises whose end is known; pinball and mean over those, in open seconds."""

    kept: int
    n: int
    pinball: float
    mean: float
    offered: int

    @property
    def share(self) -> float | None:
        return self.kept / self.n if self.n else None


def score(rows: Sequence[Told], bound: Callable[[Told], float | None] = lambda t: t.bound) -> Score:
    """Pinball on replied tickets only; a wait still open past its promise is broken."""
    kept = n = 0
    losses, bounds = [], []
    offered = 0
    for told in rows:
        said = bound(told)
        if said is None:
            continue
        offered += 1
        bounds.append(said)
        broken = told.broken(said)
        if broken is not None:
            n, kept = n + 1, kept + (not broken)
        if told.item.replied:
            losses.append(pinball(told.wait, said))
    return Score(kept, n, sum(losses) / len(losses) if losses else 0.0, sum(bounds) / len(bounds) if bounds else 0.0, offered)


def formula(name: str) -> Callable[[Told], float | None]:
    """A baseline's bound, on the tickets ours answered, so that both are scored on the same rows."""
    return lambda told: told.formulas.get(name) if told.bound is not None else None


@dataclass(frozen=True, slots=True)
class Notices:
    """Shares of all promises. `without`: of 30 minutes or more, badly exceeded, no mail before; the others are `small` and `short`."""

    without: float
    small: float
    short: float
    mailed: float
    needless: float | None  # of those mailed: the first promise was kept after all
    promises: int
    mails: int


def notices(rows: Sequence[Told]) -> Notices:
    promised = [told for told in rows if told.bound is not None and told.broken(told.bound) is not None]
    without = small = short = mailed = needless = 0
    for told in promised:
        bound = told.bound or 0.0
        broken = told.broken(bound)
        mailed += told.mailed is not None
        needless += told.mailed is not None and not broken
        if not broken or (told.mailed is not None and told.mailed <= bound):
            continue
        excess = told.wait - bound
        if bound < SMALL:
            short += 1
        elif excess >= LATE or excess >= LATE_SHARE * bound:
            without += 1
        else:
            small += 1
    n = max(len(promised), 1)
    return Notices(without / n, small / n, short / n, mailed / n, needless / mailed if mailed else None, len(promised), mailed)
