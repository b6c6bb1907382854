"""Views and their counts (Z43, Z51).

Source: REF views. The answers to create and delete are unverified.
"""
from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from connectors.zendesk.sandbox import answers, shapes
from connectors.zendesk.sandbox.api import Desk, list_url, sent
from connectors.zendesk.sandbox.nouns import CATEGORIES, Ticket, View
from connectors.zendesk.sandbox.paging import page


def routes(desk: Desk) -> Blueprint:
    bp = Blueprint("views", __name__)
    state = desk.state

    def view_of(view_id: int) -> View:
        if view_id not in state.views:
            raise answers.not_found()
        return state.views[view_id]

    def within(view: View) -> list[Ticket]:
        return [
            t for t in state.tickets.values() if all(_holds(c, t) for c in view.conditions.get("all", []))
        ]

    @bp.get("/views")
    @bp.get("/views/active")
    def list_views() -> Response:
        return jsonify(
            page(
                list(state.views.values()),
                "views",
                lambda v: shapes.view(state, v),
                request.args,
                list_url(desk),
            )
        )

    @bp.post("/views")
    def create() -> tuple[Response, int]:
        wanted = sent("view")
        conditions = wanted.get("conditions") or {
            "all": wanted.get("all") or [],
            "any": wanted.get("any") or [],
        }
        if not conditions.get("all"):
            raise answers.invalid(base="Conditions: at least one is required")
        title, place = str(wanted.get("title") or "View"), len(state.views)
        view = View(state.ids.number(), title, conditions, place, state.clock(), wanted.get("description"))
        state.views[view.id] = view
        return jsonify({"view": shapes.view(state, view)}), 201

    @bp.get("/views/<int:view_id>")
    def show(view_id: int) -> Response:
        return jsonify({"view": shapes.view(state, view_of(view_id))})

    @bp.delete("/views/<int:view_id>")
    def delete(view_id: int) -> tuple[str, int]:
        del state.views[view_of(view_id).id]
        return "", 204

    @bp.get("/views/<int:view_id>/count")
    def count(view_id: int) -> Response:
        view = view_of(view_id)
        desk.limits.view_count()
        number = None if state.switches.view_count == "null" else len(within(view))
        fresh = state.switches.view_count == "fresh"
        made = {
            "view_id": view.id,
            "url": f"{state.vendor_url}/api/v2/views/{view.id}/count.json",
            "value": number,
            "pretty": "..." if number is None else str(number),
            "fresh": fresh,
        }
        return jsonify({"view_count": made})

    @bp.get("/views/<int:view_id>/tickets")
    def tickets(view_id: int) -> Response:
        return jsonify(
            page(
                within(view_of(view_id)),
                "tickets",
                lambda t: shapes.ticket(state, t),
                request.args,
                list_url(desk),
            )
        )

    return bp


def _holds(condition: dict[str, Any], ticket: Ticket) -> bool:
    name, operator, value = condition.get("field"), condition.get("operator"), condition.get("value")
    if name == "status" and operator in ("less_than", "greater_than"):
        rank, limit = CATEGORIES.index(ticket.status), CATEGORIES.index(str(value))
        return rank < limit if operator == "less_than" else rank > limit
    if name == "current_tags":
        return any(t in ticket.tags for t in str(value).split()) == (operator == "includes")
    if name and str(name).startswith("custom_fields_"):
        now: Any = ticket.custom_fields.get(int(str(name).rsplit("_", 1)[1]))
    else:
        now = getattr(ticket, str(name), None)
    same = str(now or "") == str(value or "")
    return same if operator == "is" else not same
