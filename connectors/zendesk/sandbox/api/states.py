"""Custom statuses, spam, merged tickets and suspended mail (Z35, Z36).

Source: REF custom_ticket_statuses, tickets (mark as spam, merge), suspended_tickets.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.clock import DAY, to_iso
from connectors.zendesk.sandbox import answers, search_index
from connectors.zendesk.sandbox.api import Desk, actor, admin_only, list_url, sent
from connectors.zendesk.sandbox.nouns import CATEGORIES, CustomStatus, Suspended, Ticket
from connectors.zendesk.sandbox.paging import page
from connectors.zendesk.sandbox.tickets import Tickets

_KEPT = 14 * DAY  # suspended mail is removed after that


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("states", __name__)
    state = desk.state

    def ticket_of(ticket_id: int) -> Ticket:
        if ticket_id not in state.tickets:
            raise answers.not_found()
        return state.tickets[ticket_id]

    def form(s: CustomStatus) -> dict[str, Any]:
        return {
            "url": f"{state.vendor_url}/api/v2/custom_statuses/{s.id}.json",
            "id": s.id,
            "status_category": s.category,
            "agent_label": s.label,
            "raw_agent_label": s.label,
            "end_user_label": s.label,
            "raw_end_user_label": s.label,
            "description": "",
            "active": True,
            "default": s.default,
            "created_at": to_iso(s.created_us),
            "updated_at": to_iso(s.created_us),
        }

    @bp.get("/custom_statuses")
    def custom_statuses() -> Response:
        defaults = [
            CustomStatus(state.default_status_id(c), c, c.capitalize(), True, 0)
            for c in CATEGORIES
            if c != "closed"
        ]
        return jsonify({"custom_statuses": [form(s) for s in (*defaults, *state.custom_statuses.values())]})

    @bp.post("/custom_statuses")
    def create() -> tuple[Response, int]:
        admin_only()
        wanted = sent("custom_status")
        category = wanted.get("status_category")
        if category not in CATEGORIES or category == "closed":
            raise answers.invalid(status_category="Status category: is not valid")
        made = CustomStatus(
            state.ids.number(),
            str(category),
            str(wanted.get("agent_label") or category),
            False,
            state.clock(),
        )
        state.custom_statuses[made.id] = made
        return jsonify({"custom_status": form(made)}), 201

    @bp.put("/tickets/<int:ticket_id>/mark_as_spam")
    def spam(ticket_id: int) -> Response:
        ticket = ticket_of(ticket_id)
        state.users[ticket.requester_id].suspended = True
        state.deleted_tickets[ticket_id] = state.tickets.pop(ticket_id)
        ticket.generated_us = ticket.updated_us = state.clock()
        search_index.note(state, None, gone=ticket_id)
        return jsonify({})

    @bp.post("/tickets/<int:ticket_id>/merge")
    def merge(ticket_id: int) -> Response:
        ids = (request.get_json(silent=True) or {}).get("ids") or []
        for number in ids:
            merge_into(desk.tickets, actor(), ticket_of(int(number)), ticket_of(ticket_id))
        done = {
            "id": state.ids.ulid(state.clock()),
            "status": "completed",
            "total": len(ids),
            "progress": len(ids),
        }
        return jsonify({"job_status": done})

    @bp.get("/suspended_tickets")
    def suspended() -> Response:
        kept = [s for s in state.suspended if s.at_us > state.clock() - _KEPT]
        return jsonify(page(kept, "suspended_tickets", mail, request.args, list_url(desk)))

    def mail(s: Suspended) -> dict[str, Any]:
        return {
            "url": f"{state.vendor_url}/api/v2/suspended_tickets/{s.id}.json",
            "id": s.id,
            "author": s.author,
            "subject": s.subject,
            "content": s.content,
            "cause": s.cause,
            "message_id": None,
            "ticket_id": None,
            "recipient": f"support@{state.account}.example",
            "created_at": to_iso(s.at_us),
            "updated_at": to_iso(s.at_us),
            "via": {"channel": "email", "source": {}},
            "brand_id": None,
            "attachments": [],
        }

    return bp


def merge_into(tickets: Tickets, who: Any, source: Ticket, target: Ticket) -> None:
    """The source says where it went and is closed for good; the target names it in an internal note."""
    note = {"body": f"Request #{source.id} was closed and merged into this request.", "public": False}
    tickets.update(who, target, {"comment": note})
    gone = {"body": f"This request was closed and merged into request #{target.id}.", "public": False}
    tickets.update(
        who, source, {"comment": gone, "status": "closed", "tags": [*source.tags, "closed_by_merge"]}
    )
