"""The record of verdicts: one chain per desk, written in the verdict's own transaction.

The payload holds ids, versions, scores and keyed hashes. Texts lie beside it, sealed under the requester's
own key, so that erasing a person destroys the key and the chain still verifies.
"""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from cryptography.fernet import Fernet
from sqlalchemy import Connection, bindparam, insert, select, update

from app.keys import Keys
from app.store import requesters
from app.store.database import AnyRow
from app.store.tables import desks, ledger, ledger_text


@dataclass(frozen=True, slots=True)
class Entry:
    id: str
    desk: str
    ticket: str
    kind: str
    at: int
    payload: Mapping[str, object]
    verdict: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An entry as it stands in its desk's chain; its columns in the table's order."""

    id: str
    tenant: str
    desk: str
    seq: int  # place in the desk's chain, from 1
    at: int
    ticket: str
    kind: str  # verdict | sent | erased | promise …
    verdict: str | None
    reason: str | None
    prev_mac: str
    mac: str
    payload: str  # canonical JSON

    @classmethod
    def from_row(cls, row: AnyRow) -> Self:
        return cls(*row)


@dataclass(frozen=True, slots=True)
class VerdictRow(LedgerRow):
    """A verdict's entry and whose texts lie behind it: a requester's id, None where nobody's are kept."""

    of: str | None


# The desk's row is locked first, so that two writers make one chain; the entry before is asked for by a
# statement of its own, which sees what the other writer has committed meanwhile.
_HEAD = (
    select(desks.c.ledger_seq)
    .where(desks.c.id == bindparam("of_desk"), desks.c.tenant == bindparam("of_tenant"))
    .with_for_update()
)
_BEFORE = select(ledger.c.mac).where(
    ledger.c.tenant == bindparam("of_tenant"),
    ledger.c.desk == bindparam("of_desk"),
    ledger.c.seq == bindparam("of_seq"),
)
_MOVE_HEAD = (
    update(desks)
    .where(desks.c.id == bindparam("of_desk"))
    .values(ledger_seq=bindparam("seq"), ledger_mac=bindparam("head"))
)
_ADD, _ADD_TEXT = insert(ledger), insert(ledger_text)


def append(tx: Connection, tenant: str, entry: Entry, keys: Keys, texts: Mapping[str, object] | None = None,
           requester: str | None = None) -> int:
    """Add the entry to its desk's chain and return its place in it.

    `texts` are sealed under the requester's key.
    """
    box = requesters.box(tx, tenant, requester, keys) if texts is not None and requester is not None else None
    return append_sealed(tx, tenant, entry, keys, texts, requester, box)


def append_sealed(
    tx: Connection,
    tenant: str,
    entry: Entry,
    keys: Keys,
    texts: Mapping[str, object] | None,
    requester: str | None,
    box: Fernet | None,
) -> int:
    """As `append`, for a caller who holds the requester's box; None when there is none: the texts are then
    not kept."""
    of_desk = {"of_desk": entry.desk, "of_tenant": tenant}
    last = int(tx.execute(_HEAD, of_desk).scalar_one())
    seq, previous = last + 1, tx.execute(_BEFORE, {**of_desk, "of_seq": last}).scalar_one_or_none() or ""
    payload = canonical(entry.payload)
    mac = chain_mac(keys, tenant, entry, seq, previous, payload)
    tx.execute(
        _ADD,
        {
            "id": entry.id,
            "tenant": tenant,
            "desk": entry.desk,
            "seq": seq,
            "at": entry.at,
            "ticket": entry.ticket,
            "kind": entry.kind,
            "verdict": entry.verdict,
            "reason": entry.reason,
            "prev_mac": previous,
            "mac": mac,
            "payload": payload,
        },
    )
    tx.execute(_MOVE_HEAD, {"of_desk": entry.desk, "seq": seq, "head": head_of(keys, entry.desk, seq, mac)})
    if texts is not None and requester is not None and box is not None:
        sealed = box.encrypt(json.dumps(texts, ensure_ascii=False).encode())
        tx.execute(_ADD_TEXT, {"entry": entry.id, "tenant": tenant, "requester": requester, "sealed": sealed})
    return seq


