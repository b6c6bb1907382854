"""The life of one outbox row, as a pure function over (row, event, now).

    ready ──Started──▶ sending ──Answered(Sent)──▶ sent
      ▲                   │ ├─Answered(Conflict) ─▶ Traced ─▶ sent | ready (once, own plan) | stale
      │                   │ ├─Answered(Later) ────▶ ready
      │                   │ ├─Answered(Refused) ──▶ failed
      │                   │ └─Answered(Unknown) ──▶ unknown ──settle──▶ Traced ─▶ sent | ready (same bytes) | dead
      └── Deferred        └─ Vanished (the holder died) ─▶ unknown

Source: the send protocol of the design; each guard below is removed in turn by the simulation to show that it
is needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.core.kinds import EffectState
from connectors.records import Conflict, Later, Outcome, Refused, Sent, Stamp, Trace, Unknown

SECOND = 1_000_000
# calls with the same bytes before a person is asked: a desk that loses one write in five loses six in a row
# of one in 15,000
MAX_SENDS = 6
MAX_ATTEMPTS = 20  # claims of one row; a row that is only ever deferred must not circle for ever
MAX_LOOKS = 150  # into a history that cannot be read: about a day of trying, longer than a desk's own outages
# and never more than this, even where no look counts because the desk asks for pauses
LONGEST_UNKNOWN = 7 * 86_400 * SECOND
FIRST_PAUSE = 5 * SECOND
LONGEST_PAUSE = 600 * SECOND
FOUND = "found in the desk's history"
ASK_AGAIN = 30 * SECOND  # between two tries to ask for a page that is quoted
LONGEST_SILENCE = 600 * SECOND  # a reply waits so long for a page that cannot be asked for, then people get it
LEASE_TO_SPARE = 5 * SECOND  # must be left of the lease when the call has had its whole time


@dataclass(frozen=True, slots=True)
class Times:
    """What a connector needs, in microseconds. `settle` must exceed the desk's worst late commit;
    `hard_limit` a worker's longest life."""

    settle: int
    hard_limit: int = 90 * SECOND
    lease: int = 15 * SECOND
    deadline: int = 20 * SECOND  # one HTTP call, in all
    stamp_fresh: int = 60 * SECOND  # past it a fenced ticket is read again before the write
    same_second: int = SECOND


FENCED = Times(settle=15 * SECOND)
UNFENCED = Times(settle=120 * SECOND)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """The part of a row the protocol is about. `sends` counts calls that may have reached the desk."""

    state: EffectState
    next_at: int
    sends: int = 0
    attempts: int = 0
    lease_until: int = 0
    attempt_at: int | None = None
    unknown_since: int | None = None
    restamped: bool = False
    stamp: Stamp | None = None
    remote_id: str | None = None
    result: str | None = None
    silent_since: int | None = None  # since when a page it quotes cannot be asked for


@dataclass(frozen=True, slots=True)
class Started:
    """The call is about to go out: everything was checked, the row is committed as `sending` first."""


@dataclass(frozen=True, slots=True)
class Answered:
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Traced:
    """The desk's history was read. `stamp` is the ticket's stamp in a new read, where the row may need
    one."""

    trace: Trace
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Vanished:
    """The row is `sending` and its lease is over: the holder died, or is paused."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """Nothing went out; try again later. `counts` is False when we hold the row back ourselves: that is no
    failed try."""

    until: int
    why: str
    counts: bool = True


@dataclass(frozen=True, slots=True)
class SourceSilent:
    """Our copy of a page it quotes is old, and the source does not say whether the page is still there."""

    why: str


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Before the call it was seen that the reply does not fit any more; nothing went out."""

    why: str


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A person must look at it; nothing more is tried."""

    why: str


Event = Started | Answered | Traced | Vanished | Deferred | SourceSilent | Overtaken | GivenUp


class IllegalStep(Exception):
    """An event came in a state that cannot have it: a bug, never a condition of the outside."""


def step(row: OutboxRow, event: Event, now: int, times: Times) -> OutboxRow:
    """The row after the event. Pure; raises IllegalStep on an event that cannot happen in the row's state."""
    match (row.state, event):
        case (EffectState.READY, Started()):
            lease = now + times.deadline + times.lease
            return replace(
                row,
                state=EffectState.SENDING,
                sends=row.sends + 1,
                attempt_at=now,
                lease_until=lease,
                silent_since=None,
            )
        case (EffectState.READY, Deferred(until, why, counts)):
            if not counts:
                return replace(
                    row, next_at=until, attempts=max(0, row.attempts - 1), result=why, lease_until=0
                )
            if row.attempts >= MAX_ATTEMPTS:
                return _dead(row, f"tried {row.attempts} times; last: {why}")
            return replace(row, next_at=until, result=why, lease_until=0)
        case (EffectState.READY, SourceSilent(why)):
            return _held_for_a_page(row, why, now)
        case (EffectState.READY, Traced(Trace(str() as remote_id))):
            # Looked for before a second call: an earlier one had come through after all.
            return replace(row, state=EffectState.SENT, remote_id=remote_id, lease_until=0, result=FOUND)
        case (EffectState.READY, Overtaken(why)):
            return replace(row, state=EffectState.STALE, result=why, lease_until=0)
        case (EffectState.SENDING, Answered(outcome)):
            return _answered(row, outcome, now, times)
        case (EffectState.SENDING, Vanished()):
            # The settle starts when the holder is certainly dead, not when it began: it may have sent at its
            # last moment.
            dead_at = (row.attempt_at or now) + times.hard_limit
            return replace(
                row,
                state=EffectState.UNKNOWN,
                unknown_since=dead_at,
                next_at=max(now, dead_at + times.settle),
                lease_until=0,
            )
        case (EffectState.SENDING, Traced(trace, stamp)):
            return _after_conflict(row, trace, stamp, now)
        case (EffectState.UNKNOWN, Traced(trace, stamp)):
            return _reconciled(row, trace, now)
        case (EffectState.UNKNOWN, Deferred(until, why, counts)):
            return _not_looked_up(row, until, why, counts, now)
        case (EffectState.READY | EffectState.UNKNOWN | EffectState.SENDING, GivenUp(why)):
            return _dead(row, why)
    raise IllegalStep(f"{type(event).__name__} in state {row.state}")


