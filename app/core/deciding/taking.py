"""The taking of one inbox row about a ticket, without I/O: it yields what it wants done, and is told the time
and the answer.

    may it be worked on now? ─▶ lease the ticket ─▶ (anything but our own write?) ─▶ read it ─▶ is it quiet?
                                                                                             ─▶ decide

`workers/deciding/` does the asked-for things at a real store and desk, the simulation at simulated ones. What
is asked before the lease and the lease itself belong into the transaction that claims the row.
"""
from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.kinds import InboxKind
from app.core.reading.bursts import writing_until
from app.core.sending.settle import SAME_SECOND
from app.core.sending.states import Times, stamp_is_safe
from connectors.records import Change, Role, Ticket

# microseconds between looks while our own writes are still on their way to the ticket
BEHIND_OWN_WRITES = 1_000_000
TICKET_BUSY = 500_000  # microseconds until a row is offered again whose ticket another worker has


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the customer must have been quiet, and the longest they are waited for, in microseconds."""

    quiet: int
    longest: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """A claimed row. `own_at` is set when the poll saw the version our own write made: its moment."""

    kind: InboxKind
    alone: bool = False
    own_at: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What our own rows say of the ticket. `span`: when its oldest and newest waiting deliveries came."""

    open_writes: bool
    breaks_others: bool
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class AskStanding:
    """-> Standing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """-> bool: whether the ticket is ours now."""


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """-> Sequence[Change]: who changed what at the desk since then."""

    since: int


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """-> Seen: the ticket as it is at the desk now."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The ticket as just read, and what its desk's connector needs."""

    ticket: Ticket
    times: Times


@dataclass(frozen=True, slots=True)
class PutBack:
    """Nothing is done now: the row is offered again at `until`, and the ticket let go."""

    until: int


@dataclass(frozen=True, slots=True)
class NothingNew:
    """Only we have written: the row is done."""


@dataclass(frozen=True, slots=True)
class Decide:
    """The ticket may be decided on as read."""

    ticket: Ticket


Ask = AskStanding | Lease | ReadHistory | ReadTicket | PutBack | NothingNew | Decide
Told = tuple[int, Any]
Steps = Generator[Ask, Told, None]


def taking(row: Arrived, pace: Pace, now: int) -> Steps:
    """Take a claimed row as far as its decision; whoever does what it asks ends with a PutBack, NothingNew or
    Decide."""
    standing: Standing
    now, standing = yield AskStanding()
    until = not_before(row, standing, pace, now)
    if until is not None:
        yield PutBack(until)
        return
    now, held = yield Lease()
    if not held:
        yield PutBack(now + TICKET_BUSY)
        return
    if row.own_at is not None:
        now, changes = yield ReadHistory(row.own_at)
        if only_ours(changes, row.own_at):
            yield NothingNew()
            return
    seen: Seen
    now, seen = yield ReadTicket()
    wait = too_early(row, seen.ticket, pace, seen.times)
    yield PutBack(now + wait) if wait else Decide(seen.ticket)


def not_before(row: Arrived, standing: Standing, pace: Pace, now: int) -> int | None:
    """When to look again: the customer may still be writing, or our own words are still on their way. None
    for now."""
    # A later delivery of the same ticket waits behind an earlier one, and all wait behind a row that breaks
    # its worker.
    if standing.open_writes or (standing.breaks_others and not row.alone):
        return now + BEHIND_OWN_WRITES
    # The poll may be faster than the customer's next message: what it finds is held back like the delivery
    # it ran ahead of.
    if row.kind == InboxKind.ACT or standing.span is None:
        return None
    oldest, newest = standing.span
    due = min(newest + pace.quiet, oldest + pace.longest)
    return due if due > now else None


def too_early(row: Arrived, ticket: Ticket, pace: Pace, times: Times) -> int:
    """Microseconds until the ticket, as just read, may be decided on; 0 for now."""
    wait = 0
    if row.kind != InboxKind.ACT:
        # The read may hold a message that no delivery has told of yet: the customer may still be writing.
        wait = writing_until(ticket, pace.quiet, pace.longest) - ticket.stamp.desk_now
    if not stamp_is_safe(ticket.stamp, times):
        # Somebody may still act within the second this stamp names, and nothing would show that our read has
        # not seen it.
        wait = max(wait, SAME_SECOND)
    return max(wait, 0)


def only_ours(changes: Sequence[Change], own_at: int) -> bool:
    """True when nobody else acted since the second of our own write."""
    return not any(
        c.at >= own_at and c.actor in (Role.AGENT, Role.CUSTOMER, Role.BOT) and not c.by_rule for c in changes
    )
