"""Answer recall: replies that were sent from a page that has changed or gone since, and whether the words
they quoted still stand in it."""
from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, select

from app.core.kinds import EffectKind, EffectState
from app.store import evidence
from app.store.evidence import StoredVersion
from app.store.tables import articles, ledger, outbox
from app.store.views import ticket_id

NEWEST = 2_000  # sent replies that are looked at


@dataclass(frozen=True, slots=True)
class Recalled:
    """One sent reply. `what` is gone | quote_changed | quote_stands; `lost` are its quotes that stand in the
    page no more."""

    desk: str
    ticket: str
    story: str | None  # our id of the ticket
    article: str
    title: str
    sent_from: str  # the version
    sent_at: int
    what: str
    lost: tuple[str, ...] = ()


def recalled(tx: Connection, tenant: str, article: str | None = None, newest: int = NEWEST) -> list[Recalled]:
    """The sent replies whose pages are others today, newest first; of one article, when named. Those that
    quote lost words are marked."""
    rows = tx.execute(
        select(outbox.c.desk, outbox.c.ticket, outbox.c.evidence, outbox.c.ledger_entry, outbox.c.done_at)
        .where(
            outbox.c.tenant == tenant,
            outbox.c.effect == EffectKind.PUBLIC,
            outbox.c.state == EffectState.SENT,
            outbox.c.evidence.is_not(None),
        )
        .order_by(outbox.c.done_at.desc(), outbox.c.id.desc())
        .limit(newest)
    ).all()
    now = {row.id: row for row in tx.execute(select(articles).where(articles.c.tenant == tenant))}
    found: list[Recalled] = []
    for row in rows:
        for used, version in (pair for pair in json.loads(row.evidence) if article in (None, pair[0])):
            today = now.get(used)
            gone = today is None or today.gone or not today.public
            if today is not None and not gone and today.version == version:
                continue
            held = evidence.load(
                tx,
                tenant,
                [(used, version), *([(used, today.version)] if today is not None and not gone else [])],
            )
            old, new = (
                held.get((used, version)),
                None if today is None or gone else held.get((used, today.version)),
            )
            lost = _lost(tx, tenant, row.ledger_entry, old, new)
            what = "gone" if gone else "quote_stands" if lost == () else "quote_changed"
            story = ticket_id(tx, tenant, row.desk, row.ticket)
            title = old.title if old else ""
            found.append(
                Recalled(
                    row.desk, row.ticket, story, used, title, version, row.done_at or 0, what, lost or ()
                )
            )
    return found


def _lost(
    tx: Connection, tenant: str, entry: str | None, old: StoredVersion | None, new: StoredVersion | None
) -> tuple[str, ...] | None:
    """The quotes of that verdict that the page holds no more; None when the record does not say which words
    were quoted."""
    payload = tx.execute(
        select(ledger.c.payload).where(ledger.c.tenant == tenant, ledger.c.id == entry)
    ).scalar_one_or_none()
    verdict = json.loads(payload).get("verdict") if payload else None
    spans = verdict.get("spans") if isinstance(verdict, dict) else None
    if not spans or old is None:
        return None
    quotes = [
        old.text[s["start"] : s["end"]]
        for s in spans
        if (s["article"], s["version"]) == (old.article, old.version)
    ]
    return tuple(quote for quote in quotes if new is None or quote not in new.text)
