"""Answers that were sent, and to whom: what their record quotes, newest first."""
from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, bindparam, select

from app.core.kinds import LOST_EFFECTS, EffectKind, EffectState
from app.keys import Keys
from app.store.requesters import address_hmac
from app.store.tables import ledger, ledger_text, outbox, requesters

MOST = 50  # answers that are looked at
# Nothing of these reached the customer. What is on its way, or may have arrived, counts as sent.
_NEVER = (EffectState.STALE, *LOST_EFFECTS)


@dataclass(frozen=True, slots=True)
class SaidAnswer:
    """One answer that went out, to a question of this topic and language.

    `quotes` are (article, version, start, end); `entry` is the ledger's, whose texts hold the question.
    """

    entry: str
    topic: str
    language: str
    quotes: tuple[tuple[str, str, int, int], ...]


def _answers() -> Select[tuple[str, str]]:
    went_out = (
        (outbox.c.ledger_entry == ledger.c.id)
        & (outbox.c.desk == ledger.c.desk)
        & (outbox.c.ticket == ledger.c.ticket)
    )
    return (
        select(ledger.c.id, ledger.c.payload)
        .join(outbox, went_out)
        .where(
            ledger.c.tenant == bindparam("of_tenant"),
            ledger.c.kind == "verdict",
            ledger.c.verdict == "answer",
            outbox.c.effect == EffectKind.PUBLIC,
            outbox.c.state.not_in(_NEVER),
        )
        .order_by(ledger.c.at.desc(), ledger.c.id.desc())
        .limit(MOST)
    )


_ON_TICKET = _answers().where(
    ledger.c.desk == bindparam("of_desk"), ledger.c.ticket == bindparam("of_ticket")
)
_TO_REQUESTER = (
    _answers()
    .join(ledger_text, (ledger_text.c.entry == ledger.c.id) & (ledger_text.c.tenant == ledger.c.tenant))
    .join(
        requesters,
        (requesters.c.id == ledger_text.c.requester) & (requesters.c.tenant == ledger_text.c.tenant),
    )
    .where(requesters.c.address_hmac == bindparam("of_address"), ledger.c.at >= bindparam("since"))
)


def on_ticket(tx: Connection, tenant: str, desk: str, ticket: str) -> list[SaidAnswer]:
    """The answers on this ticket, whoever its requester was then."""
    return _read(tx.execute(_ON_TICKET, {"of_tenant": tenant, "of_desk": desk, "of_ticket": ticket}))


def to_requester(tx: Connection, tenant: str, address: str, keys: Keys, since: int) -> list[SaidAnswer]:
    """The answers to the person with this address on any ticket of any desk, from `since` (microseconds) on.

    None to a person who was erased: their record holds no texts to tell the matter by.
    """
    asked = {"of_tenant": tenant, "of_address": address_hmac(keys, tenant, address), "since": since}
    return _read(tx.execute(_TO_REQUESTER, asked))


def _read(rows: Iterable[Row[tuple[str, str]]]) -> list[SaidAnswer]:
    found = []
    for row in rows:
        kept = json.loads(row.payload)
        quotes = tuple(
            (s["article"], s["version"], s["start"], s["end"]) for s in kept["verdict"].get("spans", ())
        )
        found.append(SaidAnswer(row.id, kept["reading"]["topic"], kept["reading"]["language"], quotes))
    return found
