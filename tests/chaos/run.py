"""One run: tickets come in while everything is killed and the desk is in rough weather; then it clears up,
and all must come to rest."""
from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.chaos.agenda import Agenda
from tests.chaos.count import (
    Acted,
    Agreement,
    Counted,
    Requests,
    against_rows,
    count,
    lost,
    notices,
    requests_of,
)
from tests.chaos.crowd import Crowd
from tests.chaos.floors import floors, reached
from tests.chaos.ground import Ground, open_ground
from tests.chaos.looks import looked
from tests.chaos.trouble import Trouble

A_SECOND = 4.0  # tickets
AFTERWARDS = 25.0  # seconds of trouble after the last ticket was written
IN_TROUBLE = 0.8  # of the tickets, before the trouble may end …
LONGEST = 3.0  # … or so many times as long as people write, and no less than …
ENOUGH_SECONDS = 240.0  # … in which a busy machine gets a worker ready between two kills
# What the protocol needs at most once all is quiet: a worker's longest life, the settle, a lost delivery's
# two polls; and then some.
DRAIN_LIMIT = {"zendesk": 360.0, "freshdesk": 480.0}
PLAIN_LIMIT = 150.0
# a plain run is over when nothing has changed at the desk for so long: its retries pause for less
QUIET_SECONDS = 45.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What to run. `design`: candor | plain_celery | plain_celery_blind; `wipe`: whether a killed Redis loses
    its file as well."""

    desk: str
    database: str
    seed: int
    tickets: int
    design: str = "candor"
    wipe: bool = True
    a_second: float = A_SECOND
    afterwards: float = AFTERWARDS
    skip: float = 0.0  # seconds to jump over when the trouble ends, instead of waiting for what must rest

    @property
    def seconds(self) -> float:
        """Of trouble, at least."""
        return self.tickets / self.a_second + self.afterwards


@dataclass(frozen=True, slots=True)
class Found:
    """What came of it. `settled` is False when the deadline passed first."""

    counted: Counted
    requests: Requests
    trouble: dict[str, int]
    weather: dict[str, int]
    acts: dict[str, int]
    settled: bool
    drained_s: float
    seconds: float
    rows: Agreement | None  # None for a design that has none


def run(wish: Wish, kept: Path | None = None) -> Found:
    began = time.monotonic()
    design = "candor" if wish.design == "candor" else "plain"
    with open_ground(
        wish.desk, wish.database, wish.seed, design, kept, blind=wish.design.endswith("blind")
    ) as ground:
        ground.start_web()
        ground.beat_up()
        ground.wait_for_web()
        agenda = Agenda()
        crowd = Crowd(ground.desk, agenda, wish.seed, wish.tickets, wish.a_second)
        trouble = Trouble(ground, agenda, wish.seconds, wipe=wish.wipe)
        trouble.begin()
        ground.desk.weather.rough = True
        # Until most of the work was done in the middle of it and enough has gone wrong to prove something;
        # for as long, at least, as people write.
        taken_up = _TakenUp(ground, crowd)
        enough = floors(wish.tickets)
        agenda.run(
            lambda: crowd.done
            and agenda.now > wish.seconds
            and reached(enough, trouble.counts, ground.desk.weather.counts, crowd.agents)
            and taken_up() >= IN_TROUBLE,
            max(LONGEST * wish.seconds, ENOUGH_SECONDS),
        )
        agenda.run(lambda: crowd.done, agenda.now + 60)
        ground.desk.weather.rough = False
        trouble.over(skip=wish.skip)
        quiet_from = agenda.now
        settled = _drain(ground, agenda, crowd, wish)
        found = Found(
            count(ground.desk, crowd.tickets, _acted(ground, crowd)),
            requests_of(ground.desk, crowd.tickets),
            dict(trouble.counts),
            dict(ground.desk.weather.counts),
            crowd.acts,
            settled,
            agenda.now - quiet_from,
            time.monotonic() - began,
            against_rows(ground, crowd.tickets) if design == "candor" else None,
        )
        if kept is not None:
            (kept / "found.json").write_text(_report(found))
        return found


def _acted(ground: Ground, crowd: Crowd) -> Acted:
    acts = {ticket: crowd.acts_on(ticket) for ticket in {act.ticket for act in crowd.agents}}
    if ground.desk.kind == "zendesk":
        return Acted(acts, notices(ground))  # its fence refuses what nobody could have seen
    seen = ground.desk.do.requests()
    return Acted(acts, notices(ground), lambda ticket: looked(seen, ticket))


def _drain(ground: Ground, agenda: Agenda, crowd: Crowd, wish: Wish) -> bool:
    quiet = ground.desk.weather
    if wish.design == "candor":
        limit = agenda.now + DRAIN_LIMIT[wish.desk]
        return agenda.run(
            lambda: quiet.under_way == 0 and ground.open_rows() == 0 and not _anybody_lost(ground, crowd),
            limit,
        )
    still = _Still(ground, agenda)
    return agenda.run(lambda: quiet.under_way == 0 and still(), agenda.now + PLAIN_LIMIT)


class _TakenUp:
    """The share of tickets whose customer has heard from somebody. Asked of each ticket until it is so:
    looking must not cost the run."""

    def __init__(self, ground: Ground, crowd: Crowd) -> None:
        self._desk, self._crowd = ground.desk, crowd
        self._known: set[int] = set()

    def __call__(self) -> float:
        self._known.update(
            t
            for t in self._crowd.tickets
            if t not in self._known and not lost(self._desk.said(t), self._crowd.acts_on(t))
        )
        return len(self._known) / max(1, len(self._crowd.tickets))


def _anybody_lost(ground: Ground, crowd: Crowd) -> bool:
    return any(lost(ground.desk.said(ticket), crowd.acts_on(ticket)) for ticket in crowd.tickets)


class _Still:
    """True once the desk has not been called for QUIET_SECONDS."""

    def __init__(self, ground: Ground, agenda: Agenda) -> None:
        self._ground, self._agenda = ground, agenda
        self._calls, self._since = -1, agenda.now

    def __call__(self) -> bool:
        calls = len(self._ground.desk.state.recorder.seen)
        if calls != self._calls:
            self._calls, self._since = calls, self._agenda.now
        return self._agenda.now - self._since > QUIET_SECONDS


def _report(found: Found) -> str:
    return json.dumps(
        {k: v for k, v in asdict(found).items() if k != "requests"}, indent=1, ensure_ascii=False
    )
