"""What the demo sees of a ticket: the rows, as the console would show them."""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.store import ledger as ledger_store
from app.store.database import DEFAULT_TENANT
from app.store.tables import inbox, ledger, outbox
from workers.work import Work

DONE = ("sent", "stale", "failed", "dead")


@dataclass(frozen=True, slots=True)
class Seen:
    """One verdict that has come to its end. `at` is when its last effect was at the desk (or when it was
    decided, without effects)."""

    entry: str
    turn: str
    verdict: str
    why: str
    at: int
    states: tuple[str, ...]
    mode: str = ""


def verdicts(work: Work, desk: str, ticket: str) -> list[Seen]:
    """Every finished verdict of the ticket, oldest first."""
    with work.db.read() as tx:
        entries = tx.execute(
            select(ledger)
            .where(ledger.c.desk == desk, ledger.c.ticket == ticket, ledger.c.kind == "verdict")
            .order_by(ledger.c.seq)
        ).all()
        rows = tx.execute(select(outbox).where(outbox.c.desk == desk, outbox.c.ticket == ticket)).all()
    found = []
    for entry in entries:
        effects = [r for r in rows if r.ledger_entry == entry.id]
        if all(r.state in DONE for r in effects):
            payload = json.loads(entry.payload)
            at = max([entry.at, *(r.done_at or 0 for r in effects)])
            states = tuple(r.state for r in effects)
            found.append(
                Seen(entry.id, payload["turn"], entry.verdict, _why(payload), at, states, payload["mode"])
            )
    return found


def texts(work: Work, entry: str) -> dict[str, Any]:
    with work.db.read() as tx:
        return ledger_store.texts(tx, DEFAULT_TENANT, entry, work.keys) or {}


def deliveries(work: Work, desk: str, ticket: str) -> int:
    """How many deliveries of the ticket are kept: a repeated one is not kept again."""
    with work.db.read() as tx:
        rows = tx.execute(
            select(inbox.c.id).where(
                inbox.c.desk == desk, inbox.c.subject_id == ticket, inbox.c.kind == "delivery"
            )
        )
        return len(rows.all())


def _why(payload: dict[str, Any]) -> str:
    verdict = payload["verdict"]
    match verdict["kind"]:
        case "answer" if verdict["fixed"] == "draft":
            return "a colleague sent the draft"
        case "answer" if verdict["fixed"]:
            return f"fixed sentence: {verdict['fixed']}"
        case "answer":
            p = f"p {verdict['p_right']:.2f}, " if verdict["p_right"] is not None else ""
            return f"{p}{len(verdict['spans'])} cited spans of {len(verdict['sources'])} page(s)"
        case "handoff":
            return f"{verdict['reason']} ({verdict['detail']})"
        case "clarify":
            return "two pages fit, asked which"
        case "stay_quiet":
            return str(verdict["why"]).replace("_", " ")
    return next((h["because"] for h in payload["hits"] if h["hit"]), "")
