"""What the console reads, in rows made for showing. Only reads; every question names the tenant."""
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import (
    ColumnElement,
    Connection,
    Result,
    Select,
    Table,
    and_,
    exists,
    func,
    select,
    tuple_,
    union,
)

from app.core.kinds import EffectState, WorkState
from app.keys import Keys
from app.store import requesters
from app.store.desks import DeskRow
from app.store.ledger import LedgerRow
from app.store.promises import PromiseRow
from app.store.queues.rows import EffectRow, InboxRow
from app.store.tables import desks, inbox, ledger, outbox, promises, tickets
from app.store.tickets import TicketRow
from connectors.records import Subject

ATTENTION_OUTBOX = (EffectState.UNKNOWN, EffectState.FAILED, EffectState.DEAD)
VERDICTS = ("answer", "clarify", "confirm", "handoff", "settle", "stay_quiet", "alert")


@dataclass(frozen=True, slots=True)
class TicketFilter:
    """`verdict` is one of VERDICTS, `desk` a desk id; `attention` keeps tickets with an unclear or failed
    effect or a bad delivery."""

    verdict: str | None = None
    desk: str | None = None
    attention: bool = False


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next page of the list begins: after this ticket, by falling time of change."""

    updated_at: int
    id: str


@dataclass(frozen=True, slots=True)
class EffectLine:
    effect: str
    purpose: str
    state: str


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in the list with its newest verdict. `subject` is None when it was never kept or its person
    was erased."""

    id: str
    desk: str
    desk_name: str
    ticket: str
    subject: str | None
    owner: str
    status: str
    updated_at: int
    verdict: str | None
    reason: str | None
    payload: Mapping[str, object]
    decided_at: int | None
    effects: tuple[EffectLine, ...]
    attention: bool
    urgent_at: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One ticket with everything that happened to it, each list oldest first."""

    ticket: TicketRow
    subject: str | None
    desk: DeskRow
    deliveries: Sequence[InboxRow]
    entries: Sequence[LedgerRow]
    effects: Sequence[EffectRow]
    promises: Sequence[PromiseRow]


def ticket_page(connection: Connection, tenant: str, keys: Keys, wanted: TicketFilter, after: Cursor | None,
                limit: int) -> tuple[list[TicketLine], Cursor | None]:
    """The page of tickets, newest change first, and where the next page begins (None on the last one)."""
    query = _filtered(tenant, wanted)
    if after is not None:
        query = query.where(tuple_(tickets.c.updated_at, tickets.c.id) < tuple_(after.updated_at, after.id))
    newest = query.order_by(tickets.c.updated_at.desc(), tickets.c.id.desc()).limit(limit + 1)
    rows = [TicketRow.from_row(row) for row in connection.execute(newest)]
    shown = rows[:limit]
    return _lines(connection, tenant, keys, shown), (
        Cursor(shown[-1].updated_at, shown[-1].id) if len(rows) > limit else None
    )


def urgent(connection: Connection, tenant: str, keys: Keys, limit: int) -> list[TicketLine]:
    """Tickets with a grave message that no person has answered, noted or ended yet, the longest waiting
    first."""
    query = select(tickets).where(tickets.c.tenant == tenant, tickets.c.urgent_at.is_not(None))
    waiting = query.order_by(tickets.c.urgent_at, tickets.c.id).limit(limit)
    return _lines(connection, tenant, keys, [TicketRow.from_row(row) for row in connection.execute(waiting)])


def story(connection: Connection, tenant: str, keys: Keys, ticket_row: str) -> Story | None:
    """Everything about one ticket, by its row id; None when the tenant has no such ticket."""
    row = connection.execute(
        select(tickets).where(tickets.c.tenant == tenant, tickets.c.id == ticket_row)
    ).first()
    if row is None:
        return None
    ticket = TicketRow.from_row(row)
    desk = DeskRow.from_row(
        connection.execute(select(desks).where(desks.c.tenant == tenant, desks.c.id == ticket.desk)).one()
    )

    def mine(table: Table) -> ColumnElement[bool]:
        return and_(table.c.tenant == tenant, table.c.desk == ticket.desk, table.c.ticket == ticket.ticket)

    def rows(query: Select[*tuple[Any, ...]], *order: ColumnElement[Any]) -> Result[*tuple[Any, ...]]:
        return connection.execute(query.order_by(*order))

    came = and_(
        inbox.c.tenant == tenant,
        inbox.c.desk == ticket.desk,
        inbox.c.subject == Subject.TICKET,
        inbox.c.subject_id == ticket.ticket,
    )
    return Story(
        ticket=ticket,
        subject=open_subject(connection, tenant, keys, ticket),
        desk=desk,
        deliveries=[
            InboxRow.from_row(r) for r in rows(select(inbox).where(came), inbox.c.received_at, inbox.c.id)
        ],
        entries=[LedgerRow.from_row(r) for r in rows(select(ledger).where(mine(ledger)), ledger.c.seq)],
        effects=[
            EffectRow.from_row(r)
            for r in rows(
                select(outbox).where(mine(outbox)), outbox.c.created_at, outbox.c.plan, outbox.c.place
            )
        ],
        promises=[
            PromiseRow.from_row(r) for r in rows(select(promises).where(mine(promises)), promises.c.made_at)
        ],
    )


def ticket_id(connection: Connection, tenant: str, desk: str, ticket: str) -> str | None:
    """The row id of a ticket by the desk's own number."""
    query = select(tickets.c.id).where(
        tickets.c.tenant == tenant, tickets.c.desk == desk, tickets.c.ticket == ticket
    )
    return connection.execute(query).scalar_one_or_none()


