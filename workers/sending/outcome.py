"""The end of an outbox row, carried out in one transaction as `app/core/sending/settle.py` decides."""
from __future__ import annotations

import json

from sqlalchemy import Connection

from app.core.kinds import Act, EffectKind, EffectState, Purpose
from app.core.sending.checks import Basis, Words
from app.core.sending.settle import SAME_SECOND, Follow, Rest, follows, may_have_left
from app.core.sending.states import OutboxRow
from app.store import ledger, signals, tickets
from app.store.links import page_of_press, pressed_on_page_of
from app.store.queues import inbox, outbox
from app.store.queues.rows import EffectRow
from connectors.records import Stamp
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
        Basis.from_json(row.basis) if row.basis else None,
    )


def settled(work: Work, tx: Connection, row: EffectRow, new: OutboxRow, made: Stamp | None, now: int) -> None:
    """Chain the outcome; then let the plan go on, compose anew, or tell people otherwise."""
    _chain(work, tx, row, new, now)
    opened_by, overtaken, left = None, 0, False
    if new.state != EffectState.SENT:
        opened_by = inbox.act_behind(tx, row.desk, row.turn_id)
        overtaken = outbox.tries_of_turn(tx, row.desk, row.ticket, row.turn_id)
        left = any(map(may_have_left, outbox.behind(tx, row.plan, row.place)))
    follow = follows(words_of(row), new, overtaken, opened_by, left)
    _rest(tx, row, follow, made, now)
    if follow.reopens:
        tickets.reopen_turn(
            tx, row.tenant, row.desk, row.ticket, row.turn_id, to_assistant=follow.gives_back
        )
    if follow.lost:
        signals.add(tx, row.tenant, row.desk, row.ticket, "other", "given_up", 1.0, now, work.new_id())
    _ask(work, tx, row, follow, now)
    _report(work, tx, row, new, follow, now)


def _chain(work: Work, tx: Connection, row: EffectRow, new: OutboxRow, now: int) -> None:
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


def _rest(tx: Connection, row: EffectRow, follow: Follow, made: Stamp | None, now: int) -> None:
    match follow.rest:
        case Rest.ON_OUR_STAMP:
            outbox.restamp_next(tx, row.plan, row.place, made, now + SAME_SECOND)
            if made is not None:
                # An unchanged stamp in the poll is our own write, not news.
                tickets.note_stamp(tx, row.tenant, row.desk, row.ticket, made.value)
        case Rest.ENDS:
            outbox.end_rest(tx, row.plan, row.place, EffectState.STALE, "an earlier row was stale", now)
        case Rest.GOES_ON:
            pass


def _ask(work: Work, tx: Connection, row: EffectRow, follow: Follow, now: int) -> None:
    """The inbox row by which the ticket comes up again, if it does."""
    if follow.reads_anew:
        inbox.accept_changed(
            tx, row.tenant, row.desk, row.ticket, f"stale:{row.id}", now, work.new_id(), SAME_SECOND
        )
    if follow.act is not None:
        key = f"{Act.FAILED}:{row.id}"
        if follow.asked_again:
            key = f"again:{row.id}{pressed_on_page_of(page_of_press(row.turn_id))}"
        inbox.accept_act(tx, row.tenant, row.desk, row.ticket, follow.act, key, now, work.new_id())


def _report(work: Work, tx: Connection, row: EffectRow, new: OutboxRow, follow: Follow, now: int) -> None:
    if follow.reports == Purpose.ESCALATION_LINK and new.remote_id is not None:
        link_back(work, tx, row, new.remote_id, now)
    elif follow.reports is not None:
        not_opened(work, tx, row, new.result or new.state, now)