def texts(tx: Connection, tenant: str, entry: str, keys: Keys) -> dict[str, Any] | None:
    """The texts behind an entry; None when there are none, or the person they belong to was erased."""
    row = tx.execute(
        select(ledger_text).where(ledger_text.c.tenant == tenant, ledger_text.c.entry == entry)
    ).first()
    if row is None:
        return None
    box: Fernet | None = requesters.box(tx, tenant, row.requester, keys)
    found: dict[str, Any] | None = None if box is None else json.loads(box.decrypt(row.sealed))
    return found


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """`broken_at` is the place of the first entry that does not fit; None when the whole chain holds."""

    desk: str
    entries: int
    erased: int
    broken_at: int | None
    why: str = ""


def verify(tx: Connection, tenant: str, keys: Keys) -> Iterator[ChainCheck]:
    """Check each desk's chain from its first entry to the head kept in the desk's row (which makes a cut tail
    show)."""
    for desk in tx.execute(select(desks).where(desks.c.tenant == tenant).order_by(desks.c.id)).all():
        yield _verify_desk(tx, tenant, desk.id, desk.ledger_seq, desk.ledger_mac, keys)


def _verify_desk(
    tx: Connection, tenant: str, desk: str, head_seq: int, head_mac: str, keys: Keys
) -> ChainCheck:
    previous, expected, erased = "", 1, 0
    rows = tx.execute(
        select(ledger).where(ledger.c.tenant == tenant, ledger.c.desk == desk).order_by(ledger.c.seq)
    )
    for row in rows:
        entry = Entry(row.id, desk, row.ticket, row.kind, row.at, {}, row.verdict, row.reason)
        mac = chain_mac(keys, tenant, entry, row.seq, previous, row.payload)
        if row.seq != expected:
            return ChainCheck(desk, expected - 1, erased, expected, "an entry is missing")
        if row.prev_mac != previous or row.mac != mac:
            return ChainCheck(desk, expected - 1, erased, row.seq, "an entry was changed")
        erased += row.kind == "erased"
        previous, expected = row.mac, expected + 1
    head = head_of(keys, desk, expected - 1, previous) if expected > 1 else ""
    if expected - 1 != head_seq or head != head_mac:
        return ChainCheck(desk, expected - 1, erased, expected, "the newest entries are missing")
    return ChainCheck(desk, expected - 1, erased, None)


def canonical(payload: Mapping[str, object]) -> str:
    return json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def chain_mac(keys: Keys, tenant: str, entry: Entry, seq: int, previous: str, payload: str) -> str:
    """Over every column of the entry's row; `payload` is its canonical text, as stored."""
    # None and "" must differ: the console lists entries by these two columns.
    named = [f"={value}" if value is not None else "" for value in (entry.verdict, entry.reason)]
    return keys.mac(
        "ledger",
        tenant,
        entry.desk,
        str(seq),
        entry.id,
        str(entry.at),
        entry.ticket,
        entry.kind,
        *named,
        previous,
        payload,
    )


def head_of(keys: Keys, desk: str, seq: int, mac: str) -> str:
    """What the desk's row keeps of the newest entry. Keyed: whoever cuts the tail cannot make the head of
    what is left."""
    return keys.mac("ledger head", desk, str(seq), mac)


def of_ticket(tx: Connection, tenant: str, desk: str, ticket: str) -> Sequence[LedgerRow]:
    """The entries of one ticket, oldest first."""
    query = (
        select(ledger)
        .where(ledger.c.tenant == tenant, ledger.c.desk == desk, ledger.c.ticket == ticket)
        .order_by(ledger.c.seq)
    )
    return [LedgerRow.from_row(row) for row in tx.execute(query)]


def newest_verdicts(tx: Connection, tenant: str, desk: str, most: int) -> list[tuple[str, str]]:
    """(ticket, payload) of the desk's verdicts, the newest first, at most so many."""
    newest = select(ledger.c.ticket, ledger.c.payload).where(
        ledger.c.tenant == tenant, ledger.c.desk == desk, ledger.c.kind == "verdict"
    )
    return [(row.ticket, row.payload) for row in tx.execute(newest.order_by(ledger.c.seq.desc()).limit(most))]


def verdicts_of(tx: Connection, tenant: str, desk: str, ticket: str) -> list[VerdictRow]:
    """The verdicts of one ticket, newest first."""
    query = (
        select(ledger, ledger_text.c.requester)
        .outerjoin(
            ledger_text, (ledger_text.c.entry == ledger.c.id) & (ledger_text.c.tenant == ledger.c.tenant)
        )
        .where(
            ledger.c.tenant == tenant,
            ledger.c.desk == desk,
            ledger.c.ticket == ticket,
            ledger.c.kind == "verdict",
        )
        .order_by(ledger.c.seq.desc())
    )
    return [VerdictRow.from_row(row) for row in tx.execute(query)]