def leaves_time(started: OutboxRow, now: int, times: Times) -> bool:
    """True while a call may still be made for a row that is `sending`: a holder that was stopped meanwhile
    may not be alone at it."""
    return started.lease_until - now >= times.deadline + LEASE_TO_SPARE


def worn_out(row: OutboxRow) -> bool:
    """True when a row was claimed more often than it may be and has still not gone out: its holders die
    before they can say why."""
    return row.state == EffectState.READY and row.attempts > MAX_ATTEMPTS


def stamp_is_safe(stamp: Stamp, times: Times) -> bool:
    """True when nobody can change the ticket any more within the second the stamp names (the desk's stamps
    are whole seconds)."""
    return stamp.desk_now > stamp.changed_at + times.same_second


def stamp_is_fresh(stamp: Stamp, now: int, times: Times) -> bool:
    return now - stamp.read_at < times.stamp_fresh


def pause(tries: int) -> int:
    """Microseconds to wait after the given number of tries: doubling, bounded."""
    return min(FIRST_PAUSE << min(tries, 10), LONGEST_PAUSE)


def _held_for_a_page(row: OutboxRow, why: str, now: int) -> OutboxRow:
    """Nothing was written, and no try counts: the row ends by the clock alone."""
    since = now if row.silent_since is None else row.silent_since
    if now - since >= LONGEST_SILENCE:
        return replace(row, state=EffectState.FAILED, result=f"source_unreachable: {why}", lease_until=0)
    return replace(
        row,
        silent_since=since,
        next_at=min(now + ASK_AGAIN, since + LONGEST_SILENCE),
        attempts=max(0, row.attempts - 1),
        result=f"a page it quotes cannot be asked for: {why}",
        lease_until=0,
    )


def _answered(row: OutboxRow, outcome: Outcome, now: int, times: Times) -> OutboxRow:
    match outcome:
        case Sent(remote_id, _):
            return replace(row, state=EffectState.SENT, remote_id=remote_id, lease_until=0, result=None)
        case Later(seconds):
            # Certain that nothing was written: neither the call nor the try counts, however often the desk
            # asks for a pause.
            return replace(
                row,
                state=EffectState.READY,
                sends=row.sends - 1,
                attempts=max(0, row.attempts - 1),
                next_at=now + int(seconds * SECOND),
                lease_until=0,
                result=f"the desk asked for a pause of {seconds:.0f} s",
            )
        case Refused(why, _):
            return replace(row, state=EffectState.FAILED, result=why, lease_until=0)
        case Unknown(why):
            return replace(
                row,
                state=EffectState.UNKNOWN,
                unknown_since=now,
                next_at=now + times.settle,
                result=why,
                lease_until=0,
            )
        case Conflict():
            # Stays `sending` until the history was read: only that tells a copy of ours from somebody else's
            # act.
            return row


def _after_conflict(row: OutboxRow, trace: Trace, stamp: Stamp | None, now: int) -> OutboxRow:
    if trace.remote_id is not None:
        return replace(row, state=EffectState.SENT, remote_id=trace.remote_id, lease_until=0, result=FOUND)
    if trace.others or row.restamped or stamp is None:
        return replace(
            row, state=EffectState.STALE, lease_until=0, result="the ticket was changed by somebody else"
        )
    return replace(
        row,
        state=EffectState.READY,
        sends=row.sends - 1,
        restamped=True,
        stamp=stamp,
        next_at=now,
        lease_until=0,
        result="only our own plan or a rule had changed the ticket",
    )


def _reconciled(row: OutboxRow, trace: Trace, now: int) -> OutboxRow:
    if trace.remote_id is not None:
        return replace(row, state=EffectState.SENT, remote_id=trace.remote_id, lease_until=0, result=FOUND)
    if row.sends >= MAX_SENDS:
        return _dead(row, f"{row.sends} calls without an answer, and the desk's history does not show it")
    # The same bytes, key and base stamp again: a fenced desk refuses them if anything has happened since.
    # Looking is not an attempt to send, however often the history could not be read.
    # At once the first time; a desk that loses one write after another is given time.
    rest = pause(row.sends) if row.sends > 1 else 0
    return replace(row, state=EffectState.READY, attempts=0, next_at=now + rest, lease_until=0,
                   result="not in the desk's history; sending the same again")


def _not_looked_up(row: OutboxRow, until: int, why: str, counts: bool, now: int) -> OutboxRow:
    """The desk's history could not be read. Only a person can find out then, and must hear of it while the
    customer still waits."""
    looks = row.attempts if counts else max(0, row.attempts - 1)
    if looks >= MAX_LOOKS or now - (row.unknown_since or now) >= LONGEST_UNKNOWN:
        return _dead(
            row, f"nobody knows whether it was sent: the desk's history could not be read; last: {why}"
        )
    return replace(row, attempts=looks, next_at=until, result=why, lease_until=0)


def _dead(row: OutboxRow, why: str) -> OutboxRow:
    return replace(row, state=EffectState.DEAD, result=why, lease_until=0)
