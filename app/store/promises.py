"""Waits told to customers, and what became of them. Also the events of each queue they are judged by."""
from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.core.verdicts import Wait
from app.store.database import AnyRow
from app.store.tables import promises, queue_events


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A wait told to a customer; its columns in the table's order."""

    id: str
    tenant: str
    desk: str
    ticket: str
    group_name: str
    made_at: int
    typical_at: int | None
    bound_at: int | None  # None: we said that we cannot say
    why_not: str | None
    inputs: str  # JSON
    version: str  # of the way it was worked out
    state: str  # open | kept | broken | none (nothing was promised) | void
    replied_at: int | None
    entry: str | None  # the ledger's, whose verdict told it

    @classmethod
    def from_row(cls, row: AnyRow) -> Self:
        return cls(*row)


_MAKE = insert(promises)
_EVENT = {
    name: maker(queue_events).on_conflict_do_nothing(index_elements=["desk", "ticket", "kind", "at"])
    for name, maker in (("sqlite", sqlite_insert), ("postgresql", pg_insert))
}
_REPLIES = select(func.count(func.distinct(queue_events.c.ticket))).where(
    queue_events.c.tenant == bindparam("of_tenant"), queue_events.c.desk == bindparam("of_desk"),
    queue_events.c.group_name == bindparam("of_group"), queue_events.c.kind == "replied")


def make(
    tx: Connection,
    tenant: str,
    desk: str,
    ticket: str,
    group: str,
    wait: Wait,
    entry: str,
    now: int,
    row_id: str,
) -> None:
    """Keep what the customer is told; also when we told that we cannot say."""
    typical = None if wait.typical_seconds is None else now + wait.typical_seconds * 1_000_000
    tx.execute(
        _MAKE,
        {
            "id": row_id,
            "tenant": tenant,
            "desk": desk,
            "ticket": ticket,
            "group_name": group,
            "made_at": now,
            "typical_at": typical,
            "bound_at": wait.bound_at,
            "why_not": wait.why_not,
            "inputs": json.dumps(dict(wait.inputs), sort_keys=True),
            "version": wait.version,
            "state": "open" if wait.bound_at is not None else "none",
            "entry": entry,
        },
    )


def newest_told(
    tx: Connection, tenant: str, desk: str, ticket: str, entries: Sequence[str]
) -> PromiseRow | None:
    """The newest wait one of these verdicts told about the ticket, unless it was made void."""
    query = select(promises).where(
        promises.c.tenant == tenant,
        promises.c.desk == desk,
        promises.c.ticket == ticket,
        promises.c.state != "void",
        promises.c.entry.in_(entries),
    )
    row = tx.execute(query.order_by(promises.c.made_at.desc()).limit(1)).first()
    return None if row is None else PromiseRow.from_row(row)


def replied(tx: Connection, tenant: str, desk: str, ticket: str, at: int) -> int:
    """A person has answered: judge the promises made to the ticket before. Returns how many were kept.

    The poll sees a reply up to two minutes late: one that had lapsed by then and was kept all the same is put
    right.
    """
    kept = 0
    for row in tx.execute(
        select(promises).where(
            promises.c.tenant == tenant,
            promises.c.desk == desk,
            promises.c.ticket == ticket,
            promises.c.state.in_(("open", "broken")),
            promises.c.replied_at.is_(None),
            promises.c.made_at <= at,
        )
    ).all():
        in_time = at <= row.bound_at
        kept += in_time
        tx.execute(
            update(promises)
            .where(promises.c.id == row.id)
            .values(state="kept" if in_time else "broken", replied_at=at)
        )
    return kept


def lapse(tx: Connection, tenant: str, now: int) -> int:
    """A promise is broken the moment it lapses, not when somebody answers at last."""
    late = update(promises).where(
        promises.c.tenant == tenant, promises.c.state == "open", promises.c.bound_at < now
    )
    return tx.execute(late.values(state="broken")).rowcount


def queue_event(
    tx: Connection, tenant: str, desk: str, group: str, ticket: str, kind: str, at: int, row_id: str
) -> None:
    """`arrived`, `replied` or `left`; the same event seen twice is one."""
    event = {
        "id": row_id,
        "tenant": tenant,
        "desk": desk,
        "group_name": group,
        "ticket": ticket,
        "kind": kind,
        "at": at,
    }
    tx.execute(_EVENT[tx.dialect.name], event)


def replies_seen(tx: Connection, tenant: str, desk: str, group: str) -> int:
    """How many first replies of people Candor has seen in this queue."""
    return int(tx.execute(_REPLIES, {"of_tenant": tenant, "of_desk": desk, "of_group": group}).scalar_one())
