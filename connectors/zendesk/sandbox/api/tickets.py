"""Tickets, their comments, audits and tags (Z20–Z31, Z37).

Source: REF tickets, ticket_comments, ticket_audits, tags.
"""
from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from connectors.clock import HOUR
from connectors.zendesk.sandbox import answers, search_index, shapes
from connectors.zendesk.sandbox.api import Desk, actor, list_url, sent
from connectors.zendesk.sandbox.nouns import Ticket
from connectors.zendesk.sandbox.paging import page

_IDEMPOTENCY_LIFE = 2 * HOUR
_LARGEST_SHOW_MANY = 100


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("tickets", __name__)
    state = desk.state
    known_keys: dict[str, tuple[str, int, str]] = {}  # Idempotency-Key → (body hash, at, answer)

    def ticket_of(ticket_id: int) -> Ticket:
        if ticket_id not in state.tickets:
            raise answers.not_found()
        return state.tickets[ticket_id]

    def sideload(body: dict[str, Any], tickets: list[Ticket]) -> dict[str, Any]:
        wanted = request.args.get("include", "").split(",")
        if "users" in wanted:
            ids = {
                u
                for t in tickets
                for u in (t.requester_id, t.submitter_id, t.assignee_id, *(c.author_id for c in t.comments))
                if u
            }
            body["users"] = [shapes.user(state, state.users[u]) for u in sorted(ids)]
        if "groups" in wanted:
            body["groups"] = [
                shapes.group(state, state.groups[i])
                for i in sorted({t.group_id for t in tickets if t.group_id})
            ]
        return body

    @bp.get("/tickets")
    def list_tickets() -> Response:
        found = sorted(state.tickets.values(), key=lambda t: t.id)
        return jsonify(
            sideload(
                page(found, "tickets", lambda t: shapes.ticket(state, t), request.args, list_url(desk)), found
            )
        )

    @bp.get("/tickets/show_many")
    def show_many() -> Response:
        ids = [int(i) for i in request.args.get("ids", "").split(",") if i.strip().isdigit()]
        if len(ids) > _LARGEST_SHOW_MANY:
            raise answers.too_many_values(_LARGEST_SHOW_MANY)
        found = [state.tickets[i] for i in ids if i in state.tickets]
        return jsonify(
            sideload(page(found, "tickets", lambda t: shapes.ticket(state, t), {}, list_url(desk)), found)
        )

    @bp.get("/tickets/<int:ticket_id>")
    def show(ticket_id: int) -> Response:
        ticket = ticket_of(ticket_id)
        return jsonify(sideload({"ticket": shapes.ticket(state, ticket)}, [ticket]))

    @bp.post("/tickets")
    def create() -> Response:
        key, digest = request.headers.get("Idempotency-Key"), hashlib.sha256(request.get_data()).hexdigest()
        if key and key in known_keys and state.clock() - known_keys[key][1] < _IDEMPOTENCY_LIFE:
            if known_keys[key][0] != digest:
                raise answers.key_reused()
            return Response(
                known_keys[key][2],
                201,
                {"x-idempotency-lookup": "hit"},
                content_type="application/json; charset=utf-8",
            )
        act = desk.tickets.create(actor(), sent("ticket"))
        text = json.dumps({"ticket": shapes.ticket(state, act.ticket), "audit": shapes.audit(act.audit)})
        answer = Response(text, 201, content_type="application/json; charset=utf-8")
        answer.headers["Location"] = f"{state.vendor_url}/api/v2/tickets/{act.ticket.id}.json"
        if key:
            known_keys[key] = (digest, state.clock(), text)
            answer.headers["x-idempotency-lookup"] = "miss"
        return answer

    @bp.put("/tickets/<int:ticket_id>")
    def update(ticket_id: int) -> Response:
        ticket = ticket_of(ticket_id)
        g.rate = {**g.rate, **desk.limits.ticket_update(g.user.id, ticket_id)}
        act = desk.tickets.update(actor(), ticket, sent("ticket"))
        return jsonify({"ticket": shapes.ticket(state, ticket), "audit": shapes.audit(act.audit)})

    @bp.delete("/tickets/<int:ticket_id>")
    def delete(ticket_id: int) -> tuple[str, int]:
        ticket = ticket_of(ticket_id)
        state.deleted_tickets[ticket_id] = state.tickets.pop(ticket_id)
        ticket.generated_us = ticket.updated_us = state.clock()
        search_index.note(state, None, gone=ticket_id)
        state.recorder.change(state.clock(), "ticket_deleted", ticket=ticket_id, by=g.user.id)
        return "", 204

    @bp.get("/tickets/<int:ticket_id>/comments")
    def comments(ticket_id: int) -> Response:
        ticket = ticket_of(ticket_id)
        found = list(ticket.comments)
        if request.args.get("sort") == "-created_at" or request.args.get("sort_order") == "desc":
            found.reverse()
        return jsonify(
            sideload(
                page(found, "comments", lambda c: shapes.comment(state, c), request.args, list_url(desk)),
                [ticket],
            )
        )

    @bp.post("/tickets/<int:ticket_id>/comments")
    def no_such_thing(ticket_id: int) -> Response:
        # Documented: comments are made by updating the ticket only. Known to be missing, so no failure of the
        # sandbox.
        raise answers.no_such_endpoint()

    @bp.get("/tickets/<int:ticket_id>/audits")
    def audits(ticket_id: int) -> Response:
        ticket = ticket_of(ticket_id)
        desk.limits.audits()
        found = list(ticket.audits)
        if request.args.get("sort") == "-created_at" or request.args.get("sort_order") == "desc":
            found.reverse()
        return jsonify(sideload(page(found, "audits", shapes.audit, request.args, list_url(desk)), [ticket]))

    @bp.get("/tickets/<int:ticket_id>/tags")
    def tags(ticket_id: int) -> Response:
        return jsonify({"tags": ticket_of(ticket_id).tags})

    @bp.route("/tickets/<int:ticket_id>/tags", methods=["PUT", "POST", "DELETE"])
    def change_tags(ticket_id: int) -> tuple[Response, int]:
        ticket = ticket_of(ticket_id)
        g.rate = {**g.rate, **desk.limits.ticket_update(g.user.id, ticket_id)}
        body = request.get_json(silent=True) or {}
        named = [str(t) for t in body.get("tags") or []]
        tags = {
            "PUT": [*ticket.tags, *named],
            "POST": named,
            "DELETE": [t for t in ticket.tags if t not in named],
        }[request.method]
        desk.tickets.retag(actor(), ticket, tags, body)
        return jsonify({"tags": ticket.tags}), 201 if request.method == "POST" else 200

    return bp
