"""Tickets and their conversations (F7–F12, F19, F20).

Source: FD and its copies, "Tickets", "Conversations".
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from connectors.clock import DAY, from_iso
from connectors.freshdesk.sandbox import answers, search_index, shapes, validate
from connectors.freshdesk.sandbox.api import Desk, actor, included, list_url, sent
from connectors.freshdesk.sandbox.nouns import OPEN, OUTBOUND_EMAIL, PENDING, Ticket
from connectors.freshdesk.sandbox.paging import page

_OWN = frozenset({"conversations", "requester", "stats", "company"})
_OF_LISTS = frozenset({"description", "requester", "stats", "company"})
_LISTED_BY_DEFAULT = 30 * DAY
_REPLY = frozenset({"body", "structured_body", "from_email", "user_id", "cc_emails", "bcc_emails"})
_NOTE = frozenset({"body", "private", "user_id", "incoming", "notify_emails"})
_NEW_AND_MINE = (OPEN, PENDING)


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("tickets", __name__)
    state = desk.state

    def ticket_of(ticket_id: int, *, to_write: bool = False) -> Ticket:
        found = state.tickets.get(ticket_id)
        if found is None or (to_write and found.deleted):
            raise answers.not_found()
        return found

    def wanted_includes(allowed: frozenset[str]) -> frozenset[str]:
        if included() - allowed:
            raise answers.invalid(
                (
                    "include",
                    f"It should be one of these values: '{','.join(sorted(allowed))}'",
                    "invalid_value",
                )
            )
        return included()

    @bp.get("/tickets")
    def list_tickets() -> Response:
        """Newest first, of the last 30 days unless `updated_since` says otherwise; deleted, spam and archived
        ones stay out."""
        args, include = request.args, wanted_includes(_OF_LISTS)
        chosen = args.get("filter")
        found = [
            t
            for t in state.tickets.values()
            if not t.archived and (t.deleted, t.spam) == (chosen == "deleted", chosen == "spam")
        ]
        if "updated_since" in args:
            since = _moment(args["updated_since"])
            found = [t for t in found if t.updated_us >= since]
        else:
            found = [t for t in found if t.created_us >= state.clock() - _LISTED_BY_DEFAULT]
        if chosen == "new_and_my_open":
            found = [t for t in found if t.status in _NEW_AND_MINE and t.responder_id in (None, g.agent.id)]
        if "requester_id" in args or "email" in args:
            person = state.person_by_email(args["email"]) if "email" in args else None
            wanted = str(person.id) if person else args.get("requester_id")
            found = [t for t in found if str(t.requester_id) == wanted]
        order = args.get("order_by", "created_at")
        if order not in ("created_at", "updated_at", "due_by", "status"):
            raise answers.invalid(
                (
                    "order_by",
                    "It should be one of these values: 'due_by,created_at,updated_at,status'",
                    "invalid_value",
                )
            )
        # Whole seconds, as the answers show them; the id decides between equal ones.
        key = {
            "updated_at": lambda t: (t.updated_us // 1_000_000, t.id),
            "status": lambda t: (t.status, t.id),
        }.get(order, lambda t: (t.created_us // 1_000_000, t.id))
        found.sort(key=key, reverse=args.get("order_type", "desc") != "asc")
        return page(found, lambda t: shapes.ticket(state, t, include, whole=False), args, list_url(desk))

    @bp.get("/tickets/<int:ticket_id>")
    def show(ticket_id: int) -> Response:
        return jsonify(shapes.ticket(state, ticket_of(ticket_id), wanted_includes(_OWN)))

    @bp.post("/tickets")
    def create() -> tuple[Response, int]:
        wanted = sent()
        validate.new_ticket(state, wanted)
        return shown(desk.tickets.create(actor(), wanted))

    @bp.post("/tickets/outbound_email")
    def outbound() -> tuple[Response, int]:
        wanted = {**sent(), "source": OUTBOUND_EMAIL, "responder_id": g.agent.id}
        validate.new_ticket(state, wanted)
        return shown(desk.tickets.create(actor(), {"status": 5, **wanted}))

    def shown(ticket: Ticket) -> tuple[Response, int]:
        answer = jsonify(shapes.ticket(state, ticket))
        answer.headers["Location"] = f"{state.vendor_url}/api/v2/tickets/{ticket.id}"
        return answer, 201

    @bp.put("/tickets/<int:ticket_id>")
    def update(ticket_id: int) -> Response:
        ticket, wanted = ticket_of(ticket_id, to_write=True), sent()
        validate.changed_ticket(state, ticket, wanted)
        desk.tickets.update(actor(), ticket, wanted)
        return jsonify(shapes.ticket(state, ticket))

    @bp.delete("/tickets/<int:ticket_id>")
    def delete(ticket_id: int) -> tuple[str, int]:
        desk.tickets.discard(actor(), ticket_of(ticket_id, to_write=True))
        return "", 204

    @bp.put("/tickets/<int:ticket_id>/restore")
    def restore(ticket_id: int) -> tuple[str, int]:
        ticket = ticket_of(ticket_id)
        ticket.deleted, ticket.updated_us = False, state.clock()
        search_index.note(state, ticket)
        return "", 204

    @bp.get("/tickets/<int:ticket_id>/conversations")
    def conversations(ticket_id: int) -> Response:
        ticket = ticket_of(ticket_id)
        return page(
            ticket.conversations,
            lambda c: shapes.conversation(desk.state, ticket, c),
            request.args,
            list_url(desk),
        )

    @bp.post("/tickets/<int:ticket_id>/reply")
    def reply(ticket_id: int) -> tuple[Response, int]:
        ticket, wanted = ticket_of(ticket_id, to_write=True), sent()
        only(wanted, _REPLY)
        body = _structured(wanted) if ticket.structured else required(wanted, "body")
        said = desk.tickets.reply(actor(), ticket, body, agent_id(wanted), wanted.get("from_email"))
        return jsonify(shapes.conversation(desk.state, ticket, said)), 201

    @bp.post("/tickets/<int:ticket_id>/notes")
    def note(ticket_id: int) -> tuple[Response, int]:
        ticket, wanted = ticket_of(ticket_id, to_write=True), sent()
        only(wanted, _NOTE)
        user_id = wanted.get("user_id")
        if user_id is not None and user_id not in state.people:
            raise answers.invalid(("user_id", "There is no user matching the given user_id", "invalid_value"))
        # Left out, `private` is true: a public note has to be asked for (F8).
        said = desk.tickets.note(
            actor(),
            ticket,
            required(wanted, "body"),
            private=bool(wanted.get("private", True)),
            user_id=user_id,
            incoming=bool(wanted.get("incoming", False)),
        )
        return jsonify(shapes.conversation(desk.state, ticket, said)), 201

    def agent_id(wanted: dict[str, Any]) -> int | None:
        user_id = wanted.get("user_id")
        if user_id is not None and not (user_id in state.people and state.people[user_id].staff):
            raise answers.invalid(
                ("user_id", "There is no agent matching the given user_id", "invalid_value")
            )
        return user_id

    return bp


def only(wanted: dict[str, Any], known: frozenset[str]) -> None:
    unknown = [
        (name, "Unexpected/invalid field in request", "invalid_field") for name in wanted if name not in known
    ]
    if unknown:
        raise answers.invalid(*unknown)


def required(wanted: dict[str, Any], name: str) -> str:
    value = wanted.get(name)
    if not isinstance(value, str) or not value.strip():
        raise answers.invalid(
            (name, "It should be a/an String", "missing_field" if value is None else "invalid_value")
        )
    return value


def _structured(wanted: dict[str, Any]) -> str:
    """The text of a chat's `structured_body`. The form of its parts is our guess."""
    parts = wanted.get("structured_body")
    if not isinstance(parts, list) or not parts:
        raise answers.invalid(("structured_body", "It should be a/an Array", "missing_field"))
    return "".join(f"<div>{p.get('content', '') if isinstance(p, dict) else ''}</div>" for p in parts)


def _moment(text: str) -> int:
    try:
        return from_iso(text if "T" in text else f"{text}T00:00:00Z")
    except ValueError:
        message = "It should be in the 'combined date and time ISO8601' format"
        raise answers.invalid(("updated_since", message, "invalid_date")) from None
