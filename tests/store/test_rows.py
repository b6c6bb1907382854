"""Every stored row has a record, and a record is what its table is: the same columns, in the same order, of
the same types."""
from __future__ import annotations

import types
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import pytest
from sqlalchemy import Table

from app.store import tables
from app.store.caps import CapRow
from app.store.desks import DeskRow
from app.store.ledger import LedgerRow
from app.store.promises import PromiseRow
from app.store.queues.rows import EffectRow, InboxRow, JobRow
from app.store.tickets import TicketRow

RECORDS: tuple[tuple[type, Table], ...] = (
    (InboxRow, tables.inbox),
    (EffectRow, tables.outbox),
    (JobRow, tables.jobs),
    (TicketRow, tables.tickets),
    (DeskRow, tables.desks),
    (LedgerRow, tables.ledger),
    (PromiseRow, tables.promises),
    (CapRow, tables.caps),
)


def _allowed(hint: Any) -> tuple[type, bool]:
    """What an annotation lets in: its type, and whether it may be None."""
    if isinstance(hint, types.UnionType):
        (kind,) = (member for member in get_args(hint) if member is not types.NoneType)
        return kind, True
    return hint, False


@pytest.mark.parametrize(("record", "table"), RECORDS, ids=[table.name for _, table in RECORDS])
def test_a_record_has_its_tables_columns_in_their_order_and_types(record: type, table: Table) -> None:
    hints = get_type_hints(record)
    told = [(f.name, *_allowed(hints[f.name])) for f in fields(record)]
    assert told == [(c.name, c.type.python_type, bool(c.nullable)) for c in table.columns]
