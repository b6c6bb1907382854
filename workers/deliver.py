"""One outbox row -> one call: the never-twice protocol around it.

    claim ─▶ (reconcile what is unknown) ─▶ pre-send checks ─▶ commit `sending` ─▶ one call ─▶ classify ─▶ commit

The state machine is `app.core.outbox`; here are the reads, the call and the commits. Every commit carries the fence: a holder that was
overtaken writes nothing.
"""
from __future__ import annotations

from dataclasses import replace

import structlog
from sqlalchemy import Row

from app.core import outbox as protocol
from app.core.outbox import Answered, Deferred, GivenUp, OutboxRow, Overtaken, Started, Times, Traced, Vanished
from app.store import desks as desk_store
from app.store import outbox, requesters, tickets
from app.store.desks import StoredDesk
from app.store.effects import effect_of
from connectors.contract import Capability, Write
from connectors.errors import ConnectorError
from connectors.records import Conflict, Effect, Later, Refused, Sent, Stamp
from workers.after import settled
from workers.checks import Check, due_anyway, pre_send
from workers.lease import LEASE_US, Heartbeat
from workers.refusals import break_desk, refuses_us
from workers.work import Work

log = structlog.get_logger(__name__)
CLOCK_SKEW = 10_000_000  # microseconds our clock and the desk's may differ when we look for our own write
TICKET_BUSY = 500_000
Claimed = Row[tuple[object, ...]]


def deliver_one(work: Work) -> bool:
    """Take the next due outbox row one step further, if there is one; True when there was."""
    now = work.clock()
    with work.db.write() as tx:
        row = outbox.claim(tx, now, LEASE_US)
        if row is None:
            return False
        # A new ticket is opened at another desk; lease and turn stay with the ticket it comes from.
        desk = desk_store.get(tx, row.tenant, row.target if row.effect == "open_ticket" else row.desk, work.keys)
        held = tickets.lease(tx, row.tenant, row.desk, row.ticket, now, LEASE_US, work.new_id())
        if held is None and row.state != "sending":
            outbox.save(tx, row.id, row.fence, _put_back(outbox.protocol_row(row), now + TICKET_BUSY), now)
            return True
    assert desk is not None, "a desk with rows is never deleted"
    try:
        with Heartbeat(lambda: _renew(work, row, held)):
            _one_step(work, row, desk)
    finally:
        if held is not None:
            with work.db.write() as tx:
                tickets.release(tx, held.id, held.fence)
    return True


def _one_step(work: Work, row: Claimed, desk: StoredDesk) -> None:
    state, times = outbox.protocol_row(row), times_of(work, desk)
    if state.state == "sending":
        # Its holder died or hangs. Nobody knows whether the call went out.
        _commit(work, row, protocol.step(state, Vanished(), work.clock(), times))
    elif state.state == "unknown":
        _reconcile(work, row, desk, state, times)
    elif protocol.worn_out(state):
        why = f"its worker died {row.crashes} times before the call could go out"
        _commit(work, row, protocol.step(state, GivenUp(why), work.clock(), times))
    else:
        _send(work, row, desk, state, times)


def _put_back(state: OutboxRow, until: int) -> OutboxRow:
    """Nothing was tried: somebody else holds the ticket."""
    return replace(state, next_at=until, attempts=state.attempts - 1, lease_until=0)


def _send(work: Work, row: Claimed, desk: StoredDesk, state: OutboxRow, times: Times) -> None:
    effect = _effect(work, row)
    if effect is None:
        _commit(work, row, protocol.step(state, GivenUp("the person it is for was erased"), work.clock(), times))
        return
    try:
        check = pre_send(work, row, desk, state, times)
    except ConnectorError as error:
        _deferred(work, row, desk, state, times, error)
        return
    if check.event is not None:
        _commit(work, row, protocol.step(replace(state, stamp=check.stamp), check.event, work.clock(), times))
        return
    started = protocol.step(replace(state, stamp=check.stamp), Started(), work.clock(), times)
    if not _commit(work, row, started):
        return
    write = _write(work, row, effect, check, desk)
    outcome = work.outbound(desk).send(write)
    if isinstance(outcome, Refused) and outcome.status in (401, 403) and refuses_us(work, desk, outcome.status):
        # Nothing was written, and nothing is wrong with the row: it waits until the desk is connected again.
        break_desk(work, desk, outcome.status)
        outcome = Later(0.0)
    after = protocol.step(started, Answered(outcome), work.clock(), times)
    if isinstance(outcome, Conflict):
        after = _after_conflict(work, row, desk, started, write, times)
    log.info("sent" if after.state == "sent" else "not sent", row=row.id, desk=desk.id, ticket=row.ticket, purpose=row.purpose,
             state=after.state, outcome=type(outcome).__name__)
    _commit(work, row, after, outcome.stamp if isinstance(outcome, Sent) else None)


