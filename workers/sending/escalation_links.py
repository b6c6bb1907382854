"""The two ways between an original and its escalation ticket: the original learns where it went, and when it
was solved there."""
from __future__ import annotations

import json

from sqlalchemy import Connection

from app.core.kinds import EffectKind, Purpose, TurnKind
from app.core.memory import TicketMemory
from app.core.sending.plan import outbox_key, spoken
from app.core.writing.markup import Body, assemble, paragraph, say
from app.store import desks as desk_store
from app.store import policies, tickets
from app.store.desks import StoredDesk
from app.store.queues import outbox
from app.store.queues.effects import effect_json
from app.store.queues.outbox import NewOutboxRow
from app.store.queues.rows import EffectRow
from config.wording import Words
from connectors.records import PostNote, Status, Ticket
from workers.work import Work


def link_back(work: Work, tx: Connection, row: EffectRow, remote_id: str, now: int) -> None:
    """The escalation ticket is open: remember whose it is, and tell the original's agents where."""
    tickets.adopt(
        tx,
        row.tenant,
        row.target,
        remote_id,
        TicketMemory(original=(row.desk, row.ticket)).to_json(),
        now,
        work.new_id(),
    )
    target = desk_store.get(tx, row.tenant, row.target, work.keys)
    words = _agents_words(work, tx, row.tenant)
    said = _said(words, "opened", ticket=remote_id, desk=target.name if target else row.target)
    _note(
        work,
        tx,
        row.tenant,
        row.desk,
        row.ticket,
        f"{row.turn_id}:{row.target}",
        Purpose.ESCALATION_LINK,
        said,
        now,
    )


def not_opened(work: Work, tx: Connection, row: EffectRow, why: str, now: int) -> None:
    """The other desk would not take it: the original stays the only ticket, and its agents are told so."""
    target = desk_store.get(tx, row.tenant, row.target, work.keys)
    words = _agents_words(work, tx, row.tenant)
    said = _said(words, "not_opened", desk=target.name if target else row.target, why=why)
    _note(
        work,
        tx,
        row.tenant,
        row.desk,
        row.ticket,
        f"{row.turn_id}:{row.target}",
        Purpose.ESCALATION_FAILED,
        said,
        now,
    )


def report_solved(
    work: Work, tx: Connection, desk: StoredDesk, ticket: Ticket, memory: TicketMemory, now: int
) -> None:
    """An escalation ticket was solved: its original's agents hear of it once."""
    if memory.original is None or memory.reported or ticket.status not in (Status.SOLVED, Status.CLOSED):
        return
    original_desk, original = memory.original
    said = _said(_agents_words(work, tx, desk.tenant), "solved", ticket=ticket.id, desk=desk.name)
    turn = TurnKind.ESCALATION.turn(f"{desk.id}:{ticket.id}")
    _note(work, tx, desk.tenant, original_desk, original, turn, Purpose.ESCALATION_SOLVED, said, now)


def _note(
    work: Work,
    tx: Connection,
    tenant: str,
    desk: str,
    ticket: str,
    turn: str,
    purpose: Purpose,
    said: Body,
    now: int,
) -> None:
    effect = PostNote(said.html, said.text)
    new = NewOutboxRow(
        id=work.new_id(),
        plan=work.new_id(),
        place=0,
        desk=desk,
        ticket=ticket,
        target=desk,
        effect=EffectKind.NOTE,
        purpose=purpose,
        key=outbox_key(tenant, desk, ticket, turn, purpose),
        turn=None,
        turn_id=turn,
        body=work.keys.box.encrypt(effect_json(effect).encode()),
        body_hash=work.keys.mac("body", spoken(effect)),
        requester=None,
        stamp=None,
        tags=json.dumps([]),
        seen_message=None,
        evidence=None,
        ledger_entry="",
        next_at=now,
    )
    if not outbox.key_is_taken(tx, new.key):
        outbox.add(tx, tenant, [new], now)


def _said(words: Words, key: str, **values: str) -> Body:
    return assemble([paragraph(say(words, f"agent.escalation.{key}", **values))])


def _agents_words(work: Work, tx: Connection, tenant: str) -> Words:
    policy = policies.load(tx, tenant, policies.current_version(tx, tenant))
    return work.words[policy.default_language]

