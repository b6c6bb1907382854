"""Every guard of the send path by name, and how to leave it out: in the rows, at the desk, or in the core
itself.

The core has no switches: what is removed there is replaced for the time of a run, in this process only.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any
from unittest.mock import patch

from app.core.deciding import taking
from app.core.sending import checks, states, steps
from app.core.sending.checks import Check, Stored
from app.core.sending.states import Answered, OutboxRow, Times, Vanished
from connectors.records import Stamp, Ticket, Trace, Unknown
from tests.simulation.desk import OURS, OWN_WRITE_BEHIND, SimulatedDesk
from tests.simulation.history import Setting, setting

Swap = tuple[object, str, Any]


@dataclass(frozen=True, slots=True)
class Guard:
    """`desk` is where its absence shows first. `rows` are the names of what `World` leaves out; `times` and
    `swaps` change the core.

    `pressure` raises the rates of the faults it is there for. Guards that stand behind one another are left
    out together.
    """

    name: str
    desk: str
    rows: tuple[str, ...] = ()
    times: Callable[[Times], Times] | None = None
    swaps: tuple[Swap, ...] = ()
    pressure: tuple[tuple[str, float], ...] = ()


def _without_reading_back(real: Callable[..., Trace]) -> Callable[..., Trace]:
    return lambda *a: Trace(None, real(*a).others)


def _nobody_else(real: Callable[..., Trace]) -> Callable[..., Trace]:
    return lambda *a: Trace(real(*a).remote_id, False)


def _blindly(row: OutboxRow, event: object, now: int, times: Times) -> OutboxRow:
    new = states.step(row, event, now, times)  # type: ignore[arg-type]
    unclear = isinstance(event, Answered) and isinstance(event.outcome, Unknown)
    return replace(new, state="ready", next_at=now + states.SECOND) if unclear else new


def _as_if_nothing_left(row: OutboxRow, event: object, now: int, times: Times) -> OutboxRow:
    new = states.step(row, event, now, times)  # type: ignore[arg-type]
    return replace(new, state="ready", next_at=now) if isinstance(event, Vanished) else new


def _newest_stamp(words: Any, ticket: Any, row: OutboxRow, times: Times, now: int, fenced: bool) -> Check:
    return Check(None, ticket.stamp, ticket.tags)


def _comments_alone(self: SimulatedDesk, now: int, our_clock: int, made: Stamp) -> Ticket | Stamp:
    spoke = any(m.author is not OURS and m.at >= made.changed_at - OWN_WRITE_BEHIND for m in self.messages)
    if spoke or not self.fenced:
        return self.ticket(now, our_clock)
    return Stamp(made.value, made.changed_at, self.second(now), our_clock)


def _never_killed(words: Any, row: OutboxRow, stored: Stored, now: int) -> Check | None:
    return checks.by_our_rows(words, row, replace(stored, killed=None), now)


FIND = SimulatedDesk.find
SAFE: tuple[Swap, ...] = (
    (checks, "stamp_is_safe", lambda *_: True),
    (states, "stamp_is_safe", lambda *_: True),
    (taking, "stamp_is_safe", lambda *_: True),
)

RACES = (("races", 3), ("race_rate", 1.0))
# Everything within one second of the desk's clock: a rule, our read, a person's reply, our write.
ONE_SECOND = (*RACES, ("race_within", 0.6), ("touches", 0.5), ("compose", (0.02, 0.3)), ("rules", 0.0))
PAUSES = (("pauses", 3), ("pause_rate", 0.2))
# Two pieces of work for one ticket at the same time, each of them slow.
SIDE_BY_SIDE = (*RACES, ("presses", 1.0), ("compose", (3.0, 9.0)))
# What was given up is tried once more, in tickets that people have by then.
SHELF = (("replays", 1.0), ("refusals", 0.1))

GUARDS: tuple[Guard, ...] = (
    Guard("the desk's fence", "zendesk", rows=("the desk's fence",)),
    Guard("same-second guard", "zendesk", swaps=SAFE, pressure=ONE_SECOND),
    Guard(
        "nothing is decided on an unsafe stamp",
        "zendesk",
        swaps=((taking, "stamp_is_safe", lambda *_: True),),
        pressure=ONE_SECOND,
    ),
    Guard(
        "only our own plan may have moved the stamp",
        "zendesk",
        swaps=((SimulatedDesk, "find", _nobody_else(FIND)),),
    ),
    Guard("what a new read shows", "zendesk", swaps=((steps, "by_the_ticket", _newest_stamp),)),
    Guard("settle", "freshdesk", times=lambda t: replace(t, settle=0)),
    Guard(
        "the settle starts when the holder is dead",
        "freshdesk",
        times=lambda t: replace(t, settle=20 * states.SECOND, hard_limit=0),
        pressure=PAUSES,
    ),
    Guard("marker look-up", "freshdesk", swaps=((SimulatedDesk, "find", _without_reading_back(FIND)),)),
    Guard("unknown is not failed", "freshdesk", swaps=((steps, "step", _blindly),)),
    Guard("a crash in sending is unknown", "freshdesk", swaps=((steps, "step", _as_if_nothing_left),)),
    Guard("a look before a public reply", "freshdesk", swaps=((steps, "untouched", lambda *_: True),)),
    Guard("newest author", "freshdesk", swaps=((checks, "overtaken", lambda *_: ""),)),
    Guard(
        "what a person did without a word",
        "freshdesk",
        swaps=((checks, "taken_over", lambda *_: ""),),
        pressure=RACES,
    ),
    Guard(
        "acts within the second of our own note",
        "zendesk",
        swaps=((SimulatedDesk, "since_own_write", _comments_alone),),
        pressure=ONE_SECOND,
    ),
    Guard("ownership", "freshdesk", swaps=((checks, "may_post", lambda *_: True),), pressure=SHELF),
    Guard(
        "state writes carry the fence", "freshdesk", rows=("state writes carry the fence",), pressure=PAUSES
    ),
    Guard("kill switch asked again", "zendesk", swaps=((steps, "by_our_rows", _never_killed),)),
    Guard("rows of a plan in order", "zendesk", rows=("rows of a plan in order",)),
    Guard(
        "a ticket waits behind our own writes",
        "zendesk",
        rows=("a ticket waits behind our own writes",),
        pressure=RACES,
    ),
    Guard("debounce", "zendesk", rows=("debounce",)),
    Guard("the poll", "zendesk", rows=("the poll",)),
    Guard("the sweep", "zendesk", rows=("the sweep",)),
    # Each of these alone is caught by the other: only without both is there anything to see.
    # Two who decide on one ticket at once: the later of them finds the turn taken.
    Guard(
        "a turn is decided once, unique key and turn",
        "zendesk",
        rows=("a turn is decided once", "unique key and turn"),
    ),
    # Two who work on one ticket at once: whoever decides on the older row of it would give back to the
    # assistant what the other has given to people, and is refused by the fence.
    Guard(
        "one holder per ticket, a decision carries the ticket's fence",
        "zendesk",
        rows=("one holder per ticket", "a decision carries the ticket's fence"),
        pressure=SIDE_BY_SIDE,
    ),
    # A call after a pause may not be alone at the desk: what follows it waits for the holder's certain death.
    Guard(
        "time left for the call, settle after the holder's death",
        "freshdesk",
        rows=("time left for the call",),
        times=lambda t: replace(t, settle=20 * states.SECOND, hard_limit=0),
        pressure=PAUSES,
    ),
)
# Alone these show nothing, because what stands behind them holds; should one turn red, what stood behind it
# has gone.
IN_DEPTH: tuple[Guard, ...] = (
    Guard("a turn is decided once", "zendesk", rows=("a turn is decided once",)),
    Guard("unique key and turn", "zendesk", rows=("unique key and turn",)),
    Guard("one holder per ticket", "zendesk", rows=("one holder per ticket",), pressure=SIDE_BY_SIDE),
    Guard(
        "a decision carries the ticket's fence",
        "zendesk",
        rows=("a decision carries the ticket's fence",),
        pressure=SIDE_BY_SIDE,
    ),
    Guard("time left for the call", "freshdesk", rows=("time left for the call",), pressure=PAUSES),
)
BY_NAME = {g.name: g for g in (*GUARDS, *IN_DEPTH)}


@contextmanager
def without(guard: Guard | None, desk: str) -> Iterator[Setting]:
    """The setting of a run on a desk with the guard left out; everything is as before at the end."""
    given = setting(desk, frozenset(guard.rows) if guard else frozenset())
    if guard is None:
        yield given
        return
    with ExitStack() as swapped:
        for where, name, other in guard.swaps:
            swapped.enter_context(patch.object(where, name, other))
        given = replace(given, pressure=guard.pressure)
        yield replace(given, times=guard.times(given.times)) if guard.times else given