def _after_conflict(work: Work, row: Claimed, desk: StoredDesk, state: OutboxRow, write: Write, times: Times) -> OutboxRow:
    """The desk refused a stale write: was it our own copy, our own plan, or somebody else?"""
    since = write.stamp.changed_at if write.stamp else (state.attempt_at or work.clock())
    try:
        # The stamp before the history: what happens in between then makes the stamp old, and the desk refuses again.
        stamp = work.desk(desk).stamp(row.ticket)
        trace = work.outbound(desk).find(write, since - CLOCK_SKEW)
    except ConnectorError as error:
        # Refused for certain, so nothing is lost by asking again: as unknown, it is looked up before anything is sent.
        return replace(state, state="unknown", unknown_since=work.clock(), next_at=work.clock() + times.settle, lease_until=0,
                       result=f"refused as stale; the history could not be read: {error}")
    if trace.remote_id is None and due_anyway(row):
        # It carried the ticket's old stamp, so no earlier call can be carried out any more either: the next one is the first.
        return replace(state, state="ready", sends=0, stamp=None, next_at=work.clock(), lease_until=0,
                       result="the ticket has changed; it is read again")
    return protocol.step(state, Traced(trace, stamp), work.clock(), times)


def _reconcile(work: Work, row: Claimed, desk: StoredDesk, state: OutboxRow, times: Times) -> None:
    """The settle has passed: look for the marker, and only then send the same bytes again."""
    effect = _effect(work, row)
    if effect is None:
        _commit(work, row, protocol.step(state, GivenUp("the person it is for was erased"), work.clock(), times))
        return
    since = (state.attempt_at or state.unknown_since or work.clock()) - CLOCK_SKEW
    try:
        trace = work.outbound(desk).find(Write(row.ticket, effect, row.key, row.plan, state.stamp), since)
    except ConnectorError as error:
        _deferred(work, row, desk, state, times, error)
        return
    _commit(work, row, protocol.step(state, Traced(trace), work.clock(), times))


def _deferred(work: Work, row: Claimed, desk: StoredDesk, state: OutboxRow, times: Times, error: ConnectorError) -> None:
    now = work.clock()
    if refuses_us(work, desk, error.status):
        break_desk(work, desk, error.status)
    elif error.status == 403 and error.permanent:
        why = "the desk does not let the assistant's user see this ticket any more (403)"
        _commit(work, row, protocol.step(state, GivenUp(why), now, times))
        return
    if error.permanent and error.status == 404:
        gone = "the ticket is gone from the desk"
        _commit(work, row, protocol.step(state, Overtaken(gone) if state.state == "ready" else GivenUp(gone), now, times))
        return
    pause = int((error.retry_after or 0) * 1_000_000) or protocol.pause(state.attempts)
    # A desk that wants a pause, or a new key from us, has not failed: such a try does not count.
    event = Deferred(now + pause, str(error), counts=error.status not in (401, 403, 429))
    _commit(work, row, protocol.step(state, event, now, times))


def _commit(work: Work, row: Claimed, new: OutboxRow, made: Stamp | None = None) -> bool:
    """Write the row's new state, and what follows from it, at once; False when the row is somebody else's by now."""
    now = work.clock()
    with work.db.write() as tx:
        if not outbox.save(tx, row.id, row.fence, new, now):
            log.warning("row taken over", row=row.id)
            return False
        if new.state not in ("ready", "sending", "unknown"):
            settled(work, tx, row, new, made, now)
    if new.state in ("sent", "stale", "failed", "dead"):
        work.ring()
    return True


def _write(work: Work, row: Claimed, effect: Effect, check: Check, desk: StoredDesk) -> Write:
    fenced = Capability.FENCE in work.connector(desk.kind).capabilities
    return Write(row.ticket, effect, row.key, row.plan, check.stamp if fenced else None, check.tags)


def _effect(work: Work, row: Claimed) -> Effect | None:
    """The exact effect, None when its person was erased since."""
    with work.db.read() as tx:
        box = requesters.box(tx, row.tenant, row.requester, work.keys) if row.requester else work.keys.box
    return None if box is None else effect_of(box.decrypt(row.body).decode())


def times_of(work: Work, desk: StoredDesk) -> Times:
    return protocol.FENCED if Capability.FENCE in work.connector(desk.kind).capabilities else protocol.UNFENCED


def _renew(work: Work, row: Claimed, held: Row[tuple[object, ...]] | None) -> bool:
    until = work.clock() + LEASE_US
    with work.db.write() as tx:
        mine = outbox.renew(tx, row.id, row.fence, until)
        return mine and (held is None or tickets.renew(tx, held.id, held.fence, until))