def open_subject(connection: Connection, tenant: str, keys: Keys, ticket: TicketRow) -> str | None:
    """The ticket's subject in clear; None when it was never kept or the person was erased."""
    if ticket.subject is None:
        return None
    box = requesters.box(connection, tenant, ticket.requester, keys)
    try:
        return None if box is None else box.decrypt(ticket.subject).decode("utf-8")
    except InvalidToken:
        # Sealed under a key this person no longer has: gone, as after an erasure.
        return None


def stray_deliveries(connection: Connection, tenant: str, limit: int) -> Sequence[InboxRow]:
    """Deliveries set aside that belong to no ticket we know: articles, and tickets that were never read.
    Newest first."""
    known = exists(
        select(tickets.c.id).where(tickets.c.desk == inbox.c.desk, tickets.c.ticket == inbox.c.subject_id)
    )
    query = select(inbox).where(
        inbox.c.tenant == tenant, inbox.c.state == "bad", (inbox.c.subject != "ticket") | ~known
    )
    return [
        InboxRow.from_row(row)
        for row in connection.execute(query.order_by(inbox.c.received_at.desc()).limit(limit))
    ]


def counts(connection: Connection, tenant: str) -> dict[str, dict[str, int]]:
    """How many rows of inbox and outbox stand in each state."""
    return {
        table.name: dict(
            connection.execute(
                select(table.c.state, func.count()).where(table.c.tenant == tenant).group_by(table.c.state)
            ).all()
        )
        for table in (inbox, outbox)
    }


def _filtered(tenant: str, wanted: TicketFilter) -> Select[*tuple[Any, ...]]:
    query = select(tickets).where(tickets.c.tenant == tenant)
    if wanted.desk:
        query = query.where(tickets.c.desk == wanted.desk)
    if wanted.verdict:
        newest = (
            select(ledger.c.verdict)
            .where(
                ledger.c.desk == tickets.c.desk,
                ledger.c.ticket == tickets.c.ticket,
                ledger.c.kind == "verdict",
            )
            .order_by(ledger.c.seq.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = query.where(newest == wanted.verdict)
    if wanted.attention:
        # From the few troubled rows to their tickets, not from every ticket to its rows: most tickets are
        # well.
        troubled = union(
            select(outbox.c.desk, outbox.c.ticket).where(outbox.c.state.in_(ATTENTION_OUTBOX)),
            select(inbox.c.desk, inbox.c.subject_id).where(
                inbox.c.state == WorkState.BAD, inbox.c.subject == Subject.TICKET
            ),
        )
        query = query.where(tuple_(tickets.c.desk, tickets.c.ticket).in_(troubled))
    return query


def _lines(connection: Connection, tenant: str, keys: Keys, rows: Sequence[TicketRow]) -> list[TicketLine]:
    if not rows:
        return []
    named = [(r.desk, r.ticket) for r in rows]
    verdicts = _newest_verdicts(connection, tenant, named)
    effects = _effects_of(connection, [v.id for v in verdicts.values()])
    troubled = _troubled(connection, tenant, named)
    names = dict(connection.execute(select(desks.c.id, desks.c.name).where(desks.c.tenant == tenant)).all())
    lines = []
    for row in rows:
        entry = verdicts.get((row.desk, row.ticket))
        lines.append(
            TicketLine(
                id=row.id,
                desk=row.desk,
                desk_name=names.get(row.desk, row.desk),
                ticket=row.ticket,
                subject=open_subject(connection, tenant, keys, row),
                owner=row.owner,
                status=row.status,
                updated_at=row.updated_at,
                verdict=entry.verdict if entry else None,
                reason=entry.reason if entry else None,
                payload=json.loads(entry.payload) if entry else {},
                decided_at=entry.at if entry else None,
                effects=tuple(effects.get(entry.id, ())) if entry else (),
                attention=(row.desk, row.ticket) in troubled,
                urgent_at=row.urgent_at,
            )
        )
    return lines


def _newest_verdicts(connection: Connection, tenant: str,
                     named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], LedgerRow]:
    query = (
        select(ledger)
        .where(
            ledger.c.tenant == tenant,
            ledger.c.kind == "verdict",
            tuple_(ledger.c.desk, ledger.c.ticket).in_(list(named)),
        )
        .order_by(ledger.c.seq)
    )
    return {(r.desk, r.ticket): LedgerRow.from_row(r) for r in connection.execute(query)}


def _effects_of(connection: Connection, entries: Sequence[str]) -> dict[str, list[EffectLine]]:
    found: dict[str, list[EffectLine]] = {}
    for row in connection.execute(
        select(outbox).where(outbox.c.ledger_entry.in_(entries)).order_by(outbox.c.plan, outbox.c.place)
    ):
        found.setdefault(row.ledger_entry, []).append(EffectLine(row.effect, row.purpose, row.state))
    return found


def _troubled(connection: Connection, tenant: str, named: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    sent = select(outbox.c.desk, outbox.c.ticket).where(
        outbox.c.tenant == tenant,
        outbox.c.state.in_(ATTENTION_OUTBOX),
        tuple_(outbox.c.desk, outbox.c.ticket).in_(named),
    )
    came = select(inbox.c.desk, inbox.c.subject_id).where(
        inbox.c.tenant == tenant,
        inbox.c.state == WorkState.BAD,
        tuple_(inbox.c.desk, inbox.c.subject_id).in_(named),
    )
    return {(desk, ticket) for query in (sent, came) for desk, ticket in connection.execute(query)}

