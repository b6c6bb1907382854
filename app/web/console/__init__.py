"""The console: what the assistant did on each ticket, and why.

The pages here only read; `letters`, `sending` and `fallback` hold what can be done.
"""
from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Connection

from app.store import audit as audit_store
from app.store import desks as desk_store
from app.store import evidence, ledger, recall, views
from app.store.views import Cursor, Story, TicketFilter
from app.web.access import allow
from app.web.console import desks as desk_pages
from app.web.console import entries, fallback, knowledge, letters, sending
from app.web.console.framing import READERS, framed
from app.web.house import House

PAGE = 50


def blueprint(house: House) -> Blueprint:
    """Tickets, one ticket's story, desks, the audit log, dead letters, the kill switch, the
    fallback to people."""
    pages = Blueprint("console", __name__)
    letters.register(pages, house)
    sending.register(pages, house)
    fallback.register(pages, house)

    def page(template: str, connection: Connection, **values: Any) -> str:
        return render_template(template, **framed(house, connection), **values)

    @pages.get("/")
    @allow(*READERS)
    def home() -> ResponseReturnValue:
        return redirect(url_for("console.tickets"))

    @pages.get("/tickets")
    @allow(*READERS)
    def tickets() -> ResponseReturnValue:
        wanted, after = _filter(), _cursor(request.args.get("after", ""))
        with house.db.read() as connection:
            lines, following = views.ticket_page(
                connection, current_user.tenant, house.keys, wanted, after, PAGE
            )
            titles = evidence.titles(
                connection,
                current_user.tenant,
                (pair for line in lines for pair in entries.sources_of(line.payload)),
            )
            return page(
                "console/tickets.html",
                connection,
                lines=lines,
                titles=titles,
                sources_of=entries.sources_of,
                urgent=views.urgent(connection, current_user.tenant, house.keys, PAGE)
                if after is None
                else [],
                stray=views.stray_deliveries(connection, current_user.tenant, PAGE)
                if wanted.attention
                else [],
                wanted=wanted,
                desks=desk_store.names(connection, current_user.tenant),
                counts=views.counts(connection, current_user.tenant),
                detail_of=entries.detail_of,
                paged=after is not None,
                following=f"{following.updated_at}.{following.id}" if following else None,
            )

    @pages.get("/tickets/<ticket_row>")
    @allow(*READERS)
    def story(ticket_row: str) -> ResponseReturnValue:
        with house.db.read() as connection:
            told = views.story(connection, current_user.tenant, house.keys, ticket_row)
            if told is None:
                abort(404)
            events = timeline(connection, current_user.tenant, house, told)
            return page(
                "console/story.html",
                connection,
                story=told,
                events=events,
                promises={p.entry: p for p in told.promises},
            )

    @pages.get("/desks")
    @allow(*READERS)
    def desks() -> ResponseReturnValue:
        with house.db.read() as connection:
            return page(
                "console/desks.html", connection, desks=desk_pages.cards(connection, current_user.tenant)
            )

    @pages.get("/knowledge")
    @allow(*READERS)
    def sources() -> ResponseReturnValue:
        with house.db.read() as connection:
            return page(
                "console/knowledge.html",
                connection,
                sources=knowledge.source_cards(connection, current_user.tenant),
            )

    @pages.get("/recall")
    @allow(*READERS)
    def answers() -> ResponseReturnValue:
        with house.db.read() as connection:
            found = recall.recalled(connection, current_user.tenant, request.args.get("article"))
            found.sort(key=lambda one: one.what == "quote_stands")  # stable: each part stays newest first
            return page("console/recall.html", connection, lines=found)

    @pages.get("/audit")
    @allow("auditor", "admin", "owner")
    def audit() -> ResponseReturnValue:
        before = _number(request.args.get("before", ""))
        with house.db.read() as connection:
            rows = audit_store.newest(connection, current_user.tenant, before, PAGE)
            return page("console/audit.html", connection, rows=rows, full=len(rows) == PAGE,
                        broken=audit_store.first_broken(connection, current_user.tenant, house.keys))

    return pages


def timeline(connection: Connection, tenant: str, house: House, told: Story) -> list[tuple[int, str, Any]]:
    """(time, "delivery" or "entry", row or EntryView), oldest first."""
    texts = {e.id: ledger.texts(connection, tenant, e.id, house.keys) for e in told.entries}
    pointed = {pair for e in told.entries for pair in entries.cited(json.loads(e.payload), texts[e.id])}
    versions = evidence.load(connection, tenant, pointed)
    events: list[tuple[int, str, Any]] = [(row.received_at, "delivery", row) for row in told.deliveries]
    events += [
        (e.at, "entry", entries.entry_view(e, texts[e.id], versions, told.effects)) for e in told.entries
    ]
    # A delivery stands before the verdict it led to, also when both carry the same microsecond.
    return sorted(events, key=lambda event: (event[0], event[1] == "entry"))


def _filter() -> TicketFilter:
    verdict, desk = request.args.get("verdict", ""), request.args.get("desk", "")
    return TicketFilter(
        verdict if verdict in views.VERDICTS else None, desk or None, request.args.get("attention") == "1"
    )


def _number(text: str) -> int | None:
    """A row's number out of an address; None for what no database could count to."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _cursor(text: str) -> Cursor | None:
    time, _, row = text.partition(".")
    return Cursor(int(time), row) if time.isascii() and time.isdigit() and len(time) < 18 and row else None


