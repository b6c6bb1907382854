"""What follows when an outbox row has come to its end, in the same transaction."""
from __future__ import annotations

from sqlalchemy import Connection, Row

from app.core.outbox import OutboxRow
from app.store import inbox, ledger, outbox, tickets
from connectors.records import Stamp
from workers.backlinks import link_back, not_opened
from workers.checks import due_anyway
from workers.work import Work

SAME_SECOND = 1_200_000  # microseconds: the next row's stamp is safe once the second it names is over
MAX_OVERTAKEN = 3  # a turn that was overtaken this often goes to a person instead


def settled(work: Work, tx: Connection, row: Row[tuple[object, ...]], new: OutboxRow, made: Stamp | None, now: int) -> None:
    """Chain the outcome; then let the plan go on, compose anew, or put the ticket on a person's shelf."""
    ledger.append(tx, row.tenant, ledger.Entry(
        id=work.new_id(), desk=row.desk, ticket=row.ticket, kind=new.state, at=now,
        payload={"row": row.id, "plan": row.plan, "purpose": row.purpose, "remote_id": new.remote_id, "sends": new.sends,
                 "verdict_entry": row.ledger_entry, "body_hash": row.body_hash}), work.keys)
    if row.purpose == "escalation" and new.state != "ready":
        _escalated(work, tx, row, new, now)
        return
    if new.state == "sent":
        outbox.restamp_next(tx, row.plan, row.place, made, now + SAME_SECOND)
        if made is not None:
            _remember_stamp(tx, row, made)
        return
    outbox.end_rest(tx, row.plan, row.place, "stale" if new.state == "stale" else "failed", f"an earlier row was {new.state}", now)
    if new.state == "stale" and due_anyway(row):
        return  # the hand-off it belongs to stands
    if new.state == "stale":
        _compose_anew(work, tx, row, now)
    elif row.purpose not in ("handoff_notice", "note", "fields"):
        # The customer got nothing: a person must, and is told why. A hand-off that failed itself stays on the shelf of dead letters.
        inbox.accept_act(tx, row.tenant, row.desk, row.ticket, "failed", f"failed:{row.id}", now, work.new_id())


def _escalated(work: Work, tx: Connection, row: Row[tuple[object, ...]], new: OutboxRow, now: int) -> None:
    if new.state == "sent" and new.remote_id is not None:
        link_back(work, tx, row, new.remote_id, now)
    else:
        not_opened(work, tx, row, new.result or new.state, now)


def _remember_stamp(tx: Connection, row: Row[tuple[object, ...]], made: Stamp) -> None:
    """An unchanged stamp in the poll is our own write, not news."""
    tickets.note_stamp(tx, row.tenant, row.desk, row.ticket, made.value)


def _compose_anew(work: Work, tx: Connection, row: Row[tuple[object, ...]], now: int) -> None:
    tries = outbox.tries_of_turn(tx, row.desk, row.ticket, row.turn_id)
    tickets.reopen_turn(tx, row.tenant, row.desk, row.ticket, row.turn_id, to_assistant=row.purpose in ("note", "handoff_notice"))
    act = inbox.act_behind(tx, row.desk, row.turn_id)
    if act is not None:
        # What the customer pressed is asked for again: a newer message must not make us forget it.
        inbox.accept_act(tx, row.tenant, row.desk, row.ticket, act, f"again:{row.id}", now, work.new_id())
    elif tries >= MAX_OVERTAKEN:
        inbox.accept_act(tx, row.tenant, row.desk, row.ticket, "failed", f"failed:{row.id}", now, work.new_id())
    else:
        inbox.accept_changed(tx, row.tenant, row.desk, row.ticket, f"stale:{row.id}", now, work.new_id(), SAME_SECOND)
