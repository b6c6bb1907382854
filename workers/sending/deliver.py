"""One outbox row -> one call: the never-twice protocol around it.

    claim ─▶ (reconcile what is unknown) ─▶ pre-send checks ─▶ commit `sending` ─▶ one call
          ─▶ classify ─▶ commit

The order of all this is `app.core.sending.steps`, the state machine `app.core.sending.states`; here are the
reads, the call and the commits they ask for. Every commit carries the fence: a holder that was overtaken
writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy import Connection

from app.core.deciding.ownership import Owner
from app.core.deciding.taking import TICKET_BUSY
from app.core.kinds import OPEN_EFFECTS, EffectKind, EffectState
from app.core.sending import states as protocol
from app.core.sending import steps
from app.core.sending.checks import Stored
from app.core.sending.crashes import given_up, why_given_up
from app.core.sending.states import Answered, Deferred, GivenUp, OutboxRow, Times
from app.core.sending.steps import Ask, Call, Commit, Diagnose, Find, Look, ReadSince, ReadStamp, ReadTicket
from app.store import articles, caps, floods, requesters, tickets
from app.store import desks as desk_store
from app.store.desks import StoredDesk
from app.store.queues import outbox
from app.store.queues.effects import effect_of
from app.store.queues.rows import EffectRow
from connectors.contract import Capability, Write
from connectors.errors import ConnectorError
from connectors.records import Effect, Later, Outcome, Refused, Stamp, Unknown
from workers.desks.refusals import break_desk, refuses_us
from workers.knowledge.asking import COPY_LASTS, ask_for
from workers.rows.lease import LEASE_US, OTHER_RELEASE, Heartbeat, hold
from workers.sending.outcome import settled, words_of
from workers.work import Work

log = structlog.get_logger(__name__)
SEND_CALLS = 2  # a look and the call itself; more is seldom needed
PUT_OFF = "the desk takes no calls just now: put off"
CROWDED = "too many people wrote for the first time this hour: put off to the next"


def deliver_one(work: Work, alone: str | None = None) -> bool:
    """Take the next due outbox row one step further, if there is one; True when there was. `alone`: the id of
    a task of its own."""
    now = work.clock()
    with work.db.write() as tx:
        row = outbox.claim(tx, now, LEASE_US, alone)
        if row is None:
            return False
        # A new ticket is opened at another desk; lease and turn stay with the ticket it comes from.
        desk = desk_store.get(
            tx, row.tenant, row.target if row.effect == EffectKind.OPEN_TICKET else row.desk, work.keys
        )
        held = tickets.lease(tx, row.tenant, row.desk, row.ticket, now, LEASE_US, work.new_id())
        if held is None and row.state != EffectState.SENDING:
            outbox.put_back(tx, row.id, row.fence, now + TICKET_BUSY, count=False)
            return True
    assert desk is not None, "a desk with rows is never deleted"
    try:
        with hold(
            work, outbox, row, held, lambda tx, error, now: _broke(work, tx, row, desk, error, now)
        ) as heart:
            _one_step(work, row, desk, heart)
    finally:
        if held is not None:
            with work.db.write() as tx:
                tickets.release(tx, held.id, held.fence)
    return True


def _one_step(work: Work, row: EffectRow, desk: StoredDesk, heart: Heartbeat) -> None:
    """Do what the step asks for until it ends, and tell it each time what came of it."""
    state, times, fenced = (
        outbox.protocol_row(row),
        times_of(work, desk),
        Capability.FENCE in work.connector(desk.kind).capabilities,
    )
    if given_up(row.crashes, row.lone_runs) and state.state != EffectState.SENDING:
        _commit(
            work,
            row,
            protocol.step(state, GivenUp(why_given_up(row.crashes, row.lone_runs)), work.clock(), times),
        )
        return
    try:
        effect = _effect(work, row)
    except ValueError as error:
        # Its own release will carry it out: refused here, kept there.
        log.error("row refused", row=row.id, why=str(error))
        with work.db.write() as tx:
            outbox.put_back(tx, row.id, row.fence, work.clock() + OTHER_RELEASE, count=False)
        return
    if (
        effect is not None
        and state.state in (EffectState.READY, EffectState.UNKNOWN)
        and not protocol.worn_out(state)
    ):
        sends = state.state == EffectState.READY
        wait = work.desk_wait(desk.kind, desk.id, SEND_CALLS, writes=int(sends))
        if wait:
            # Before anything is read or written down as sending: no worker sleeps, and no other desk's row
            # waits behind this one.
            _commit(
                work,
                row,
                protocol.step(
                    state, Deferred(work.clock() + wait, PUT_OFF, counts=False), work.clock(), times
                ),
            )
            return
        until = (
            _crowded(work, row, desk) if sends and row.effect == EffectKind.PUBLIC and not state.sends else 0
        )
        if until:
            _commit(
                work, row, protocol.step(state, Deferred(until, CROWDED, counts=False), work.clock(), times)
            )
            return
    asks = steps.one_step(
        words_of(row), state, times, work.clock(), fenced=fenced, erased=effect is None, crashes=row.crashes
    )
    started = state
    try:
        ask = next(asks)
        while True:
            try:
                if isinstance(ask, Commit):
                    started = ask.row
                if isinstance(ask, Call) and (
                    heart.lost or not protocol.leaves_time(started, work.clock(), times)
                ):
                    # We were stopped since `sending` was written, and may not be alone at it when the call
                    # ends: it is not made.
                    log.warning("no time left for the call", row=row.id)
                    answer: object = Later(0.0)
                else:
                    answer = _answer(work, row, desk, effect, ask)
            except ConnectorError as error:
                ask = asks.throw(error)
            else:
                ask = asks.send((work.clock(), answer))
    except StopIteration:
        return


def _crowded(work: Work, row: EffectRow, desk: StoredDesk) -> int:
    """When to look again, because too many people nobody has heard of before were written to this hour; 0 for
    now."""
    if row.requester is None:
        return 0
    now = work.clock()
    with work.db.read() as tx:
        new = floods.first_contact(tx, row.tenant, row.requester, row.created_at)
    if not new:
        return 0
    until = floods.take_place(work.db, desk.id, work.settings.first_contacts_per_hour, now)
    if until:
        log.warning("too many first contacts this hour: their replies wait", desk=desk.id, row=row.id)
    return until


def _answer(work: Work, row: EffectRow, desk: StoredDesk, effect: Effect | None, ask: Ask) -> object:
    match ask:
        case Look():
            return _stored(work, row, desk)
        case ReadTicket():
            return work.desk(desk).ticket(row.ticket)
        case ReadStamp():
            return work.desk(desk).stamp(row.ticket)
        case ReadSince(made):
            return work.desk(desk).since_own_write(row.ticket, made)
        case Commit(new, made):
            return _commit(work, row, new, made)
        case Diagnose(error):
            return _diagnose(work, desk, error)
        case Call(stamp, tags):
            assert effect is not None, "nothing is sent for a person who was erased"
            return _call(work, row, desk, Write(row.ticket, effect, row.key, row.plan, stamp, tags))
        case Find(stamp, since):
            assert effect is not None, "nothing is looked for that was erased"
            return work.outbound(desk).find(Write(row.ticket, effect, row.key, row.plan, stamp), since)


def _call(work: Work, row: EffectRow, desk: StoredDesk, write: Write) -> Outcome:
    outcome = work.outbound(desk).send(write)
    log.info(
        "called",
        row=row.id,
        desk=desk.id,
        ticket=row.ticket,
        purpose=row.purpose,
        outcome=type(outcome).__name__,
    )
    if (
        isinstance(outcome, Refused)
        and outcome.status in (401, 403)
        and refuses_us(work, desk, outcome.status)
    ):
        # Nothing was written, and nothing is wrong with the row: it waits until the desk is connected again.
        break_desk(work, desk, outcome.status)
        return Later(0.0)
    return outcome


def _diagnose(work: Work, desk: StoredDesk, error: ConnectorError) -> bool:
    broken = refuses_us(work, desk, error.status)
    if broken:
        break_desk(work, desk, error.status)
    return broken


def _stored(work: Work, row: EffectRow, desk: StoredDesk) -> Stored:
    stored, old = _by_our_rows(work, row, desk)
    if not old or stored.killed is not None or stored.cited_is_gone:
        return stored
    silent = ask_for(work, row.tenant, old)
    return replace(_by_our_rows(work, row, desk)[0], source_silent=silent)


def _by_our_rows(work: Work, row: EffectRow, desk: StoredDesk) -> tuple[Stored, Sequence[articles.Copy]]:
    """What our rows say, and which quoted pages must be asked for before they may be believed."""
    now = work.clock()
    cited = [(a, v) for a, v in json.loads(row.evidence)] if row.evidence else []
    with work.db.read() as tx:
        killed = caps.killed(tx, row.tenant, desk.id, now)
        ticket = tickets.find(tx, row.tenant, row.desk, row.ticket)
        gone = articles.no_longer_public(tx, row.tenant, cited)
        old = articles.old_copies(tx, row.tenant, cited, now - COPY_LASTS) if cited else []
    shut = None if desk.status == "active" else desk.status_why or f"the desk is {desk.status}"
    owner = Owner(ticket.owner) if ticket is not None else None
    return Stored(killed, cited_is_gone=bool(gone), owner=owner, shut=shut), old


def _broke(work: Work, tx: Connection, row: EffectRow, desk: StoredDesk, error: Exception, now: int) -> None:
    """Our own code broke on the row: nothing is lost, the crash is counted, and in the end a person sees
    it."""
    found = outbox.held(tx, row.id, row.fence)
    if found is None:
        return
    state = outbox.protocol_row(found)
    if state.state == EffectState.SENDING:
        state = protocol.step(
            state, Answered(Unknown(f"our own code broke: {type(error).__name__}")), now, times_of(work, desk)
        )
    if state.state in OPEN_EFFECTS:
        outbox.broke(tx, row.id, row.fence, state, now)


def _commit(work: Work, row: EffectRow, new: OutboxRow, made: Stamp | None = None) -> bool:
    """Write the row's new state, and what follows from it, at once; False when the row is somebody else's by
    now."""
    now = work.clock()
    with work.db.write() as tx:
        if not outbox.save(tx, row.id, row.fence, new, now):
            log.warning("row taken over", row=row.id)
            return False
        if new.state not in OPEN_EFFECTS:
            settled(work, tx, row, new, made, now)
    if new.state not in OPEN_EFFECTS:
        work.ring()
    return True


def _effect(work: Work, row: EffectRow) -> Effect | None:
    """The exact effect, None when its person was erased since."""
    with work.db.read() as tx:
        box = requesters.box(tx, row.tenant, row.requester, work.keys) if row.requester else work.keys.box
    return None if box is None else effect_of(box.decrypt(row.body).decode())


def times_of(work: Work, desk: StoredDesk) -> Times:
    return (
        protocol.FENCED if Capability.FENCE in work.connector(desk.kind).capabilities else protocol.UNFENCED
    )
