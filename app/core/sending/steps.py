"""One step of one outbox row, without I/O: it yields what it wants done, and is told the time and the answer.

    (reconcile what is unknown) | pre-send checks ─▶ commit `sending` ─▶ one call ─▶ classify ─▶ commit

`workers/sending/deliver.py` does the asked-for things at a real desk, the simulation at a simulated one: the
order of reads, commits and calls is decided here, once. An ask that fails is answered by throwing its
ConnectorError in. A commit carries the fence of the claim; when it is answered False somebody else has the
row, and the step ends at once.
"""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import Any

from app.core.kinds import EffectKind, EffectState, Purpose
from app.core.sending.checks import (
    Check,
    Stored,
    Words,
    behind_own_note,
    by_our_rows,
    by_the_ticket,
    stamp_speaks,
    untouched,
)
from app.core.sending.states import (
    Answered,
    Deferred,
    GivenUp,
    OutboxRow,
    Overtaken,
    Started,
    Times,
    Traced,
    Vanished,
    pause,
    step,
    worn_out,
)
from connectors.errors import ConnectorError, RateLimited
from connectors.records import Conflict, Outcome, Sent, Stamp, Ticket, Trace

# microseconds from the last look at a ticket to a reply without a fence: as long as one call may take
LOOK_LASTS = 20_000_000
JUST_READ = 5_000_000  # microseconds from the read of a ticket to a note in it
CLOCK_SKEW = 10_000_000  # microseconds our clock and the desk's may differ when we look for our own write


@dataclass(frozen=True, slots=True)
class Look:
    """-> Stored: what our own database says now, and of quoted pages with an old copy their source."""


@dataclass(frozen=True, slots=True)
class ReadTicket:
    """-> Ticket, as it is at the desk now."""


@dataclass(frozen=True, slots=True)
class ReadStamp:
    """-> Stamp, the cheapest read that carries the desk's clock."""


@dataclass(frozen=True, slots=True)
class ReadSince:
    """-> Ticket | Stamp: what has come after our own write that made the stamp."""

    made: Stamp


@dataclass(frozen=True, slots=True)
class Call:
    """-> Outcome: one call to the desk, never a retry. `stamp` is None where the desk has no fence."""

    stamp: Stamp | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Find:
    """-> Trace: what the desk's history holds of this row."""

    stamp: Stamp | None
    since: int


@dataclass(frozen=True, slots=True)
class Commit:
    """-> bool: keep the row as it is now, and what follows from it, at once. `made` is the ticket version our
    own write made."""

    row: OutboxRow
    made: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Diagnose:
    """-> bool: whether the desk refuses our key altogether; then it was marked as broken."""

    error: ConnectorError


Ask = Look | ReadTicket | ReadStamp | ReadSince | Call | Find | Commit | Diagnose
# The time after the ask, and its answer. The answer's type is the one its ask names.
Told = tuple[int, Any]
Steps = Generator[Ask, Told, None]


def one_step(
    words: Words, row: OutboxRow, times: Times, now: int, *, fenced: bool, erased: bool, crashes: int
) -> Steps:
    """Take a claimed row one step further. `erased`: the person it is for has been; `crashes`: workers that
    died with it."""
    if row.state == EffectState.SENDING:
        # Its holder died or hangs. Nobody knows whether the call went out.
        yield Commit(step(row, Vanished(), now, times))
    elif row.state == EffectState.READY and worn_out(row):
        yield Commit(
            step(row, GivenUp(f"its worker died {crashes} times before the call could go out"), now, times)
        )
    elif erased:
        yield Commit(step(row, GivenUp("the person it is for was erased"), now, times))
    elif row.state == EffectState.UNKNOWN:
        yield from _reconcile(row, times, now)
    else:
        yield from _send(words, row, times, now, fenced)


def _send(words: Words, row: OutboxRow, times: Times, now: int, fenced: bool) -> Steps:
    try:
        if row.sends and not fenced:
            # A call was made before, and its holder may have been stopped for longer than the settle: nothing
            # there refuses its copy.
            trace: Trace
            now, trace = yield _find(row, now)
            if trace.remote_id is not None:
                yield Commit(step(row, Traced(trace), now, times))
                return
        now, check = yield from _pre_send(words, row, times, now, fenced)
        if check.copy and check.event is None:
            now, trace = yield _find(row, now)
            if trace.remote_id is not None:
                yield Commit(step(row, Traced(trace), now, times))
                return
            if words.effect == EffectKind.PUBLIC:
                check = replace(check, event=Overtaken("somebody has answered in the assistant's name"))
    except ConnectorError as error:
        yield from _deferred(row, times, error)
        return
    row = replace(row, stamp=check.stamp)
    event = check.event
    if event is None and not fenced and words.effect == EffectKind.PUBLIC and _too_long_ago(check.stamp, now):
        event = Deferred(now, "we were stopped since the last look at the ticket: looked again")
    if event is not None:
        yield Commit(step(row, event, now, times))
        return
    started = step(row, Started(), now, times)
    now, mine = yield Commit(started)
    if not mine:
        return
    stamp = check.stamp if fenced else None
    outcome: Outcome
    now, outcome = yield Call(stamp, check.tags)
    after = step(started, Answered(outcome), now, times)
    if isinstance(outcome, Conflict):
        after = yield from _after_conflict(words, started, stamp, times, now)
    yield Commit(after, outcome.stamp if isinstance(outcome, Sent) else None)


