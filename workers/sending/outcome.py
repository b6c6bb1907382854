"""What follows when an outbox row has come to its end, in the same transaction."""
from __future__ import annotations

import json

from sqlalchemy import Connection

from app.core.kinds import Act, EffectKind, EffectState, Purpose
from app.core.sending.checks import Words
from app.core.sending.settle import SAME_SECOND, Follow, follows, gives_back
from app.core.sending.states import OutboxRow
from app.store import ledger, tickets
from app.store.links import page_of_press, pressed_on_page_of
from app.store.queues import inbox, outbox
from app.store.queues.rows import EffectRow
from connectors.records import Stamp
from workers.rows.given_up import effect_lost
from workers.sending.escalation_links import link_back, not_opened
from workers.work import Work


def words_of(row: EffectRow) -> Words:
    """What of a stored outbox row never changes, for the core."""
    return Words(
        EffectKind(row.effect),
        Purpose(row.purpose),
        row.place,
        row.turn_id,
        tuple(json.loads(row.tags)),
        row.seen_message,
        row.written_to,
    )


def settled(work: Work, tx: Connection, row: EffectRow, new: OutboxRow, made: Stamp | None, now: int) -> None:
    """Chain the outcome; then let the plan go on, compose anew, or tell people otherwise (`effect_lost`)."""
    ledger.append(
        tx,
        row.tenant,
        ledger.Entry(
            id=work.new_id(),
            desk=row.desk,
            ticket=row.ticket,
            kind=new.state,
            at=now,
            payload={
                "row": row.id,
                "plan": row.plan,
                "purpose": row.purpose,
                "remote_id": new.remote_id,
                "sends": new.sends,
                "verdict_entry": row.ledger_entry,
                "body_hash": row.body_hash,
            },
        ),
        work.keys,
    )
    if row.purpose == Purpose.ESCALATION and new.state != EffectState.READY:
        _escalated(work, tx, row, new, now)
        return
    if new.state == EffectState.SENT:
        outbox.restamp_next(tx, row.plan, row.place, made, now + SAME_SECOND)
        if made is not None:
            _remember_stamp(tx, row, made)
        return
    if new.state != EffectState.STALE:
        # The rest of the plan goes on: a customer is told although the note was refused, another desk
        # although the customer could not be.
        effect_lost(work, tx, row, new.state == EffectState.DEAD and new.sends > 0, now)
        return
    words, act = words_of(row), inbox.act_behind(tx, row.desk, row.turn_id)
    overtaken = outbox.tries_of_turn(tx, row.desk, row.ticket, row.turn_id)
    following = follows(words, new.state, overtaken, act is not None)
    if following is not Follow.STANDS:
        outbox.end_rest(tx, row.plan, row.place, EffectState.STALE, "an earlier row was stale", now)
        tickets.reopen_turn(tx, row.tenant, row.desk, row.ticket, row.turn_id, to_assistant=gives_back(words))
    match following:
        case Follow.ACT_AGAIN:
            assert act is not None
            again = f"again:{row.id}{pressed_on_page_of(page_of_press(row.turn_id))}"
            inbox.accept_act(tx, row.tenant, row.desk, row.ticket, act, again, now, work.new_id())
        case Follow.AGAIN:
            inbox.accept_changed(
                tx, row.tenant, row.desk, row.ticket, f"stale:{row.id}", now, work.new_id(), SAME_SECOND
            )
        case Follow.TO_PEOPLE:
            inbox.accept_act(
                tx, row.tenant, row.desk, row.ticket, Act.FAILED, f"{Act.FAILED}:{row.id}", now, work.new_id()
            )


def _escalated(work: Work, tx: Connection, row: EffectRow, new: OutboxRow, now: int) -> None:
    if new.state == EffectState.SENT and new.remote_id is not None:
        link_back(work, tx, row, new.remote_id, now)
    else:
        not_opened(work, tx, row, new.result or new.state, now)


def _remember_stamp(tx: Connection, row: EffectRow, made: Stamp) -> None:
    """An unchanged stamp in the poll is our own write, not news."""
    tickets.note_stamp(tx, row.tenant, row.desk, row.ticket, made.value)
