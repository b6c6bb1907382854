"""kill -9 of everything at once, Redis wiped, and all started again: how long until the next customer is
answered? With the model and the debounce we ship.

Tickets whose debounce had passed at the kill count. Rows left `sending` wait until the worker that sent them
is certainly dead and the desk has settled: they are counted apart.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from statistics import median

from app.store.tables import inbox, outbox
from tests.chaos.agenda import Agenda
from tests.chaos.crowd import Crowd
from tests.chaos.ground import Ground, Workers, open_ground
from tests.emit import Emit, say

ROUNDS, TICKETS = 5, 20
LIMIT = 120.0
BAR = "<= 15 s"


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds from the kill. `sending` rows were on their way at the kill; `waiting` tickets had no reply
    yet."""

    first_reply: float | None
    drained: float | None
    waiting: int
    sending: int


def report(emit: Emit, desk: str, database: str, found: list[Round], model: str) -> None:
    """Print the figures of one desk and database, over all rounds."""
    first = [r.first_reply for r in found if r.first_reply is not None]
    drained = [r.drained for r in found if r.drained is not None]
    figure = partial(emit, "recovery", desk=desk, database=database, model=model)
    why = f"no reply within {LIMIT:.0f} s of a kill"
    whole = len(first) == len(found) > 0
    figure(
        "first_reply_after_kill_s",
        median(first) if whole else None,
        len(found),
        unit="s",
        bar=BAR,
        rounds=[r.first_reply and round(r.first_reply, 1) for r in found],
        left_sending=sum(r.sending for r in found),
        why=None if whole else why,
    )
    # A round whose tickets were all answered at the kill would measure nothing.
    figure("fewest_waiting_at_kill", min((r.waiting for r in found), default=0), len(found), bar=">= 1")
    figure(
        "backlog_drained_s",
        median(drained) if drained else None,
        len(drained),
        unit="s",
        why=None if drained else why,
    )


def run(emit: Emit, desk: str, database: str, rounds: int = ROUNDS, tickets: int = TICKETS) -> None:
    found = []
    with open_ground(desk, database, seed=rounds, real=True) as ground:
        model = ground.work.embedder().model_id
        for number in range(rounds):
            found.append(_round(ground, number, tickets))
            say(f"chaos: recovery on {desk}/{database}, round {number + 1}: {found[-1]}")
    report(emit, desk, database, found, model)


def _round(ground: Ground, number: int, tickets: int) -> Round:
    workers = Workers(ground, f"worker{number}")
    ground.web_up()
    ground.beat_up()
    ground.wait_for_web()
    agenda = Agenda()
    workers.start()
    agenda.run(lambda: workers.ready, LIMIT)
    crowd = Crowd(ground.desk, agenda, number, tickets, 50.0, calm=True)
    agenda.run(lambda: crowd.done, LIMIT)
    due = agenda.now + 2 * ground.work.settings.debounce_cap_seconds
    agenda.run(lambda: _some_answered(ground, crowd), due, look_every=0.1)
    for kill in (
        workers.kill,
        lambda: ground.kill_process(ground.beat),
        lambda: ground.kill_process(ground.web),
        ground.kill_redis,
    ):
        kill()
    killed = agenda.now
    replied, sending = _replied(ground, crowd), _sending(ground)
    waiting = len(crowd.tickets) - len(replied)
    ground.redis.start()
    ground.web_up()
    ground.beat_up()
    workers.start()
    answered = agenda.run(lambda: len(_replied(ground, crowd)) > len(replied), killed + LIMIT, look_every=0.2)
    first = agenda.now - killed if answered else None
    drained = agenda.now - killed if agenda.run(lambda: _nothing_due(ground), killed + LIMIT) else None
    workers.kill()
    return Round(first, drained, waiting, sending)


def _some_answered(ground: Ground, crowd: Crowd) -> bool:
    """Half-way: some have their reply, some are due and wait."""
    return len(_replied(ground, crowd)) * 4 > len(crowd.tickets)


def _replied(ground: Ground, crowd: Crowd) -> set[int]:
    return {t for t in crowd.tickets if any(s.by == "assistant" and s.public for s in ground.desk.said(t))}


def _sending(ground: Ground) -> int:
    return sum(r.state == "sending" for r in ground.rows(outbox))


def _nothing_due(ground: Ground) -> bool:
    """Nothing is open but what was left `sending`, what became of that, and what waits behind it."""
    held = {r.ticket for r in ground.rows(outbox) if r.state in ("sending", "unknown")}
    return not any(
        r.state in ("waiting", "working") and r.subject_id not in held for r in ground.rows(inbox)
    ) and not any(r.state == "ready" and r.ticket not in held for r in ground.rows(outbox))