def _pre_send(
    words: Words, row: OutboxRow, times: Times, now: int, fenced: bool
) -> Generator[Ask, Told, tuple[int, Check]]:
    """Kill switch, ownership, cited articles, then the ticket itself where its stamp is old or unsafe."""
    stored: Stored
    now, stored = yield Look()
    check = by_our_rows(words, row, stored, now)
    if check is not None:
        return now, check
    if words.effect == EffectKind.OPEN_TICKET:
        check = Check(None, None)
    else:
        now, check = yield from _at_the_desk(words, row, times, now, fenced)
    if check.event is not None:
        return now, check
    # Reading the ticket may take long: a kill switch pressed meanwhile holds all the same.
    now, stored = yield Look()
    return now, by_our_rows(words, row, stored, now) or check


def _at_the_desk(
    words: Words, row: OutboxRow, times: Times, now: int, fenced: bool
) -> Generator[Ask, Told, tuple[int, Check]]:
    if stamp_speaks(words, row, now, times):
        if fenced or not words.moves or _just_read(words, row, now):
            return now, Check(None, row.stamp, words.tags)
        present: Stamp
        now, present = yield ReadStamp()
        if untouched(present, row.stamp):
            return now, Check(None, present, words.tags)
    ticket: Ticket
    if words.purpose == Purpose.HANDOFF_NOTICE and words.place > 0 and row.stamp is not None:
        # A notice carries neither tags nor fields: behind our own note only who has spoken since is asked.
        found: Ticket | Stamp
        now, found = yield ReadSince(row.stamp)
        if isinstance(found, Stamp):
            return now, behind_own_note(found, times)
        ticket = found
    else:
        now, ticket = yield ReadTicket()
    return now, by_the_ticket(words, ticket, row, times, now, fenced)


def _just_read(words: Words, row: OutboxRow, now: int) -> bool:
    """A note that follows its read at once costs no look; the notice behind it is preceded by one."""
    stamp = row.stamp
    return words.effect == EffectKind.NOTE and stamp is not None and now - stamp.read_at < JUST_READ


def _too_long_ago(read: Stamp | None, now: int) -> bool:
    """Nothing refuses what is sent on an old look, so a worker that was stopped since then has not looked."""
    return read is not None and now - read.read_at > LOOK_LASTS


def _after_conflict(
    words: Words, row: OutboxRow, sent_on: Stamp | None, times: Times, now: int
) -> Generator[Ask, Told, OutboxRow]:
    """The desk refused a stale write: was it our own copy, our own plan, or somebody else?"""
    since = sent_on.changed_at if sent_on else (row.attempt_at or now)
    stamp: Stamp
    trace: Trace
    try:
        # The stamp before the history: what happens in between then makes the stamp old, and the desk refuses
        # again.
        now, stamp = yield ReadStamp()
        now, trace = yield Find(sent_on, since - CLOCK_SKEW)
    except ConnectorError as error:
        # Refused for certain, so nothing is lost by asking again: as unknown, it is looked up before anything
        # is sent.
        return replace(
            row,
            state=EffectState.UNKNOWN,
            unknown_since=now,
            next_at=now + times.settle,
            lease_until=0,
            result=f"refused as stale; the history could not be read: {error}",
        )
    if trace.remote_id is None and words.due_anyway:
        # It carried the ticket's old stamp, so no earlier call can be carried out any more either: the next
        # one is the first.
        return replace(row, state=EffectState.READY, sends=0, stamp=None, next_at=now, lease_until=0,
                       result="the ticket has changed; it is read again")
    return step(row, Traced(trace, stamp), now, times)


def _reconcile(row: OutboxRow, times: Times, now: int) -> Steps:
    """The settle has passed: look for the marker, and only then send the same bytes again."""
    trace: Trace
    try:
        now, trace = yield _find(row, now)
    except ConnectorError as error:
        yield from _deferred(row, times, error)
        return
    yield Commit(step(row, Traced(trace), now, times))


def _find(row: OutboxRow, now: int) -> Find:
    return Find(row.stamp, (row.attempt_at or row.unknown_since or now) - CLOCK_SKEW)


def _deferred(row: OutboxRow, times: Times, error: ConnectorError) -> Steps:
    now, broken = yield Diagnose(error)
    if error.status == 403 and error.permanent and not broken:
        why = "the desk does not let the assistant's user see this ticket any more (403)"
        yield Commit(step(row, GivenUp(why), now, times))
        return
    if error.permanent and error.status == 404:
        gone = "the ticket is gone from the desk"
        yield Commit(
            step(row, Overtaken(gone) if row.state == EffectState.READY else GivenUp(gone), now, times)
        )
        return
    wait = int((error.retry_after or 0) * 1_000_000) or pause(row.attempts)
    # A desk that wants a pause, or a new key from us, has not failed: such a try does not count.
    counts = not isinstance(error, RateLimited) and error.status not in (401, 403)
    yield Commit(
        step(row, Deferred(now + wait, str(error), counts=counts), now, times)
    )
