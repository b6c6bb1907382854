"""The tickets Candor has met: who owns each, and the lease that lets one worker at a time touch it."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.store.database import AnyRow
from app.store.queues.leases import TAKE_OVER_SLACK
from app.store.tables import tickets
from connectors.records import Status


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket Candor has met; its columns in the table's order (`tests/store/test_rows.py`)."""

    id: str
    tenant: str
    desk: str
    ticket: str  # the desk's own number
    owner: str  # assistant | people
    fence: int  # grows with each lease: whoever writes with an older one writes nothing
    lease_until: int  # 0 while nobody holds it
    config_version: int | None  # of the policy it was last decided under
    requester: str | None  # requesters.id
    holder: str | None  # whose page the ticket's links show: the requester's id at the desk, keyed
    changed_hands: bool  # its requester was somebody else before
    subject: bytes | None  # sealed under the requester's key
    status: str
    language: str | None
    seen_message: str | None  # newest message already taken into account
    handled_turn: str | None  # newest turn that has a verdict
    own_stamp: str | None  # the ticket's stamp after our last write
    urgent_at: int | None  # since when a grave message waits for a person's eyes
    memory: str  # JSON, core's TicketMemory
    created_at: int
    updated_at: int

    @classmethod
    def from_row(cls, row: AnyRow) -> Self:
        return cls(*row)


# Statements of every ticket are built once: building one anew takes four times as long as running it.
_MEET = {
    name: maker(tickets).on_conflict_do_nothing(index_elements=["desk", "ticket"])
    for name, maker in (("sqlite", sqlite_insert), ("postgresql", pg_insert))
}
_LEASE = (
    update(tickets)
    .where(tickets.c.desk == bindparam("of_desk"), tickets.c.ticket == bindparam("of_ticket"),
           (tickets.c.lease_until == 0) | (tickets.c.lease_until < bindparam("free_before")))
    .values(fence=tickets.c.fence + 1, lease_until=bindparam("until"))
    .returning(tickets)
)
_MINE = update(tickets).where(tickets.c.id == bindparam("of_id"), tickets.c.fence == bindparam("my_fence"))


def lease(
    tx: Connection, tenant: str, desk: str, ticket: str, now: int, lease_us: int, new_row_id: str
) -> TicketRow | None:
    """Take the ticket for one piece of work: its row with a new fence, made when it is new; None while
    somebody else holds it."""
    tx.execute(
        _MEET[tx.dialect.name],
        {
            "id": new_row_id,
            "tenant": tenant,
            "desk": desk,
            "ticket": ticket,
            "owner": "assistant",
            "fence": 0,
            "lease_until": 0,
            "status": "new",
            "memory": "{}",
            "created_at": now,
            "updated_at": now,
        },
    )
    leased = {
        "of_desk": desk,
        "of_ticket": ticket,
        "free_before": now - TAKE_OVER_SLACK,
        "until": now + lease_us,
    }
    row = tx.execute(_LEASE, leased).first()
    return None if row is None else TicketRow.from_row(row)


def renew(tx: Connection, ticket_row: str, fence: int, lease_until: int) -> bool:
    """Stretch the lease; False when the ticket is somebody else's by now, or was let go: a late heartbeat
    must not hold it again."""
    mine = update(tickets).where(
        tickets.c.id == ticket_row, tickets.c.fence == fence, tickets.c.lease_until > 0
    )
    return tx.execute(mine.values(lease_until=lease_until)).rowcount == 1


def save(tx: Connection, ticket_row: str, fence: int, **values: object) -> bool:
    """Write what was learnt and let the ticket go; False when the fence has moved on, and then nothing was
    written."""
    return (
        tx.execute(_MINE, {"of_id": ticket_row, "my_fence": fence, "lease_until": 0, **values}).rowcount == 1
    )


def release(tx: Connection, ticket_row: str, fence: int) -> bool:
    return save(tx, ticket_row, fence)


def find(tx: Connection, tenant: str, desk: str, ticket: str) -> TicketRow | None:
    query = select(tickets).where(
        tickets.c.tenant == tenant, tickets.c.desk == desk, tickets.c.ticket == ticket
    )
    row = tx.execute(query).first()
    return None if row is None else TicketRow.from_row(row)


def note_stamp(tx: Connection, tenant: str, desk: str, ticket: str, stamp: str) -> None:
    """The ticket's version after our own write."""
    mine = update(tickets).where(
        tickets.c.tenant == tenant, tickets.c.desk == desk, tickets.c.ticket == ticket
    )
    tx.execute(mine.values(own_stamp=stamp))


def gone(tx: Connection, tenant: str, desk: str, ticket: str) -> None:
    """The desk has it no more: older links show nothing of it, until a read finds it again."""
    mine = update(tickets).where(
        tickets.c.tenant == tenant, tickets.c.desk == desk, tickets.c.ticket == ticket
    )
    tx.execute(mine.values(status=Status.DELETED.value))


def reopen_turn(
    tx: Connection, tenant: str, desk: str, ticket: str, turn: str, *, to_assistant: bool
) -> None:
    """Nothing of the turn reached the customer: it may be decided again. A hand-off that never left gives the
    ticket back."""
    mine = update(tickets).where(
        tickets.c.tenant == tenant,
        tickets.c.desk == desk,
        tickets.c.ticket == ticket,
        tickets.c.handled_turn == turn,
    )
    values: dict[str, object] = {"handled_turn": None}
    if to_assistant:
        values["owner"] = "assistant"
    tx.execute(mine.values(**values))


def adopt(
    tx: Connection, tenant: str, desk: str, ticket: str, memory: str, now: int, new_row_id: str
) -> None:
    """Know a ticket that we opened ourselves: people own it from the start."""
    maker = pg_insert if tx.dialect.name == "postgresql" else sqlite_insert
    row = {
        "id": new_row_id,
        "tenant": tenant,
        "desk": desk,
        "ticket": ticket,
        "owner": "people",
        "fence": 0,
        "lease_until": 0,
        "status": "open",
        "memory": memory,
        "created_at": now,
        "updated_at": now,
    }
    statement = maker(tickets).values(**row)
    # The desk's own delivery about the new ticket may have been faster than we are.
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["desk", "ticket"], set_={"owner": "people", "memory": memory}
        )
    )
