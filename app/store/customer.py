"""What a customer's page asks of one ticket's rows: wishes for a person, what was sent to them, and whether a
person has acted."""
from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from app.core.kinds import Act, EffectKind, EffectState, InboxKind, WorkState
from app.store.links import TicketLink
from app.store.tables import inbox, outbox, queue_events


def wishes_under_way(tx: Connection, link: TicketLink) -> int:
    return _acts(tx, link, WorkState.WAITING, WorkState.WORKING)


def wishes_carried_out(tx: Connection, link: TicketLink) -> int:
    return _acts(tx, link, WorkState.DONE, WorkState.BAD)


def asked_assistant(tx: Connection, link: TicketLink) -> bool:
    """Whether the assistant was ever asked for again on the ticket."""
    query = select(inbox.c.id).where(
        inbox.c.tenant == link.tenant,
        inbox.c.desk == link.desk,
        inbox.c.subject_id == link.ticket,
        inbox.c.kind == InboxKind.ACT,
        inbox.c.body == Act.ASSISTANT.encode(),
    )
    return tx.execute(query.limit(1)).first() is not None


def replied_since(tx: Connection, link: TicketLink, at: int) -> bool:
    """Whether a person has been seen to reply after that moment."""
    replied = (
        select(queue_events.c.id)
        .where(
            queue_events.c.tenant == link.tenant,
            queue_events.c.desk == link.desk,
            queue_events.c.ticket == link.ticket,
            queue_events.c.kind == "replied",
            queue_events.c.at > at,
        )
        .limit(1)
    )
    return tx.execute(replied).first() is not None


def sent(tx: Connection, link: TicketLink) -> Mapping[str, int]:
    """Ledger entry -> when its public message was sent: what was drafted or held back was never told to
    anybody."""
    query = select(outbox.c.ledger_entry, outbox.c.done_at, outbox.c.attempt_at, outbox.c.created_at).where(
        outbox.c.tenant == link.tenant,
        outbox.c.desk == link.desk,
        outbox.c.ticket == link.ticket,
        outbox.c.effect == EffectKind.PUBLIC,
        outbox.c.state == EffectState.SENT,
        outbox.c.ledger_entry.is_not(None),
    )
    return {r.ledger_entry: r.done_at or r.attempt_at or r.created_at for r in tx.execute(query)}


def _acts(tx: Connection, link: TicketLink, *states: WorkState) -> int:
    query = select(func.count()).where(
        inbox.c.tenant == link.tenant,
        inbox.c.desk == link.desk,
        inbox.c.subject_id == link.ticket,
        inbox.c.kind == InboxKind.ACT,
        inbox.c.state.in_(states),
    )
    return int(tx.execute(query).scalar_one())
