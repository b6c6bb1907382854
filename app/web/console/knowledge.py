"""How each source of articles stands: when it was read, what it brought, and which of its rows were left
out."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from app.store import desks, sources
from app.store.sources import SourceRow

_COUNTS = ("added", "changed", "gone", "unchanged")


@dataclass(frozen=True, slots=True)
class SourceCard:
    """One source for people. `synced_at`: the last time it was read, microseconds, None before the first;
    `error`: why a later try failed, "" when none did; `counts`: (what, how many articles); `left_out`: rows
    that were, of which `bad_rows` names the first."""

    name: str
    kind: str
    synced_at: int | None
    error: str
    counts: tuple[tuple[str, int], ...]
    left_out: int
    bad_rows: tuple[str, ...]


def source_cards(connection: Connection, tenant: str) -> list[SourceCard]:
    names = dict(desks.names(connection, tenant))
    return [_card(row, names) for row in sources.every(connection, tenant)]


def named(row: SourceRow, names: Mapping[str, str]) -> str:
    """The source for people; `names` of desks by id."""
    return f"Help centre of {names.get(row.desk or '', row.desk)}" if row.kind == "desk" else row.location


def _card(row: SourceRow, names: dict[str, str]) -> SourceCard:
    found = json.loads(row.sync_result or "{}")
    bad = tuple(map(str, found.get("bad_rows", ())))
    return SourceCard(
        named(row, names),
        row.kind,
        row.synced_at,
        str(found.get("error", "")),
        tuple((what, int(found[what])) for what in _COUNTS if what in found),
        int(found.get("left_out", len(bad))),
        bad,
    )
